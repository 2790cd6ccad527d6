import { loadConfig } from '../../server/config/load-config.ts';
import type { ServerConfig } from '../../server/config/schema.ts';
import { openLog } from '../../server/plugins/log/server-log.ts';
import { startWorker } from '../../server/serve/start-worker.ts';
import { stopSignal } from '../stop-signal.ts';

export interface WorkerArguments {
  readonly config?: string;
  readonly data?: string;
  readonly jobs?: number;
  readonly kinds?: readonly string[];
  readonly stopSeconds: number;
  readonly logLevel?: ServerConfig['log']['level'];
}

/** Runs jobs until a signal stops it. */
export async function runWorker({ jobs, kinds, stopSeconds, ...flags }: WorkerArguments): Promise<number> {
  const loaded = loadConfig(flags, process.env);
  const config = jobs === undefined ? loaded : { ...loaded, jobs: { ...loaded.jobs, threads: jobs } };
  const log = openLog(config.log, process.stderr);
  const worker = await startWorker({ config, log, kinds });
  const signal = await stopSignal();
  log.event('stopping', { signal });
  await worker.stop(stopSeconds * 1000);
  return 0;
}
