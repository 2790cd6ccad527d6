import { Option, type Command } from 'commander';
import { metadataChoices } from '../../clean/options.ts';
import { templateNames } from '../../clean/templates/index.ts';
import { type CleanArguments, cleanFormats } from '../clean/clean-arguments.ts';

const AFTER = `
Exit code: 0 everything is clean now (or would be, with --dry-run); 1 something cannot be cleaned, and nothing was written; 2 could not run.

Examples:
  vouchsafe clean model/ -o model-clean/
  vouchsafe clean config.json -o config.clean.json
  vouchsafe clean tokenizer_config.json -o fixed.json --template auto
  vouchsafe clean model/ --in-place --backup
  vouchsafe clean model/ --dry-run -f json
  vouchsafe clean model/ -o model-clean/ --drop-unsafe --record model-clean.cleaning.json`;

/** Adds `vouchsafe clean`. */
export function defineClean(program: Command): void {
  program
    .command('clean')
    .summary('take dangerous metadata out of files and folders')
    .description(
      'Writes copies without what the scanner finds dangerous: instantiated callables, remote code, poisoned templates, hidden characters, bad headers. Everything else stays byte for byte; the result is scanned again. What cannot be cleaned is refused.',
    )
    .argument('<input...>', 'files or folders')
    .option('-o, --output <path>', 'where to write: a file for one file, else a new folder')
    .option('--in-place', 'replace the files that have to be changed')
    .option('--backup [suffix]', 'with --in-place: keep what was there under a longer name (default suffix: .bak)')
    .option('--force', 'replace what is at the output')
    .option('-n, --dry-run', 'only say what would be done')
    .addOption(
      new Option('--template <name>', 'what takes the place of a poisoned chat template; auto: only if it is certain')
        .choices(['none', 'auto', ...templateNames])
        .default('none'),
    )
    .addOption(
      new Option('--keep-metadata <which>', 'metadata of weights files: all but the dangerous, what loaders need, none')
        .choices(metadataChoices)
        .default('all'),
    )
    .option('--drop-cells', 'remove code cells with findings from notebooks')
    .option('--clear-notebooks', 'empty all outputs, execution counts and metadata of notebooks')
    .option('--drop-unsafe', 'leave out of the output what cannot be cleaned, rather than fail')
    .option('--low', 'take out what low findings name, too')
    .option('--policy <file>', 'YAML file with limits, rule settings, allowed names and suppressions')
    .option('--record <file>', 'write what was done as JSON, such as vouchsafe.cleaning.json')
    .option('--include-git', 'copy and clean .git folders too')
    .addOption(new Option('-f, --format <format>', 'how to report').choices(cleanFormats).default('terminal'))
    .option('--no-progress', 'no progress line')
    .addHelpText('after', AFTER)
    .action(async (inputs: string[], options: CleanArguments) => {
      const { runClean } = await import('../clean/run-clean.ts');
      process.exitCode = await runClean(inputs, options);
    });
}
