import { Option, type Command } from 'commander';
import { specVersions } from '../../bom/cyclonedx/types.ts';
import { type BomArguments, bomFormats } from '../bom/bom-arguments.ts';
import { threadCount } from './number-arguments.ts';

const AFTER = `
Every field is measured or read from a file of the model; what no file says is left out. SOURCE_DATE_EPOCH sets the
time that the document gives; everything else depends on the files alone.

Exit code: 0 written, or nothing differs; 1 a file cannot be listed, the signature speaks of other files, a document is
not valid, or --check found differences; 2 could not run.

Examples:
  vouchsafe bom models/llama -o models/llama/model.cdx.json
  vouchsafe bom model.gguf --format spdx -o model.gguf.spdx.json
  vouchsafe bom models/llama --explain
  vouchsafe bom models/llama --check models/llama/model.cdx.json`;

/** Adds `vouchsafe bom`. */
export function defineBom(program: Command): void {
  program
    .command('bom')
    .summary('list what a model is made of (CycloneDX or SPDX)')
    .description(
      'Writes a bill of materials of a model file or folder: every file with its SHA-256, tensors counted, licence, data sets, base models and metrics as its files state them, chat templates, findings as VEX.',
    )
    .argument('[path]', 'a model file or folder')
    .option('-o, --output <file>', 'where to write it (default: standard output)')
    .addOption(
      new Option(
        '-f, --format <format>',
        'which document (default: cyclonedx, or what the ending of --output says)',
      ).choices(bomFormats),
    )
    .addOption(
      new Option('--spec-version <version>', 'of CycloneDX; SPDX is 3.0.1').choices(specVersions).default('1.6'),
    )
    .addOption(
      new Option('--check <file>', 'check a document against its schema and, with a path, against the files').conflicts(
        ['output', 'explain', 'format'],
      ),
    )
    .option('--explain', 'show every field with the file and place that it was read from')
    .option('--json', 'print what --check and --explain find as JSON')
    .option('--name <name>', 'name of the model (default: what its files say, else the name of the folder)')
    .option('--model-version <version>', 'version of the model')
    .option('--policy <file>', 'policy file of the scan')
    .option('-j, --jobs <number>', 'worker threads (default: one for each processor)', threadCount)
    .option('--no-progress', 'no progress line')
    .addHelpText('after', AFTER)
    .action(async (path: string | undefined, options: BomArguments) => {
      const { runBom } = await import('../bom/run-bom.ts');
      process.exitCode = await runBom(path, options);
    });
}
