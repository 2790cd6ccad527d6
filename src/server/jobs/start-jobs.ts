import { workerUrl } from '../../node/worker-url.ts';
import type { BlobsConfig } from '../../store/blobs/config.ts';
import { JobError } from '../../store/jobs/errors.ts';
import type { JobHandler } from '../../store/jobs/job.ts';
import { JobThreads } from '../../store/jobs/threads/job-threads.ts';
import type { Services } from '../services.ts';
import type { ThreadJob } from './define-job.ts';
import { processJobs } from './index.ts';
import type { JobThreadSettings } from './job-thread.ts';
import { threadJobs } from './thread-jobs.ts';

export interface StartJobsOptions {
  /** Where threads find the blobs. */
  readonly blobs: BlobsConfig;
  /** Only these; all where absent. */
  readonly kinds?: readonly string[] | undefined;
  /** Of jobs that other parts of the server define, by kind. */
  readonly handlers?: Readonly<Record<string, JobHandler>>;
}

export interface RunningJobs {
  /** Lets jobs under way end, for so long; gives back the others. */
  stop(timeoutMs: number): Promise<void>;
}

/** Begins to run jobs in this process. @throws JobError `job-unknown-kind` */
export async function startJobs(services: Services, options: StartJobsOptions): Promise<RunningJobs> {
  const settings: JobThreadSettings = { blobs: options.blobs };
  const url = workerUrl('job-thread', import.meta.url);
  const threads = new JobThreads({ url, store: services.store, settings });
  const all = { ...handlersOf(services, threads), ...options.handlers };
  await services.jobs.start(chosen(all, options.kinds));
  return {
    stop: async (timeoutMs) => {
      await services.jobs.stop({ timeoutMs });
      await threads.close();
    },
  };
}

function handlersOf(services: Services, threads: JobThreads): Readonly<Record<string, JobHandler>> {
  const inProcess = processJobs.map(({ kind, run }): [string, JobHandler] => [
    kind,
    (context) => run(services, context),
  ]);
  const inThreads = threads.handlers(threadJobs);
  const prepared = threadJobs.map((job): [string, JobHandler] => [job.kind, withPreparation(services, job, inThreads)]);
  return Object.fromEntries([...inProcess, ...prepared]);
}

function withPreparation(
  services: Services,
  { kind, prepare, settle }: ThreadJob,
  handlers: Readonly<Record<string, JobHandler>>,
): JobHandler {
  const run: JobHandler = async (context) => {
    const added = prepare === undefined ? {} : await prepare(services, context);
    return handlers[kind]?.({ ...context, data: { ...context.data, ...added } });
  };
  if (settle === undefined) return run;
  return async (context) => {
    const ended = await run(context).then(
      (result) => ({ result, failure: undefined }),
      (error: unknown) => ({ result: undefined, failure: error instanceof Error ? error : new Error(String(error)) }),
    );
    await settle(services, context, ended.failure);
    return ended.result;
  };
}

function chosen(
  handlers: Readonly<Record<string, JobHandler>>,
  kinds: readonly string[] | undefined,
): Readonly<Record<string, JobHandler>> {
  if (kinds === undefined) return handlers;
  const unknown = kinds.find((kind) => handlers[kind] === undefined);
  if (unknown !== undefined)
    throw JobError.of('job-unknown-kind', { kind: unknown, known: Object.keys(handlers).toSorted().join(', ') });
  return Object.fromEntries(Object.entries(handlers).filter(([kind]) => kinds.includes(kind)));
}
