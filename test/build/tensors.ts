import { type Bytes, concat, f32le, le, padTo, toBytes } from './bytes.ts';

/** A safetensors file from a header given as text, so that it can be any text at all. */
export function safetensors(
  header: string,
  data: Bytes = f32le(1, 2, 3, 4),
  options: { length?: number | bigint; padding?: string } = {},
): Uint8Array {
  const bytes = toBytes(`${header}${options.padding ?? ''}`);
  return concat(le(options.length ?? bytes.length, 8), bytes, data);
}

/** One float tensor `w` of four numbers, with metadata when given. */
export function safetensorsWith(metadata?: Readonly<Record<string, string>>): Uint8Array {
  const w = { dtype: 'F32', shape: [4], data_offsets: [0, 16] };
  return safetensors(JSON.stringify(metadata === undefined ? { w } : { __metadata__: metadata, w }));
}

/** A GGUF value, by type: 4 u32, 7 bool, 8 string, 9 array, 10 u64. */
export type GgufValue = { readonly type: number; readonly bytes: Uint8Array };
export const gguf32 = (value: number): GgufValue => ({ type: 4, bytes: le(value, 4) });
export const gguf64 = (value: number | bigint): GgufValue => ({ type: 10, bytes: le(value, 8) });
export const ggufText = (text: string, length?: number | bigint): GgufValue => ({
  type: 8,
  bytes: ggufString(text, length),
});
export const ggufArray = (itemType: number, count: number | bigint, items: Bytes): GgufValue => ({
  type: 9,
  bytes: concat(le(itemType, 4), le(count, 8), items),
});

function ggufString(text: string, length?: number | bigint): Uint8Array {
  const bytes = toBytes(text);
  return concat(le(length ?? bytes.length, 8), bytes);
}

interface GgufTensor {
  readonly name?: string;
  readonly dims?: readonly (number | bigint)[];
  readonly claimedDims?: number;
  readonly type?: number;
  readonly offset?: number | bigint;
}

export interface GgufOptions {
  readonly version?: number;
  readonly entries?: readonly (readonly [string, GgufValue])[];
  readonly tensors?: readonly GgufTensor[];
  readonly claimedTensors?: number | bigint;
  readonly claimedEntries?: number | bigint;
  readonly data?: Bytes;
  readonly tail?: Bytes;
}

/** ggml/src/gguf.cpp: magic, version, counts, key-values, tensor infos, padding to 32, data. */
export function gguf(options: GgufOptions = {}): Uint8Array {
  const entries = options.entries ?? [['general.architecture', ggufText('llama')]];
  const tensors = options.tensors ?? [{}];
  const head = concat(
    'GGUF',
    le(options.version ?? 3, 4),
    le(options.claimedTensors ?? tensors.length, 8),
    le(options.claimedEntries ?? entries.length, 8),
    ...entries.flatMap(([key, value]) => [ggufString(key), le(value.type, 4), value.bytes]),
    ...tensors.map(tensorInfo),
  );
  return concat(padTo(head, 32), options.data ?? padTo(f32le(1, 2, 3, 4), 32), options.tail ?? []);
}

function tensorInfo(tensor: GgufTensor): Uint8Array {
  const dims = tensor.dims ?? [4];
  return concat(
    ggufString(tensor.name ?? 'w'),
    le(tensor.claimedDims ?? dims.length, 4),
    ...dims.map((dim) => le(dim, 8)),
    le(tensor.type ?? 0, 4),
    le(tensor.offset ?? 0, 8),
  );
}
