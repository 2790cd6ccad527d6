import { Option, type Command } from 'commander';
import { inspectFormats, type InspectArguments, parseMaxLines } from '../inspect/inspect-arguments.ts';

/** Adds `vouchsafe inspect`. */
export function defineInspect(program: Command): void {
  program
    .command('inspect')
    .summary('show what a file holds, pickles decompiled')
    .description(
      'Takes a file apart without running anything: pickles as Python-like statements with byte offsets, archives listed, headers and chat templates shown, members inside too.',
    )
    .argument('<file>', 'a file')
    .addOption(new Option('-f, --format <format>', 'how to print').choices(inspectFormats).default('terminal'))
    .option('--max-lines <count>', 'lines shown of each part', parseMaxLines)
    .action(async (file: string, options: InspectArguments) => {
      const { runInspect } = await import('../inspect/run-inspect.ts');
      await runInspect(file, options);
    });
}
