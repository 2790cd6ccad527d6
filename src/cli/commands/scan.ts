import { Option, type Command } from 'commander';
import { thresholds } from '../../scan/threshold.ts';
import { outputFormats } from '../output-format.ts';
import type { ScanArguments } from '../scan/scan-arguments.ts';
import { threadCount } from './number-arguments.ts';

const AFTER = `
Exit code: 0 clean; 1 not clean at the threshold, or a target could not be read; 2 could not run, or nothing to scan.

Examples:
  vouchsafe scan model.pt
  vouchsafe scan models/ --output report.html --output report.sarif
  curl -s https://example.org/model.pt | vouchsafe scan - --stdin-name model.pt
  vouchsafe scan . --policy policy.yaml --fail-on malicious`;

/** Adds `vouchsafe scan`. */
export function defineScan(program: Command): void {
  program
    .command('scan')
    .summary('examine model files, folders or standard input')
    .description(
      'Examines files without running anything in them. Folders are searched completely; - is standard input.',
    )
    .argument('<target...>', 'files, folders, or -')
    .addOption(new Option('-f, --format <format>', 'how to report').choices(outputFormats))
    .addOption(
      new Option('-o, --output <file>', 'write the report to a file, its format taken from the ending; repeatable')
        .argParser((file: string, all: readonly string[]) => [...all, file])
        .default([], 'standard output'),
    )
    .addOption(
      new Option('--fail-on <verdict>', 'the mildest verdict that fails (default: inconclusive)').choices(thresholds),
    )
    .option('--policy <file>', 'YAML file with limits, rule settings, allowed names and suppressions')
    .option('--baseline <file>', 'accept the findings that this file lists')
    .option('--write-baseline <file>', 'list the findings of this run in a file, to accept them from now on')
    .option('-j, --jobs <number>', 'worker threads (default: one for each processor)', threadCount)
    .option('--as <format>', 'read every target as this file format, whatever it looks like')
    .option('--hash', 'report the SHA-256 of every file, which means reading all of it')
    .option('--include-git', 'examine .git folders too')
    .option('--stdin-name <name>', 'file name of standard input; a hint to its format')
    .addOption(new Option('-q, --quiet', 'one line for each file that is not clean, nothing else').conflicts('verbose'))
    .option('-v, --verbose', 'every file and finding, with evidence and references')
    .option('--no-progress', 'no progress line')
    .addHelpText('after', AFTER)
    .action(async (targets: string[], options: ScanArguments) => {
      const { runScan } = await import('../scan/run-scan.ts');
      process.exitCode = await runScan(targets, options);
    });
}
