import { packageVersion } from '../../node/version.ts';
import { JobError } from '../../store/jobs/errors.ts';
import { checkCounters } from '../config/check-counters.ts';
import { defaultDataFolder } from '../config/data-folder.ts';
import type { ServerConfig } from '../config/schema.ts';
import { startJobs } from '../jobs/start-jobs.ts';
import { placeOf } from '../place.ts';
import type { ServerLog } from '../plugins/log/server-log.ts';
import { openMetrics } from '../plugins/metrics/index.ts';
import { blobsConfigOf } from './blobs-config.ts';
import { type Closing, openAll } from './closing.ts';
import { openServices } from './open-services.ts';

export interface StartWorkerOptions {
  readonly config: ServerConfig;
  readonly log: ServerLog;
  /** Only these kinds of jobs; all where absent. */
  readonly kinds?: readonly string[] | undefined;
  readonly clock?: () => number;
}

export interface RunningWorker {
  /** Takes no further job, lets those under way end for so long, gives back the others, closes everything. */
  stop(timeoutMs: number): Promise<void>;
}

/**
 * Runs jobs, and nothing else, beside the servers that share the records.
 * @throws JobError `jobs-unconfigured` where jobs are not shared, `job-unknown-kind`; StartError `counters-apart`, as a server;
 * and what opening the store throws
 */
export async function startWorker(options: StartWorkerOptions): Promise<RunningWorker> {
  const { column } = options.config.jobs;
  if (column !== 'pg-boss') {
    const reason = `expected jobs.column to be pg-boss, found ${column}: there, the server runs its jobs itself`;
    throw JobError.of('jobs-unconfigured', { reason });
  }
  checkCounters(options.config);
  return openAll((closing) => start(options, closing));
}

async function start(
  { config, log, kinds, clock = Date.now }: StartWorkerOptions,
  closing: Closing,
): Promise<RunningWorker> {
  const folder = config.data ?? defaultDataFolder(process.env, process.platform);
  const { origin } = placeOf(config, config.listen.port);
  const facts = { version: packageVersion(), startedAtMs: clock(), config, origin, metrics: openMetrics() };
  const { services, jobHandlers } = await openServices({ facts, folder, log, closing, clock });
  const jobs = await startJobs(services, { blobs: blobsConfigOf(config, folder), kinds, handlers: jobHandlers });
  log.event('worker-started', { threads: config.jobs.threads, kinds: kinds?.join(' ') ?? 'all' });
  return {
    stop: async (timeoutMs) => {
      await jobs.stop(timeoutMs);
      for (const failure of await closing.close()) log.failure('stopping', failure);
      log.event('worker-stopped');
    },
  };
}
