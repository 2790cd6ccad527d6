import { examineJob } from '../../src/registry/pipeline/job-kinds.ts';
import type { Registry, Upstream } from '../../src/registry/registry.ts';
import { type UpstreamSettings, upstreamSettings } from '../../src/registry/settings.ts';
import { importJob } from '../../src/registry/upstream/import-job.ts';
import { importVersion } from '../../src/registry/upstream/import-version.ts';
import { moveVersion, type VersionRow } from '../../src/registry/versions/move-version.ts';
import { asFetch, makeSafeFetch } from '../../src/server/fetch/safe-fetch.ts';
import { LocalBus } from '../../src/store/bus/local-bus.ts';
import { jobsConfig } from '../../src/store/jobs/config.ts';
import type { JobContext, Jobs } from '../../src/store/jobs/job.ts';
import { openJobs } from '../../src/store/jobs/open-jobs.ts';
import type { Store } from '../../src/store/store.ts';
import type { HubStandIn } from '../build/hub-stand-in.ts';
import { quick } from '../build/jobs.ts';
import type { TestColumn } from '../build/store.ts';
import { openTestRegistry, type TestRegistry } from './fixture.ts';

export const TOKEN = 'hf_secret-of-the-hub';

export interface UpstreamPlace extends TestRegistry {
  readonly registry: Registry & { readonly upstream: Upstream };
  readonly store: Store;
  readonly jobs: Jobs;
  /** What beside requests failed. */
  readonly faults: unknown[];
  /** Begins to run jobs. What has a file whose name begins with "evil" is denied, with "odd" or what nobody but a person may let in reviewed; the rest is released. */
  work(): Promise<void>;
  versions(): Promise<readonly VersionRow[]>;
}

interface Options {
  readonly settings?: Partial<UpstreamSettings>;
  readonly over?: Partial<Registry>;
  readonly concurrency?: number;
}

/** A registry behind which there is a hub, with a queue, and with a short way from examination to a decision. */
export async function openUpstreamPlace(
  column: TestColumn,
  hub: Pick<HubStandIn, 'endpoint'>,
  { settings = {}, over = {}, concurrency = 2 }: Options = {},
): Promise<UpstreamPlace> {
  const faults: unknown[] = [];
  const queue = await openJobs({
    config: jobsConfig.parse({ threads: concurrency }),
    kinds: [examineJob, importJob],
    timing: quick,
    warn: (error) => faults.push(error),
  });
  const place = await column.makeStore({ enqueue: queue.enqueue });
  const bus = new LocalBus();
  const jobs = queue.attach(place.store, bus);
  const made = await openTestRegistry(
    { store: place.store },
    { bus, jobs, upstream: upstreamOf(hub, settings), onFault: (error) => faults.push(error), ...over },
  );
  const registry = made.registry as UpstreamPlace['registry'];
  return {
    ...made,
    registry,
    store: place.store,
    jobs,
    faults,
    work: () =>
      jobs.start({
        [importJob]: (context) => importVersion(registry, context),
        [examineJob]: (context) => examine(registry, context),
      }),
    versions: () => place.store.read.selectFrom('registry_versions').selectAll().orderBy('id').execute(),
    end: async () => {
      await jobs.stop({ timeoutMs: 200 });
      await made.end();
      await bus.close();
      await place.end();
    },
  };
}

export function upstreamOf(
  { endpoint }: Pick<HubStandIn, 'endpoint'>,
  settings: Partial<UpstreamSettings> = {},
): Upstream {
  const safeFetch = makeSafeFetch({
    allowNetworks: ['127.0.0.0/8'],
    allowHttp: true,
    timeoutSeconds: 2,
    stallSeconds: 0.3,
    maxBytes: 2 ** 40,
  });
  return {
    ...upstreamSettings.parse({ endpoint, pullThrough: true, waitSeconds: 10, ...settings }),
    token: TOKEN,
    fetch: asFetch(safeFetch),
  };
}

async function examine({ store, bus, clock }: Registry, { data }: JobContext): Promise<undefined> {
  const versionId = data['versionId'] as string;
  const files = await store.read.selectFrom('registry_files').selectAll().where('version_id', '=', versionId).execute();
  if (files.some(({ digest }) => digest === null)) throw new Error('examined before everything was here');
  const names = files.map(({ path }) => path).join(' ');
  const move = { versionId, by: null, atMs: clock() };
  await store.change(async (change) => {
    if (/\bevil/.test(names)) {
      await moveVersion(change, bus, {
        ...move,
        to: 'denied',
        set: { decision: decided('deny', 'it runs code when it is loaded') },
      });
    } else if (/\bodd/.test(names) || data['wantsReview'] === true) {
      await moveVersion(change, bus, {
        ...move,
        to: 'review',
        set: { decision: decided('review', 'its licence is not known') },
      });
    } else {
      await moveVersion(change, bus, { ...move, to: 'releasing' });
      await moveVersion(change, bus, {
        ...move,
        to: 'released',
        set: { released_at: clock(), revision: '0'.repeat(40) },
      });
    }
  });
  return undefined;
}

function decided(outcome: 'deny' | 'review', message: string): string {
  const other = { rule: 'another-rule', effect: outcome === 'deny' ? 'review' : 'convert', message: 'by the way' };
  const reasons = [
    { rule: 'the-rule', effect: outcome, message, waiverId: null },
    { ...other, waiverId: null },
  ];
  return JSON.stringify({ outcome, convert: false, policyVersion: 1, reasons });
}
