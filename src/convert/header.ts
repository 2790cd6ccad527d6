import { compareUtf8 } from './order.ts';

const LENGTH_BYTES = 8;
/** The writer pads the header with spaces so that data starts at a multiple of this. */
const ALIGNMENT = 8;
/** The reference reads and writes no larger header (MAX_HEADER_SIZE, safetensors/src/tensor.rs). */
export const MAX_HEADER_BYTES = 100_000_000;
/** The Hub reads no larger header (huggingface_hub, SAFETENSORS_MAX_HEADER_LENGTH). */
export const HUB_HEADER_BYTES = 25_000_000;
const SPACE = 0x20;
const encoder = new TextEncoder();

/** One tensor of a header; the range counts from the start of the tensor data. */
export interface HeaderEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * The bytes before the tensor data, as the reference writes them: length, compact JSON with `__metadata__` first,
 * padding. Entries come in the order given; metadata by key, where the reference has no order. For well-formed text
 * `JSON.stringify` escapes exactly what serde_json does. Nothing passes through an object keyed by names: that would
 * reorder those that look like integers.
 */
export function encodeHeader(entries: readonly HeaderEntry[], metadata: ReadonlyMap<string, string>): Uint8Array {
  const parts = entries.map(entryText);
  if (metadata.size > 0) parts.unshift(`"__metadata__":{${metadataText(metadata)}}`);
  const json = encoder.encode(`{${parts.join(',')}}`);
  const padded = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(LENGTH_BYTES + padded).fill(SPACE);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, LENGTH_BYTES);
  return bytes;
}

function entryText({ name, dtype, shape, begin, end }: HeaderEntry): string {
  return `${JSON.stringify(name)}:{"dtype":"${dtype}","shape":[${shape.join(',')}],"data_offsets":[${begin},${end}]}`;
}

function metadataText(metadata: ReadonlyMap<string, string>): string {
  const sorted = [...metadata].sort(([a], [b]) => compareUtf8(a, b));
  return sorted.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',');
}
