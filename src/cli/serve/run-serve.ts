import { loadConfig, type ServeFlags } from '../../server/config/load-config.ts';
import { openLog, type ServerLog } from '../../server/plugins/log/server-log.ts';
import { type RunningServer, startServer } from '../../server/serve/start-server.ts';
import { describeFailure } from '../failure.ts';
import { streamTheme } from '../render/theme.ts';
import { stopSignal } from '../stop-signal.ts';
import { welcome } from './welcome.ts';

/** Runs the server until a signal stops it. */
export async function runServe(flags: ServeFlags): Promise<number> {
  const config = loadConfig(flags, process.env);
  const isTerminal = process.stdout.isTTY;
  // On a terminal the log would bury what a person needs to see first.
  const level = isTerminal && flags.logLevel === undefined && config.log.level === 'info' ? 'warn' : config.log.level;
  const log = openLog({ ...config.log, level }, process.stderr);
  const server = await startServer({ config, log });
  if (isTerminal || server.setUpLink !== null) process.stdout.write(welcome(server, streamTheme(process.stdout)));
  await untilStopped(server, log);
  if (isTerminal) process.stdout.write('Stopped.\n');
  return 0;
}

async function untilStopped(server: RunningServer, log: ServerLog): Promise<void> {
  const reload = (): void => {
    try {
      server.reloadTls();
      log.event('tls-reloaded');
    } catch (error) {
      log.failure('tls-not-reloaded', error);
    }
  };
  process.on('SIGHUP', reload);
  const signal = await stopSignal();
  log.event('stopping', { signal });
  try {
    await server.stop();
  } catch (error) {
    process.stderr.write(describeFailure(error));
  }
  process.off('SIGHUP', reload);
}
