import { Option, type Command } from 'commander';
import type { WorkerArguments } from '../worker/run-worker.ts';
import { wholeNumber } from './number-arguments.ts';

const AFTER = `
A worker runs jobs beside the servers that share records in PostgreSQL; jobs.column must be pg-boss there. Start as many
as you like, on as many machines: a job runs on one of them, and one whose worker is killed runs again elsewhere and
ends once. Give each worker the configuration and the keys of the server.

Signals: SIGTERM and SIGINT let jobs under way end for --stop-seconds and give back the others; a second one ends the
worker at once.

Exit code: 0 stopped as asked; 2 could not run.

Examples:
  vouchsafe worker --config /etc/vouchsafe.yaml
  vouchsafe worker --config /etc/vouchsafe.yaml --jobs 8 --kinds ledger.export`;

const MAX_JOBS = 64;
const MAX_STOP_SECONDS = 86_400;
const DEFAULT_STOP_SECONDS = 20;
const logLevels = ['debug', 'info', 'warn', 'error', 'silent'];

/** Adds `vouchsafe worker`. */
export function defineWorker(program: Command): void {
  program
    .command('worker')
    .summary('run jobs of servers that share their records')
    .description('Runs the jobs of servers on PostgreSQL.')
    .option('--config <file>', 'YAML file with everything that can be set; the one of the server')
    .option('--data <folder>', 'data folder (default: the one of the user)')
    .option('-j, --jobs <number>', 'how many at once (default: jobs.threads)', wholeNumber(MAX_JOBS))
    .option('--kinds <kind...>', 'only jobs of these kinds (default: all)')
    .option(
      '--stop-seconds <number>',
      'how long jobs may end when it is stopped',
      wholeNumber(MAX_STOP_SECONDS),
      DEFAULT_STOP_SECONDS,
    )
    .addOption(new Option('--log-level <level>', 'what to log (default: info)').choices(logLevels))
    .addHelpText('after', AFTER)
    .action(async (options: WorkerArguments) => {
      const { runWorker } = await import('../worker/run-worker.ts');
      process.exitCode = await runWorker(options);
    });
}
