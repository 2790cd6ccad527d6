import type { Command } from 'commander';
import type { PullArguments } from '../pull/pull-arguments.ts';
import { wholeNumber } from './number-arguments.ts';
import { formatOption } from './sign.ts';

const MAX_PARALLEL = 32;
const DEFAULT_PARALLEL = 4;

const AFTER_PULL = `
NAME is a model of the registry; without @ its newest released version. After @ comes the number of a version, its
revision (7 digits or more), or a stage: the newest released version of that stage.

FOLDER must be new, or hold nothing but files of this version: those that are right are kept. Files are put in their
place when all of them have arrived, have the SHA-256 that was announced, and the version is still released. What an
interrupted pull left is gone on with by the next.

The server is named by --server or VOUCHSAFE_SERVER; whoever asks, by a key in --key-file or a key or token in
VOUCHSAFE_TOKEN. It is sent over https, or to this machine, and nowhere else.

Exit code: 0 pulled; 1 it cannot be had, or is not what was announced; 2 could not run.

Examples:
  vouchsafe pull acme/summariser --server https://vouchsafe.example.org --key-file reader.key
  vouchsafe pull acme/summariser@production models/summariser
  vouchsafe pull acme/summariser@12 --format json`;

/** Adds `vouchsafe pull`. */
export function definePull(program: Command): void {
  program
    .command('pull')
    .summary('download a released model from the registry')
    .description('Downloads a released version of a model, and checks every file.')
    .argument('<name>', 'model, with @ and a number, a revision or a stage where it is not the newest')
    .argument('[folder]', 'where to (default: the last part of the name)')
    .option('--server <url>', 'address of the server (default: VOUCHSAFE_SERVER)')
    .option('--key-file <file>', 'key or token in the first line (default: VOUCHSAFE_TOKEN)')
    .option('--parallel <number>', 'files received at the same time', wholeNumber(MAX_PARALLEL), DEFAULT_PARALLEL)
    .addOption(formatOption())
    .option('--no-progress', 'no progress line')
    .addHelpText('after', AFTER_PULL)
    .action(async (name: string, folder: string | undefined, options: PullArguments) => {
      const { runPull } = await import('../pull/run-pull.ts');
      process.exitCode = await runPull(name, folder, options);
    });
}
