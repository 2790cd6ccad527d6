import { dtypeBits } from '../../formats/safetensors/dtypes.ts';
import { openTensors, type OpenedTensors } from '../../node/open-tensors.ts';
import type { Tensor } from '../../tensors/tensor.ts';
import { UsageError } from '../usage-error.ts';
import type { ReadingArguments } from './tensors-arguments.ts';

/** A tensor with the file it is in. */
export interface ListedTensor {
  readonly tensor: Tensor;
  /** Path of the file below what was opened. */
  readonly file: string;
}

/** Opens what the command line names. @throws UsageError for a dtype that is none, and what `openTensors` throws. */
export function openTarget(target: string, options: ReadingArguments): OpenedTensors {
  const { rawDtype, allowCompressed, wholeObject, object, linksRoot } = options;
  if (rawDtype !== undefined && !dtypeBits.has(rawDtype)) {
    throw UsageError.of(`--raw-dtype ${rawDtype}: expected one of ${[...dtypeBits.keys()].join(', ')}`);
  }
  return openTensors(target, { rawItemDtype: rawDtype, allowCompressed, wholeObject, select: object, linksRoot });
}

/** Every tensor whose name fits one of the patterns; all without any. */
export async function listTensors(opened: OpenedTensors, options: ReadingArguments): Promise<ListedTensor[]> {
  const fits = await matcher(options.filter ?? []);
  return opened.parts.flatMap(({ path, file }) =>
    file.tensors.filter(({ name }) => fits(name)).map((tensor) => ({ tensor, file: path })),
  );
}

/** A star stands for anything, slashes and dots too: names of tensors are no paths. */
export async function matcher(patterns: readonly string[]): Promise<(name: string) => boolean> {
  if (patterns.length === 0) return () => true;
  const { default: picomatch } = await import('picomatch');
  return picomatch([...patterns], { dot: true, bash: true });
}
