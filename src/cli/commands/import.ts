import type { Command } from 'commander';
import type { ImportArguments } from '../import/import-arguments.ts';
import { formatOption } from './sign.ts';

const AFTER_IMPORT = `
REFERENCE is hf://OWNER/NAME, with @ and a branch, a tag or a commit where it is not main. The hub is the one that the
configuration of the server names; nothing passes through this machine. A commit that is in the registry already, or on its
way, is not fetched again.

The server fetches the files, examines them and decides by its policy. Until the version is released, nobody can
download it. Whoever imports a model does not decide about it.

The server is named by --server or VOUCHSAFE_SERVER; whoever asks, by a key in --key-file or a key or token in
VOUCHSAFE_TOKEN. It is sent over https, or to this machine, and nowhere else.

Exit code: 0 asked for, with --wait released; 1 refused, or with --wait not released; 2 could not run.

Examples:
  vouchsafe import hf://google-bert/bert-base-uncased --project research --wait
  vouchsafe import hf://acme-labs/summariser@v1.2 --to acme/summariser --server https://vouchsafe.example.org`;

/** Adds `vouchsafe import`. */
export function defineImport(program: Command): void {
  program
    .command('import')
    .summary('have the registry fetch a model from a hub')
    .description('Has the server fetch a model from its hub as a new version, to be examined and released.')
    .argument('<reference>', 'model of the hub, such as hf://google-bert/bert-base-uncased')
    .option('--server <url>', 'address of the server (default: VOUCHSAFE_SERVER)')
    .option('--key-file <file>', 'key or token in the first line (default: VOUCHSAFE_TOKEN)')
    .option('--to <name>', 'model in the registry (default: as on the hub)')
    .option('--project <name>', 'make the model in this project if it is missing')
    .option('--wait', 'stay until the version is released, denied, or waits for a decision, and say why')
    .addOption(formatOption())
    .option('--no-progress', 'no progress line')
    .addHelpText('after', AFTER_IMPORT)
    .action(async (reference: string, options: ImportArguments) => {
      const { runImport } = await import('../import/run-import.ts');
      process.exitCode = await runImport(reference, options);
    });
}
