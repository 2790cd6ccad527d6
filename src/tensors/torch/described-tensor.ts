import type { Source } from '../../bytes/source.ts';
import type { StorageReference } from '../../formats/torch/storage.ts';
import type { RefusalCode } from '../tensor.ts';

/** What a pickle says a tensor is, before anything is checked against the bytes. */
export type DescribedTensor = StorageView | InlineArray | Undescribed;

/** A view of a storage: elements `offset + Σ index·stride`, in items of the dtype. */
export interface StorageView {
  readonly kind: 'view';
  readonly storage: StorageReference;
  readonly offset: number;
  readonly size: readonly number[];
  readonly stride: readonly number[];
  /** Name of a dtype in `torch` that the tensor has whatever its storage says. */
  readonly dtype?: string | undefined;
  readonly conjugated: boolean;
  readonly negated: boolean;
  /** What is said of it and cannot be kept. */
  readonly remarks: readonly string[];
}

/** Elements that stand in the pickle itself, as NumPy writes them. */
export interface InlineArray {
  readonly kind: 'inline';
  readonly source: Source;
  readonly start: number;
  readonly size: readonly number[];
  /** Name of a dtype in `torch`. */
  readonly dtype: string;
  readonly bigEndian: boolean;
  readonly columnMajor: boolean;
}

/** A tensor whose elements cannot be told. */
export interface Undescribed {
  readonly kind: 'refused';
  readonly code: RefusalCode;
  readonly detail: string;
}

export function undescribed(code: RefusalCode, detail: string): Undescribed {
  return { kind: 'refused', code, detail };
}
