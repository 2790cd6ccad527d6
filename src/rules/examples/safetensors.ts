const LENGTH_BYTES = 8;

export interface SafetensorsParts {
  /** Number of data bytes, all zero, or the bytes themselves. */
  readonly data?: number | Uint8Array;
  /** Declared header length, when it is to be a lie. */
  readonly declared?: bigint;
  /** Pad the header with spaces to a multiple of 8, as writers do. Default true. */
  readonly pad?: boolean;
}

/** A safetensors file with this header text, however wrong. */
export function safetensorsFile(header: string, parts: SafetensorsParts = {}): Uint8Array {
  const text = new TextEncoder().encode(header);
  const padded = parts.pad === false ? text.length : Math.ceil(text.length / LENGTH_BYTES) * LENGTH_BYTES;
  const data = typeof parts.data === 'object' ? parts.data : new Uint8Array(parts.data ?? 0);
  const file = new Uint8Array(LENGTH_BYTES + padded + data.length).fill(0x20, LENGTH_BYTES);
  new DataView(file.buffer).setBigUint64(0, parts.declared ?? BigInt(padded), true);
  file.set(text, LENGTH_BYTES);
  file.set(data, LENGTH_BYTES + padded);
  return file;
}

/** One entry of a header. */
export function tensorEntry(name: string, dtype: string, shape: readonly number[], range: readonly number[]): string {
  return `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: range })}`;
}

/** An ordinary file of two small tensors. */
export function ordinarySafetensors(): Uint8Array {
  const weight = tensorEntry('weight', 'F32', [2, 2], [0, 16]);
  const bias = tensorEntry('bias', 'F32', [2], [16, 24]);
  return safetensorsFile(`{"__metadata__":{"format":"pt"},${weight},${bias}}`, { data: 24 });
}
