import type { Span } from '../../bytes/span.ts';
import type { StructureFault } from '../structure-fault.ts';

/** What a GGUF file says about itself; tensor bytes are only known by their place. */
export interface GgufFile {
  readonly version: number;
  readonly endianness: 'little' | 'big';
  readonly alignment: number;
  /** Where keys and tensor descriptions end; data starts at the next multiple of the alignment. */
  readonly structureEnd: number;
  /** Keys in the order of the file, duplicates included. */
  readonly keys: readonly string[];
  readonly tensors: readonly GgufTensor[];
  /** Where tensor data starts in the file; undefined when the file broke off before it. */
  readonly dataStart: number | undefined;
  readonly faults: readonly StructureFault<GgufFaultCode>[];
}

export interface GgufTensor {
  readonly name: string;
  /** Number of elements along each axis, fastest first. */
  readonly dimensions: readonly bigint[];
  /** ggml's number of the element type. */
  readonly type: number;
  /** From the start of the tensor data. */
  readonly offset: bigint;
  /** Where the description of it is in the file. */
  readonly info: Span;
}

export type GgufFaultCode =
  | 'old-version'
  | 'count-beyond-file'
  | 'duplicate-key'
  | 'duplicate-tensor'
  | 'empty-key'
  | 'zero-in-key'
  | 'unknown-value-type'
  | 'nested-array'
  | 'bad-boolean'
  | 'bad-alignment'
  | 'long-tensor-name'
  | 'too-many-dimensions'
  | 'dimension-overflow'
  | 'partial-block'
  | 'unknown-tensor-type'
  | 'retired-tensor-type'
  | 'tensor-beyond-file'
  | 'tensor-overlap'
  | 'tensor-gap'
  | 'tensor-order'
  | 'trailing-bytes';
