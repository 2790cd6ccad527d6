import { valueTable } from './tables.ts';

/** Turns bytes of a tensor into numbers. 64-bit integers beyond 2^53 lose their last digits. */
export interface Decoder {
  /** Bytes that are decoded together. */
  readonly bytes: number;
  /** Numbers they make: 2 for complex numbers and for two in a byte. */
  readonly numbers: number;
  /** Fills `into` from whole units of `bytes`, which start at a multiple of 8 in their buffer. */
  readonly decode: (bytes: Uint8Array, into: Float64Array) => void;
}

/** The decoder of a dtype; undefined for blocks and for what has no numbers. */
export function decoderOf(dtype: string): Decoder | undefined {
  if (dtype === 'F4') return { bytes: 1, numbers: 2, decode: decodeNibbles };
  const table = valueTable(dtype);
  if (table !== undefined) return table.length === 256 ? bytewise(table) : pairwise(table);
  switch (dtype) {
    case 'F32':
      return { bytes: 4, numbers: 1, decode: (b, into) => into.set(new Float32Array(...viewOf(b, 4))) };
    case 'C64':
      return { bytes: 8, numbers: 2, decode: (b, into) => into.set(new Float32Array(...viewOf(b, 4))) };
    case 'F64':
      return { bytes: 8, numbers: 1, decode: (b, into) => into.set(new Float64Array(...viewOf(b, 8))) };
    case 'I32':
      return { bytes: 4, numbers: 1, decode: (b, into) => into.set(new Int32Array(...viewOf(b, 4))) };
    case 'U32':
      return { bytes: 4, numbers: 1, decode: (b, into) => into.set(new Uint32Array(...viewOf(b, 4))) };
    case 'I64':
      return { bytes: 8, numbers: 1, decode: (b, into) => decodeWide(new Int32Array(...viewOf(b, 4)), b, into) };
    case 'U64':
      return { bytes: 8, numbers: 1, decode: (b, into) => decodeWide(new Uint32Array(...viewOf(b, 4)), b, into) };
    default:
      return undefined;
  }
}

function viewOf(bytes: Uint8Array, unit: number): [ArrayBuffer, number, number] {
  return [bytes.buffer as ArrayBuffer, bytes.byteOffset, Math.floor(bytes.length / unit)];
}

function bytewise(table: Float64Array): Decoder {
  const decode = (bytes: Uint8Array, into: Float64Array): void => {
    for (let i = 0; i < bytes.length; i += 1) into[i] = table[bytes[i] as number] as number;
  };
  return { bytes: 1, numbers: 1, decode };
}

function pairwise(table: Float64Array): Decoder {
  const decode = (bytes: Uint8Array, into: Float64Array): void => {
    const codes = new Uint16Array(...viewOf(bytes, 2));
    for (let i = 0; i < codes.length; i += 1) into[i] = table[codes[i] as number] as number;
  };
  return { bytes: 2, numbers: 1, decode };
}

/** Two in a byte, the first in the low half, as torch's float4_e2m1fn_x2 has them. */
function decodeNibbles(bytes: Uint8Array, into: Float64Array): void {
  const table = valueTable('F4') as Float64Array;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i] as number;
    into[2 * i] = table[byte & 15] as number;
    into[2 * i + 1] = table[byte >>> 4] as number;
  }
}

/** `halves` are the 32-bit halves, of which only every second one is looked at: the upper, with its sign or without. */
function decodeWide(halves: Int32Array | Uint32Array, bytes: Uint8Array, into: Float64Array): void {
  const low = new Uint32Array(...viewOf(bytes, 4));
  for (let i = 0; i < halves.length / 2; i += 1) {
    into[i] = (halves[2 * i + 1] as number) * 2 ** 32 + (low[2 * i] as number);
  }
}
