import { BufferSource } from '../../src/bytes/source.ts';
import type { Placement, Tensor, TensorFile } from '../../src/tensors/tensor.ts';

/** A tensor over bytes of its own, unless a placement says otherwise; U8 unless told. */
export function tensorOf(
  name: string,
  parts: { shape?: readonly number[]; dtype?: string; storage?: string; placement?: Partial<Placement> } = {},
): Tensor {
  const { shape = [4], dtype = 'U8', storage, placement = {} } = parts;
  const itemBytes = placement.itemBytes ?? ITEM_BYTES[dtype] ?? 1;
  const byteLength = shape.reduce((product, size) => product * size, itemBytes);
  const source = placement.source ?? new BufferSource(new Uint8Array(byteLength).fill(name.length));
  return {
    name,
    dtype,
    shape,
    placement: { offset: 0, itemBytes, byteLength, ...placement, source },
    storage,
    origin: { member: '', span: undefined },
  };
}

const ITEM_BYTES: Readonly<Record<string, number>> = { F16: 2, BF16: 2, F32: 4, I32: 4, F64: 8, I64: 8, C64: 8 };

export function tensorFile(tensors: readonly Tensor[], parts: Partial<TensorFile> = {}): TensorFile {
  return {
    format: 'npy',
    tensors,
    refused: [],
    omitted: [],
    metadata: new Map(),
    globals: [],
    notes: [],
    ...parts,
  };
}
