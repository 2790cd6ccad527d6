import type { Span } from '../../bytes/span.ts';
import type { StructureFault } from '../structure-fault.ts';

/** What a safetensors header says; tensor bytes are only known by their place. */
export interface SafetensorsFile {
  /** The length the file declares for its header, padding included. */
  readonly headerBytes: number;
  /** Where tensor data starts in the file. */
  readonly dataStart: number;
  /** In the order of the header, duplicates included. */
  readonly tensors: readonly SafetensorsTensor[];
  readonly faults: readonly StructureFault<SafetensorsFaultCode>[];
}

export interface SafetensorsTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly bigint[];
  /** From the start of the tensor data. */
  readonly begin: bigint;
  readonly end: bigint;
  /** Where its entry is in the file. */
  readonly entry: Span;
}

export type SafetensorsFaultCode =
  | 'leading-white-space'
  | 'byte-order-mark'
  | 'lone-surrogate'
  | 'comment'
  | 'trailing-comma'
  | 'odd-padding'
  | 'header-junk'
  | 'unaligned-data'
  | 'large-header'
  | 'duplicate-tensor'
  | 'duplicate-metadata'
  | 'duplicate-metadata-key'
  | 'duplicate-field'
  | 'unknown-field'
  | 'entry-as-array'
  | 'empty-name'
  | 'metadata-null'
  | 'metadata-not-a-map'
  | 'metadata-value'
  | 'missing-field'
  | 'invalid-entry'
  | 'invalid-number'
  | 'unknown-dtype'
  | 'shape-overflow'
  | 'size-mismatch'
  | 'reversed-range'
  | 'range-overlap'
  | 'range-hole'
  | 'range-beyond-file'
  | 'trailing-bytes';
