import type { Limits } from '../../bytes/limits.ts';
import type { ScanPolicy } from '../../scan/policy.ts';
import type { Threshold } from '../../scan/threshold.ts';
import type { Judged } from './scan-inputs.ts';
import type { HashScope } from './write-output.ts';

export interface ConvertOptions {
  /** Files, or one folder. */
  readonly inputs: readonly string[];
  /** A `.safetensors` file or a folder; absent with `inPlace`. */
  readonly output?: string | undefined;
  /** Convert a folder where it is. What goes is moved to a folder beside it, unless `deleteOriginals`. */
  readonly inPlace?: boolean | undefined;
  readonly deleteOriginals?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  /** Replace outputs that exist. */
  readonly force?: boolean | undefined;
  readonly hash?: HashScope | undefined;
  /** The mildest verdict at which nothing is written; default: none, since nothing of the sources is run. */
  readonly failOn?: Threshold | undefined;
  readonly policy?: ScanPolicy | undefined;
  /** Of a folder: what a scan of these very files said, by path; they are not scanned again. */
  readonly judged?: ReadonlyMap<string, Judged> | undefined;

  readonly maxShardBytes?: number | undefined;
  readonly dedupe?: boolean | undefined;
  readonly allowPartial?: boolean | undefined;
  readonly maxAmplification?: number | undefined;
  readonly metadata?: ReadonlyMap<string, string> | undefined;
  readonly select?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly rawItemDtype?: string | undefined;
  readonly allowCompressed?: boolean | undefined;
  /** Take every tensor of a checkpoint under its full path, optimizer states included. */
  readonly wholeObject?: boolean | undefined;
  /** Path of the part of a checkpoint that is taken as the whole: `model.ema`. */
  readonly object?: string | undefined;

  /** Of a folder: take links that lead out of it. Those of a Hub cache into its own blobs are always taken. */
  readonly followLinks?: boolean | undefined;
  /** Globs of files to copy whatever the scan says of them. */
  readonly keep?: readonly string[] | undefined;
  /** Convert states of optimizers and the like too. */
  readonly trainingState?: boolean | undefined;
  /** Convert every file with tensors, not only those whose loading runs code. */
  readonly allWeights?: boolean | undefined;
  /** Write safetensors files anew instead of copying them. */
  readonly normalize?: boolean | undefined;

  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
  readonly onStuckThread?: (() => void) | undefined;
  /** For the record; default: now. */
  readonly now?: Date | undefined;
  readonly limits?: Partial<Limits> | undefined;
}
