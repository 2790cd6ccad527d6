import type { Limits } from '../../bytes/limits.ts';
import type { Source } from '../../bytes/source.ts';
import type { StorageReference } from '../../formats/torch/storage.ts';
import type { Placement, RefusedTensor, Tensor, TensorOrigin } from '../tensor.ts';
import {
  type DescribedTensor,
  type InlineArray,
  type StorageView,
  type Undescribed,
  undescribed,
} from './described-tensor.ts';
import { dtypeNamed, isQuantizedStorage, storageDtype, type TorchDtype } from './dtypes.ts';

/** The bytes of one storage. */
export interface StoredBytes {
  /** Equal for storages that share memory. */
  readonly id: string;
  readonly source: Source;
  /** Offset in `source` of the first byte. */
  readonly start: number;
  readonly byteLength: number;
  /** Bytes of all that shares the id. */
  readonly sharedBytes: number;
  readonly origin: TensorOrigin;
}

/** Where a container keeps the bytes that an object refers to. */
export interface Storages {
  /** True when typed storages are in the other byte order than ours. */
  readonly bigEndian: boolean;
  /** Where the pickle itself is, for arrays inside it. */
  readonly pickleOrigin: TensorOrigin;
  /** Undefined when there is no such storage. @throws TensorError when it is there and cannot be trusted. */
  readonly find: (reference: StorageReference) => StoredBytes | undefined;
  /** Why a storage means different things to different readers of the object; undefined when it does not. */
  readonly conflict: (reference: StorageReference) => string | undefined;
}

/** Dimensions that torch can index. */
const MAX_DIMENSIONS = 64;
const MAX_ITEM_BYTES = 8;

/** Turns descriptions of tensors into places of their elements, or into the reason why there are none. */
export class TensorPlacer {
  readonly #storages: Storages;
  readonly #limits: Limits;
  readonly #inconsistent: (detail: string) => Error;
  readonly #written = new Map<string, number>();
  #allWritten = 0;

  constructor(storages: Storages, limits: Limits, inconsistent: (detail: string) => Error) {
    this.#storages = storages;
    this.#limits = limits;
    this.#inconsistent = inconsistent;
  }

  /** @throws TensorError `inconsistent` when the elements are outside the storage, or the description is impossible. */
  place(name: string, described: DescribedTensor): Tensor | RefusedTensor {
    const placed =
      described.kind === 'view'
        ? this.#view(name, described)
        : described.kind === 'inline'
          ? this.#inline(name, described)
          : described;
    return 'kind' in placed ? { name, code: placed.code, detail: placed.detail } : placed;
  }

  /** What a tensor is, without asking for its bytes: `F32 [2,3]`. */
  summary(described: DescribedTensor): string {
    if (described.kind === 'refused') return described.detail;
    const torchName = described.dtype ?? (described.kind === 'view' ? storageDtype(described.storage.type) : undefined);
    const dtype = torchName === undefined ? undefined : dtypeNamed(torchName);
    return `${dtype?.name ?? torchName ?? 'unknown dtype'} [${described.size.join(',')}]`;
  }

