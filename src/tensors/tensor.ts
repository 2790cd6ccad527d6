import type { Source } from '../bytes/source.ts';
import type { Span } from '../bytes/span.ts';

/**
 * One tensor of a file: what it is, and where each of its elements stands. Nothing is read before somebody asks for
 * bytes, so listing a 100 GB checkpoint costs its headers.
 */
export interface Tensor {
  readonly name: string;
  /** A safetensors dtype where there is one (`F32`), else what the source calls it (`C128`, `Q4_K`, `QInt8`). */
  readonly dtype: string;
  /** Sizes of the axes, outermost first; `[]` is a scalar. */
  readonly shape: readonly number[];
  readonly placement: Placement;
  /** Equal for tensors that share memory when the source's own loader reads it; undefined when nothing can be shared. */
  readonly storage: string | undefined;
  readonly origin: TensorOrigin;
}

/** Where the elements of a tensor are, and what has to be done to each on the way out. */
export interface Placement {
  /** Bytes that hold the elements: a part of a file, or a decoded view of one. */
  readonly source: Source;
  /** Byte offset in `source` of the element at index 0 of every axis. */
  readonly offset: number;
  /** Bytes of one element; for packed or blocked dtypes undefined, and the tensor is then in C order. */
  readonly itemBytes: number | undefined;
  /** Bytes of the tensor in C order, written out in full. */
  readonly byteLength: number;
  /** Elements between neighbours along each axis; undefined when the tensor is contiguous in C order. */
  readonly strides?: readonly number[] | undefined;
  /** Bytes are reversed in units of this many: 2, 4 or 8 for big-endian sources. */
  readonly swapBytes?: 2 | 4 | 8 | undefined;
  /** Signs to flip: of a lazily negated tensor all, of a lazily conjugated one the imaginary parts, of both the real parts. */
  readonly flipSigns?: 'all' | 'imaginary' | 'real' | undefined;
}

/** Where a tensor came from, for the conversion record. */
export interface TensorOrigin {
  /** Member of the container (`archive/data/0`), data set (`/model/dense/kernel`) or outside file; `''` for the file itself. */
  readonly member: string;
  /** Bytes of the storage in the file; undefined when they are compressed or scattered. */
  readonly span: Span | undefined;
  /** CRC-32 that the container states for all bytes of the member; absent when it states none. Not yet verified. */
  readonly crc32?: number | undefined;
}

/** A value beside the tensors that no safetensors file can hold: a step count, hyper-parameters, code. */
export interface OmittedValue {
  /** Path within the object: `optimizer.param_groups.0.lr`. */
  readonly path: string;
  /** What it is, in a few words: `a number`, `a call of my_package.Config`. */
  readonly what: string;
}

/** A tensor that is there and cannot be told as bytes of a known dtype. */
export interface RefusedTensor {
  readonly name: string;
  readonly code: RefusalCode;
  /** What exactly, in lower case: `quantized tensor of QInt8Storage`. */
  readonly detail: string;
}

/** Why a tensor is refused. Stable: scripts and records depend on it. */
export type RefusalCode =
  | 'dtype-unsupported'
  | 'dtype-ambiguous'
  | 'layout-quantized'
  | 'layout-sparse'
  | 'layout-nested'
  | 'layout-unknown'
  | 'without-data'
  | 'external-data'
  | 'name-invalid'
  | 'filter-unsupported'
  | 'expansion-exceeded';

/** Every tensor of one file, and everything else that is in it. */
export interface TensorFile {
  /** Id of the format that read it. */
  readonly format: string;
  /** In the order of the source. */
  readonly tensors: readonly Tensor[];
  readonly refused: readonly RefusedTensor[];
  readonly omitted: readonly OmittedValue[];
  /** Text by key, as safetensors' `__metadata__` carries it. */
  readonly metadata: ReadonlyMap<string, string>;
  /** `module.name` of everything a pickle inside imports, sorted, each once. */
  readonly globals: readonly string[];
  /** Facts a reader of the conversion record should know: `every CRC is zero`, `junk after STOP`. */
  readonly notes: readonly string[];
}
