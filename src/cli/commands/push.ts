import type { Command } from 'commander';
import type { PushArguments } from '../push/push-arguments.ts';
import { wholeNumber } from './number-arguments.ts';
import { formatOption, ignoreOption } from './sign.ts';

const MAX_PARALLEL = 32;
const DEFAULT_PARALLEL = 4;

const AFTER_PUSH = `
PATH is a folder, or one file. NAME is the model in the registry, such as acme/summariser. Everything in the folder
becomes one new version; links are refused. Files are hashed first: what earlier versions of the model have is not sent,
and the same push after an interruption, on whatever machine, sends only what is still missing.

The server examines the version and decides by its policy. Until it is released, nobody can download it.

The server is named by --server or VOUCHSAFE_SERVER; whoever asks, by a key in --key-file or a key or token in
VOUCHSAFE_TOKEN. It is sent over https, or to this machine, and nowhere else.

Exit code: 0 pushed, with --wait released; 1 refused, or with --wait not released; 2 could not run.

Examples:
  vouchsafe push model/ acme/summariser --server https://vouchsafe.example.org --key-file ci.key
  vouchsafe push model/ acme/summariser --project research --message "trained on 2026-11" --wait`;

/** Adds `vouchsafe push`. */
export function definePush(program: Command): void {
  program
    .command('push')
    .summary('upload a model to the registry')
    .description('Uploads a folder or a file as a new version of a model, to be examined and released.')
    .argument('<path>', 'folder or file')
    .argument('<name>', 'model, such as acme/summariser')
    .option('--server <url>', 'address of the server (default: VOUCHSAFE_SERVER)')
    .option('--key-file <file>', 'key or token in the first line (default: VOUCHSAFE_TOKEN)')
    .option('--project <name>', 'make the model in this project if it is missing')
    .option('--message <text>', 'what is new in this version')
    .addOption(ignoreOption())
    .option('--wait', 'stay until the version is released, denied, or waits for a decision, and say why')
    .option('--parallel <number>', 'parts sent at the same time', wholeNumber(MAX_PARALLEL), DEFAULT_PARALLEL)
    .addOption(formatOption())
    .option('--no-progress', 'no progress line')
    .addHelpText('after', AFTER_PUSH)
    .action(async (path: string, name: string, options: PushArguments) => {
      const { runPush } = await import('../push/run-push.ts');
      process.exitCode = await runPush(path, name, options);
    });
}
