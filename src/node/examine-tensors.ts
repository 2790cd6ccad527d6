import { collectorFor, type TensorStats } from '../tensors/stats/tensor-stats.ts';
import { tensorChunks } from '../tensors/gather.ts';
import type { Tensor } from '../tensors/tensor.ts';

const crypto = () => process.getBuiltinModule('node:crypto');

export interface ExamineOptions {
  readonly stats: boolean;
  readonly histogram: boolean;
  readonly hash: boolean;
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** What reading a tensor to its end tells. */
export interface Examination {
  /** Undefined when not asked for, and for dtypes without numbers. */
  readonly stats: TensorStats | undefined;
  /** Of the bytes in C order, little-endian: what a safetensors file would hold. */
  readonly sha256: string | undefined;
}

/** Reads a tensor once, to its end, for everything that is asked for. @throws FormatError, ReadError, LimitError. */
export function examineTensor(tensor: Tensor, options: ExamineOptions): Examination {
  const collector = options.stats ? collectorFor(tensor.dtype, options.histogram) : undefined;
  const hash = options.hash ? crypto().createHash('sha256') : undefined;
  for (const chunk of tensorChunks(tensor)) {
    collector?.add(chunk);
    hash?.update(chunk);
    options.onBytes?.(chunk.length);
  }
  return { stats: collector?.result(), sha256: hash?.digest('hex') };
}

/** SHA-256 of a tensor's bytes in C order, in hexadecimal. */
export function sha256Tensor(tensor: Tensor, onBytes?: (bytes: number) => void): string {
  const options = { stats: false, histogram: false, hash: true, onBytes };
  return examineTensor(tensor, options).sha256 as string;
}