  #inline(name: string, array: InlineArray): Tensor | Undescribed {
    const dtype = dtypeNamed(array.dtype);
    if (dtype?.supported !== true) return undescribed('dtype-unsupported', `elements of ${array.dtype}`);
    const rows = rowMajor(array.size);
    const strides = array.columnMajor ? rowMajor(array.size.toReversed()).toReversed() : rows;
    const byteLength = count(array.size) * dtype.itemBytes;
    return {
      name,
      dtype: dtype.name,
      shape: array.size,
      placement: {
        source: array.source,
        offset: array.start,
        itemBytes: dtype.itemBytes,
        byteLength,
        ...(isContiguous(array.size, strides, rows) ? {} : { strides }),
        ...(array.bigEndian ? swapOf(dtype) : {}),
      },
      storage: undefined,
      origin: this.#storages.pickleOrigin,
    };
  }

  #view(name: string, described: StorageView): Tensor | Undescribed {
    const dtype = this.#dtypeOf(described);
    if ('kind' in dtype) return dtype;
    const flip = flipOf(described, dtype);
    if (typeof flip === 'object') return flip;
    this.#checkNumbers(described);
    const elements = count(described.size);
    const byteLength = elements * dtype.itemBytes;
    const stored = this.#find(described.storage);
    if (elements > 0) this.#checkBounds(described, stored.byteLength, dtype.itemBytes);
    const strides = stridesOf(described);
    const trouble = packingTrouble(described, dtype, strides) ?? this.#expansion(stored, byteLength);
    if (trouble !== undefined) return trouble;
    const placement: Placement = {
      source: stored.source,
      offset: elements === 0 ? stored.start : stored.start + described.offset * dtype.itemBytes,
      itemBytes: isPacked(dtype) ? undefined : dtype.itemBytes,
      byteLength,
      ...(strides === undefined ? {} : { strides }),
      ...(this.#storages.bigEndian ? swapOf(dtype) : {}),
      ...(flip === undefined ? {} : { flipSigns: flip }),
    };
    const storage = elements === 0 ? undefined : stored.id;
    return { name, dtype: dtype.name, shape: shapeOf(described, dtype), placement, storage, origin: stored.origin };
  }

  /** The dtype of the elements: the tensor's own, else that of its storage. */
  #dtypeOf({ storage, dtype: own }: StorageView): TorchDtype | Undescribed {
    const { type } = storage;
    if (isQuantizedStorage(type)) return undescribed('layout-quantized', `a tensor of ${type}`);
    const stored = storageDtype(type);
    if (stored === undefined) return undescribed('dtype-unsupported', `a tensor of ${type}`);
    const name = own ?? stored;
    const dtype = dtypeNamed(name);
    if (dtype?.supported !== true) return undescribed('dtype-unsupported', `elements of ${dtype?.name ?? name}`);
    const doubt = this.#storages.conflict(storage) ?? this.#doubt(type, stored, name, dtype);
    return doubt === undefined ? dtype : undescribed('dtype-ambiguous', doubt);
  }

  /** Why elements cannot be told from what a tensor and its storage say together. */
  #doubt(type: string, stored: string, name: string, dtype: TorchDtype): string | undefined {
    if (stored === name) return undefined;
    if (stored !== 'uint8') return `a ${type} seen as ${name}`;
    const reordered = this.#storages.bigEndian && dtype.unitBytes > 1;
    return reordered ? `elements of ${name} in a big-endian file, which torch does not reorder` : undefined;
  }

  #checkNumbers({ size, stride, offset }: StorageView): void {
    if (size.length !== stride.length) {
      throw this.#inconsistent(`a tensor of ${size.length} sizes and ${stride.length} strides`);
    }
    if (size.length > MAX_DIMENSIONS) throw this.#inconsistent(`a tensor of ${size.length} dimensions`);
    if (!Number.isSafeInteger(count(size) * MAX_ITEM_BYTES)) {
      throw this.#inconsistent(`a tensor of ${size.join('×')} elements`);
    }
    if ([...size, ...stride, offset].some((number) => number < 0)) {
      throw this.#inconsistent(
        `a tensor with a negative number in size [${size.join()}], stride [${stride.join()}], offset ${offset}`,
      );
    }
  }

  #find(storage: StorageReference): StoredBytes {
    const stored = this.#storages.find(storage);
    if (stored !== undefined) return stored;
    if (storage.count !== 0) throw this.#inconsistent(`storage ${storage.key} is referred to and not there`);
    const { pickleOrigin } = this.#storages;
    return {
      id: storage.key,
      source: EMPTY,
      start: 0,
      byteLength: 0,
      sharedBytes: 0,
      origin: { ...pickleOrigin, span: undefined },
    };
  }

  /** As torch checks it (ATen/native/Resize.h): only elements count, so that no stride or offset matters without any. */
  #checkBounds({ size, stride, offset, storage }: StorageView, storedBytes: number, itemBytes: number): void {
    const last = size.reduce(
      (sum, length, axis) => (length === 1 ? sum : sum + (length - 1) * (stride[axis] as number)),
      offset,
    );
    if (Number.isSafeInteger(last) && (last + 1) * itemBytes <= storedBytes) return;
    throw this.#inconsistent(
      `a view of size [${size.join()}], stride [${stride.join()}], offset ${offset} ends outside storage ${storage.key} of ${storedBytes} bytes`,
    );
  }

  /** Many views of one storage, or one of stride 0, would write out without end what the file holds once. */
  #expansion({ id, sharedBytes: stored }: StoredBytes, added: number): Undescribed | undefined {
    const { maxTensorExpansion, minRatioBytes } = this.#limits;
    // As long as all together is little, no single storage need be counted.
    if (this.#allWritten + added <= minRatioBytes) {
      this.#allWritten += added;
      return undefined;
    }
    const written = (this.#written.get(id) ?? 0) + added;
    if (written > minRatioBytes && written > stored * maxTensorExpansion) {
      return undescribed('expansion-exceeded', `${written} bytes would be written of a storage of ${stored}`);
    }
    this.#written.set(id, written);
    return undefined;
  }
}

