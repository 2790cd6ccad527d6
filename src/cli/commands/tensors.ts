import { Option, type Command } from 'commander';
import { sortOrders, tensorFormats, type TensorsArguments } from '../tensors/tensors-arguments.ts';

const AFTER = `
Reads safetensors, PyTorch, NumPy (.npy, .npz), Keras and HDF5, ONNX, TensorFlow checkpoints and GGUF. Without --stats,
--hash or --verify only headers are read.

Exit code: 0 listed; 1 a file or a tensor could not be read to its end, or there are none; 2 could not run.

Examples:
  vouchsafe tensors model.safetensors
  vouchsafe tensors model.pt --stats --filter '*.weight' --sort size
  vouchsafe tensors model/ --hash -f json
  vouchsafe tensors variables.index --verify`;

/** Collects an option that may be given several times. */
const collect = (value: string, all: readonly string[] = []): readonly string[] => [...all, value];

/** Options about reading that several commands share. */
export function addReadingOptions(command: Command): Command {
  return command
    .addOption(new Option('--filter <glob>', 'only tensors whose name fits; repeatable').argParser(collect))
    .option('--raw-dtype <dtype>', 'what raw NumPy items (|V2) are, such as BF16')
    .option('--allow-compressed', 'take storages that a PyTorch checkpoint keeps compressed')
    .option('--whole-object', 'every tensor of a PyTorch checkpoint under its full path, optimizer states too')
    .option('--object <path>', 'only the part of a PyTorch checkpoint at this path, taken as the whole (model.ema)')
    .option('--links-root <dir>', 'follow links to outside data as long as they end in this folder')
    .option('--no-progress', 'no progress line');
}

/** Adds `vouchsafe tensors`. */
export function defineTensors(program: Command): void {
  const command = program
    .command('tensors')
    .summary('list the tensors of a model, with statistics')
    .description('Lists the tensors of a file or folder without loading it: names, dtypes, shapes, places.')
    .argument('<path>', 'a file, or a folder of them')
    .addOption(new Option('-f, --format <format>', 'how to print').choices(tensorFormats).default('terminal'))
    .option('--stats', 'read every number: bounds, mean, spread, zeros, NaN, infinities')
    .option('--histogram', 'with --stats, show how the numbers are spread')
    .option('--hash', 'SHA-256 of every tensor, and which are the same')
    .option('--verify', 'read everything, and check the checksums that the format keeps')
    .addOption(new Option('--sort <order>', 'order of the list').choices(sortOrders).default('source'));
  addReadingOptions(command)
    .addHelpText('after', AFTER)
    .action(async (path: string, options: TensorsArguments) => {
      const { runTensors } = await import('../tensors/run-tensors.ts');
      process.exitCode = await runTensors(path, options);
    });
}
