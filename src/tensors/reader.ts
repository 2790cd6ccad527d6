import type { Budget, Limits } from '../bytes/limits.ts';
import type { Source } from '../bytes/source.ts';
import type { TensorFile } from './tensor.ts';

/** What a reader is given. */
export interface ReadContext {
  readonly source: Source;
  /** For messages. */
  readonly path: string;
  readonly limits: Limits;
  readonly budget: Budget;
  /**
   * Opens a file beside the one being read, by the relative name that its bytes give; undefined when there is none or
   * when the name leads out of the folder. ONNX and TensorFlow keep data there.
   */
  readonly openBeside?: ((relativePath: string) => Source | undefined) | undefined;
  readonly options: ReadOptions;
}

/** What a user may decide about a file that does not say it itself. Each is off unless asked for. */
export interface ReadOptions {
  /** The dtype that raw two-byte items (`|V2` of NumPy) are: ml_dtypes writes bfloat16 so. */
  readonly rawItemDtype?: string | undefined;
  /** Take storages that a checkpoint keeps compressed, which torch itself misreads with mmap. */
  readonly allowCompressed?: boolean | undefined;
  /** Take every tensor of a checkpoint under its full path, optimizer states included, instead of the weights alone. */
  readonly wholeObject?: boolean | undefined;
  /** Path of the part of a checkpoint that is taken as the whole: `model.ema`. */
  readonly select?: string | undefined;
}

/** Reads the tensors of one format, with the same parser that judges it. */
export interface TensorReader<Id extends string = string> {
  /** Id of the format, as in `src/formats`. */
  readonly format: Id;
  /** @throws TensorError, FormatError, LimitError, ReadError. */
  readonly read: (context: ReadContext) => TensorFile;
}

/** Typed identity: keeps the literal id. */
export function defineTensorReader<const Id extends string>(reader: TensorReader<Id>): TensorReader<Id> {
  return reader;
}