const EMPTY: Source = { size: 0, read: () => 0 };

function swapOf(dtype: TorchDtype): Pick<Placement, 'swapBytes'> {
  const { unitBytes } = dtype;
  return unitBytes === 2 || unitBytes === 4 || unitBytes === 8 ? { swapBytes: unitBytes } : {};
}

/** What a lazy negation and a lazy conjugation come to together: −(a − bi) = −a + bi. */
function flipOf({ conjugated, negated }: StorageView, dtype: TorchDtype): Placement['flipSigns'] | Undescribed {
  if (conjugated && dtype.signed !== 'complex')
    return undescribed('layout-unknown', `a conjugated tensor of ${dtype.name}`);
  if (negated && dtype.signed === undefined) return undescribed('layout-unknown', `a negated tensor of ${dtype.name}`);
  if (negated) return conjugated ? 'real' : 'all';
  return conjugated ? 'imaginary' : undefined;
}

/** Two elements in one byte. */
function isPacked({ name }: TorchDtype): boolean {
  return name === 'F4';
}

/** Elements of a packed dtype are counted one by one in safetensors, in pairs in torch. */
function shapeOf({ size }: StorageView, dtype: TorchDtype): readonly number[] {
  return isPacked(dtype) ? [...size.slice(0, -1), (size.at(-1) ?? 0) * 2] : size;
}

function packingTrouble(
  { size }: StorageView,
  dtype: TorchDtype,
  strides: readonly number[] | undefined,
): Undescribed | undefined {
  if (!isPacked(dtype) || (strides === undefined && size.length > 0)) return undefined;
  return undescribed('layout-unknown', 'a tensor of pairs of elements that is no plain array');
}

function count(size: readonly number[]): number {
  // A zero anywhere is no element, even beside sizes whose product is beyond every number.
  return size.includes(0) ? 0 : size.reduce((product, length) => product * length, 1);
}

/** Strides of a plain array. */
function rowMajor(size: readonly number[]): number[] {
  const strides = Array.from(size, () => 1);
  for (let axis = size.length - 2; axis >= 0; axis -= 1) {
    strides[axis] = (strides[axis + 1] as number) * Math.max(1, size[axis + 1] as number);
  }
  return strides;
}

/** Strides that matter; undefined for a plain array. The stride of an axis of one element never counts, whatever it is. */
function stridesOf({ size, stride }: StorageView): readonly number[] | undefined {
  const rows = rowMajor(size);
  if (isContiguous(size, stride, rows)) return undefined;
  return stride.map((step, axis) => (size[axis] === 1 ? (rows[axis] as number) : step));
}

function isContiguous(size: readonly number[], stride: readonly number[], rows: readonly number[]): boolean {
  return size.includes(0) || size.every((length, axis) => length === 1 || stride[axis] === rows[axis]);
}
