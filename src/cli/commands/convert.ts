import { Option, type Command } from 'commander';
import { thresholds } from '../../scan/threshold.ts';
import {
  type ConvertArguments,
  convertFormats,
  hashScopes,
  parseFactor,
  parseMetadata,
  parseSize,
} from '../convert/convert-arguments.ts';

const AFTER = `
Exit code: 0 converted, or verified; 1 refused, or not what the record says; 2 could not run.

Examples:
  vouchsafe convert pytorch_model.bin -o model.safetensors
  vouchsafe convert snapshot/ -o safe/ --hash all
  vouchsafe convert snapshot/ --in-place
  vouchsafe convert big.pt -o out/ --max-shard-size 5GB --dry-run
  vouchsafe convert --verify safe/vouchsafe.conversion.json snapshot/`;

const each = (value: string, all: readonly string[]): readonly string[] => [...all, value];

/** Adds `vouchsafe convert`. */
export function defineConvert(program: Command): void {
  const command = program
    .command('convert')
    .summary('turn weights into safetensors without running them')
    .description(
      'Converts weight files, or a whole model folder, to safetensors. Nothing in the sources is executed; outputs appear whole or not at all, with a record of what became of every tensor.',
    )
    .argument('<input...>', 'files, or one folder')
    .option('-o, --output <place>', 'a .safetensors file, or a folder')
    .option('-n, --dry-run', 'show exactly what would be written, and write nothing')
    .option('--force', 'replace outputs that exist');
  defineContent(command);
  defineFolder(command);
  command
    .addOption(
      new Option('--hash [scope]', 'SHA-256 of the outputs, or of sources and each tensor too, in the record')
        .choices(hashScopes)
        .preset('outputs'),
    )
    .addOption(
      new Option('--fail-on <verdict>', 'write nothing when a file is this bad or worse (default: never)').choices(
        thresholds,
      ),
    )
    .option('--policy <file>', 'policy file of the scan')
    .option('--verify <record>', 'derive the outputs that a record names again from the inputs, and compare')
    .addOption(new Option('-f, --format <format>', 'how to report').choices(convertFormats).default('terminal'))
    .option('-q, --quiet', 'say nothing unless something is wrong')
    .option('--no-progress', 'no progress line')
    .addHelpText('after', AFTER)
    .action(async (inputs: string[], options: ConvertArguments) => {
      const { runConvert } = await import('../convert/run-convert.ts');
      process.exitCode = await runConvert(inputs, options);
    });
}

/** Options on what is written. */
function defineContent(command: Command): void {
  command
    .option('--max-shard-size <size>', 'split into files of at most this size, with an index (5GB, 500MiB)', parseSize)
    .option('--dedupe', 'write tensors that share memory once; needs a loader that ties them again')
    .option('--allow-partial', 'leave out what cannot be converted instead of refusing all of it')
    .addOption(
      new Option('--select <glob>', 'only tensors of these names; repeatable').argParser(each).default([], 'all'),
    )
    .addOption(
      new Option('--exclude <glob>', 'not tensors of these names; repeatable').argParser(each).default([], 'none'),
    )
    .addOption(
      new Option('--metadata <key=value>', 'add to __metadata__; repeatable')
        .argParser(parseMetadata)
        .default([], 'none'),
    )
    .option('--raw-dtype <dtype>', 'what raw two-byte items of NumPy files are: BF16')
    .option('--allow-compressed', 'take storages that a checkpoint keeps compressed')
    .option('--whole-object', 'every tensor of a checkpoint under its full path, optimizer states too')
    .option('--object <path>', 'only the part of a checkpoint at this path, taken as the whole (model.ema)')
    .option('--max-amplification <factor>', 'bytes written for each byte that the sources hold', parseFactor);
}

/** Options for folders. */
function defineFolder(command: Command): void {
  command
    .option('--in-place', 'convert a folder where it is; what goes is moved to FOLDER.before-conversion')
    .option('--delete-originals', 'with --in-place: delete what goes instead')
    .option('--follow-links', 'take links that lead out of the folder')
    .addOption(
      new Option('--keep <glob>', 'copy files of these names whatever the scan says; repeatable')
        .argParser(each)
        .default([], 'none'),
    )
    .option('--training-state', 'convert states of optimizers and the like too')
    .option('--all-weights', 'convert every file with tensors, not only those whose loading runs code')
    .option('--normalize', 'write safetensors files anew instead of copying them');
}
