import { type AnyBinding, bind } from './bind.ts';
import { JobError } from '../../store/jobs/errors.ts';
import { readOverview } from '../overview/read-overview.ts';
import type { Services } from '../services.ts';
import { jobReply } from './job-reply.ts';
import { signedIn } from './signed-in.ts';
import { serverState } from './server-state.ts';

/** What the server tells of itself. */
export const serverBindings: readonly AnyBinding[] = [
  bind('health.live', async () => ({ status: 'ok' as const, checks: {} })),

  bind('health.ready', async ({ services, setStatus }) => {
    const { status, checks } = await services.health(services);
    if (status === 'failing') setStatus(503);
    return { status, checks: { ...checks } };
  }),

  bind('metrics', async ({ services }) => {
    const { registry } = services.facts.metrics;
    return { content: await registry.metrics(), headers: { 'content-type': registry.contentType } };
  }),

  bind('server.state', async ({ services }) => serverState(services)),

  bind('overview.show', async ({ services, caller }) => readOverview(services, signedIn(caller).id)),

  bind('events.stream', async ({ services, caller, stillHolds, signal }) => {
    const { id: principalId } = signedIn(caller);
    const content = await services.events.open({ caller, principalId, holds: stillHolds }, signal);
    // Proxies such as nginx would keep events until a buffer is full.
    return { content, headers: { 'cache-control': 'no-store', 'x-accel-buffering': 'no' } };
  }),

  bind('jobs.list', async ({ services, query }) => {
    const { limit, cursor, state, kind } = query;
    const jobs = await services.jobs.list({
      limit: limit + 1,
      ...(cursor === undefined ? {} : { after: cursor }),
      ...(state === undefined ? {} : { state }),
      ...(kind === undefined ? {} : { kind }),
    });
    const shown = jobs.slice(0, limit);
    const items = await Promise.all(shown.map((job) => jobReply(services.store, job)));
    return { items, next: jobs.length > limit ? (shown.at(-1)?.id ?? null) : null };
  }),

  bind('jobs.show', async ({ services, params }) => shownJob(services, params.jobId)),

  bind('jobs.retry', async ({ services, params, caller }) => {
    await services.jobs.retry(params.jobId, signedIn(caller));
    return shownJob(services, params.jobId);
  }),

  bind('jobs.cancel', async ({ services, params, caller }) => {
    await services.jobs.cancel(params.jobId, signedIn(caller));
    return shownJob(services, params.jobId);
  }),
];

async function shownJob({ jobs, store }: Services, id: string) {
  const job = await jobs.find(id);
  if (job === undefined) throw JobError.of('job-missing', { id });
  return jobReply(store, job);
}
