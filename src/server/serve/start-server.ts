import { collectDefaultMetrics } from 'prom-client';
import { makeSetUpLink } from '../../access/people/invitations/set-up.ts';
import { builtConsole } from '../../node/built-console.ts';
import { isLoopback } from '../../node/loopback.ts';
import { packageVersion } from '../../node/version.ts';
import { checkCounters } from '../config/check-counters.ts';
import { defaultDataFolder } from '../config/data-folder.ts';
import type { ServerConfig } from '../config/schema.ts';
import { createServer } from '../create-server.ts';
import { placeOf } from '../place.ts';
import type { ServerLog } from '../plugins/log/server-log.ts';
import { openMetrics } from '../plugins/metrics/index.ts';
import { bindings } from '../routes/index.ts';
import { startJobs } from '../jobs/start-jobs.ts';
import { blobsConfigOf } from './blobs-config.ts';
import { type Closing, openAll } from './closing.ts';
import { choosePort, listen } from './listen.ts';
import { JOBS_STOP_MS, openServices } from './open-services.ts';
import { readTls, reloadTls } from './tls.ts';

export interface StartOptions {
  readonly config: ServerConfig;
  readonly log: ServerLog;
  readonly clock?: () => number;
  /** The built console; beside the program where absent. */
  readonly consoleFolder?: string;
}

export interface RunningServer {
  /** Where people meet it. */
  readonly origin: string;
  readonly folder: string;
  readonly isLoopback: boolean;
  /** With a one-time token, where there is no administrator yet. */
  readonly setUpLink: string | null;
  /** Reads certificate and key again. @throws StartError `tls-unusable`; it then goes on with what it had */
  reloadTls(): void;
  /** Takes no more requests, lets those under way end within `limits.stopSeconds`, then closes everything. */
  stop(): Promise<void>;
}

/**
 * Opens everything and listens. What was opened is closed again where something fails.
 * @throws StartError, and what the parts of the store throw that cannot be opened
 */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  return openAll((closing) => start(options, closing));
}

async function start(
  { config: given, log, clock = Date.now, consoleFolder }: StartOptions,
  closing: Closing,
): Promise<RunningServer> {
  checkCounters(given);
  const tls = given.listen.tls && readTls(given.listen.tls);
  const port = await choosePort(given.listen);
  const config = { ...given, listen: { ...given.listen, port } };
  const place = placeOf(config, port);
  const folder = config.data ?? defaultDataFolder(process.env, process.platform);
  const metrics = openMetrics();
  collectDefaultMetrics({ register: metrics.registry });
  const facts = { version: packageVersion(), startedAtMs: clock(), config, origin: place.origin, metrics };
  const { services, authenticator, jobHandlers } = await openServices({ facts, folder, log, closing, clock });
  const jobs = await startJobs(services, { blobs: blobsConfigOf(config, folder), handlers: jobHandlers });
  closing.add(jobs, (running) => running.stop(JOBS_STOP_MS));
  const app = createServer(services, {
    config,
    place,
    authenticator,
    bindings,
    log,
    metrics,
    consoleFolder: consoleFolder ?? builtConsole(),
    ...(tls === undefined ? {} : { tls }),
  });
  closing.add(app, (app) => closeWithin(app, config.limits.stopSeconds * 1000));
  const setUpLink = (await makeSetUpLink(services.people))?.link ?? null;
  await listen(app, config.listen);
  log.event('listening', { origin: place.origin, host: config.listen.host, port });
  return {
    origin: place.origin,
    folder,
    isLoopback: isLoopback(config.listen.host),
    setUpLink,
    reloadTls: () => {
      if (config.listen.tls !== undefined) reloadTls(app, config.listen.tls);
    },
    stop: async () => {
      for (const failure of await closing.close()) log.failure('stopping', failure);
      log.event('stopped');
    },
  };
}

/** Requests under way may end; those that take too long lose their connection. */
async function closeWithin(app: ReturnType<typeof createServer>, limitMs: number): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), limitMs);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
  }
}
