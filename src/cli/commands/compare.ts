import { Option, type Command } from 'commander';
import { type CompareArguments, parseTolerance } from '../compare/compare-arguments.ts';
import { tensorFormats } from '../tensors/tensors-arguments.ts';
import { addReadingOptions } from './tensors.ts';

const AFTER = `
Tensors are matched by name and compared byte by byte, in C order and little-endian, whatever formats they are in.

Exit code: 0 the same; 1 different; 2 could not be compared.

Examples:
  vouchsafe compare model.pt model.safetensors
  vouchsafe compare before/ after/ --values
  vouchsafe compare a.npz b.h5 --atol 1e-6 --rtol 1e-5`;

/** Adds `vouchsafe compare`. */
export function defineCompare(program: Command): void {
  const command = program
    .command('compare')
    .summary('compare the tensors of two models')
    .description('Says whether two files or folders hold the same tensors, and how they differ.')
    .argument('<a>', 'a file, or a folder of them')
    .argument('<b>', 'another')
    .addOption(new Option('-f, --format <format>', 'how to print').choices(tensorFormats).default('terminal'))
    .option('--values', 'for tensors that differ, how far their numbers are apart')
    .option('--atol <number>', 'numbers this near count as equal; implies --values', parseTolerance)
    .option('--rtol <number>', 'the same, as a share of the second number', parseTolerance);
  addReadingOptions(command)
    .addHelpText('after', AFTER)
    .action(async (a: string, b: string, options: CompareArguments) => {
      const { runCompare } = await import('../compare/run-compare.ts');
      process.exitCode = await runCompare([a, b], options);
    });
}
