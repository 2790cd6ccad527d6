import { openDecoder } from '../../bytes/codecs/index.ts';
import { FormatError } from '../../bytes/errors.ts';
import type { Limits } from '../../bytes/limits.ts';
import { BufferSource } from '../../bytes/source.ts';
import type { Filter } from '../../formats/hdf5/filters.ts';

const DEFLATE = 1;
const SHUFFLE = 2;
const FLETCHER32 = 3;
const NAMES: Readonly<Record<number, string>> = { 4: 'szip', 5: 'n-bit', 6: 'scale-offset', 32_000: 'lzf' };
/** Sums of 16-bit words that fit 32 bits (H5checksum.c). */
const WORDS_AT_ONCE = 360;

/** Why a pipeline cannot be undone; undefined when it can. */
export function unsupportedFilter(filters: readonly Filter[]): string | undefined {
  const odd = filters.find(({ id }) => id !== DEFLATE && id !== SHUFFLE && id !== FLETCHER32);
  return odd === undefined
    ? undefined
    : `chunks packed by filter ${odd.id}${NAMES[odd.id] ? ` (${NAMES[odd.id]})` : ''}`;
}

/** A chunk as it is in the file. */
export interface PackedChunk {
  readonly bytes: Uint8Array;
  /** Where it is, for messages. */
  readonly offset: number;
  /** Bit n is set when filter n was left out. */
  readonly mask: number;
  /** Bytes it must have in the end. */
  readonly unpackedBytes: number;
}

/** Undoes the filters in reverse order. @throws FormatError for damage, a wrong checksum or a wrong size. */
export function undoFilters(chunk: PackedChunk, filters: readonly Filter[], limits: Limits): Uint8Array {
  let { bytes } = chunk;
  for (let i = filters.length - 1; i >= 0; i -= 1) {
    const filter = filters[i] as Filter;
    if (Math.floor(chunk.mask / 2 ** i) % 2 === 1) continue;
    if (filter.id === DEFLATE) bytes = inflate(bytes, chunk, limits);
    else if (filter.id === SHUFFLE) bytes = unshuffle(bytes, filter.values[0] ?? 1);
    else bytes = withoutChecksum(bytes, chunk.offset);
  }
  if (bytes.length === chunk.unpackedBytes) return bytes;
  const expected = `a chunk of ${chunk.unpackedBytes} bytes`;
  throw FormatError.of('malformed', { expected, found: `${bytes.length} bytes`, offset: chunk.offset });
}

/** Never produces more than a chunk can have, checksums of inner filters included. */
function inflate(bytes: Uint8Array, { unpackedBytes, offset }: PackedChunk, limits: Limits): Uint8Array {
  const out = new Uint8Array(unpackedBytes + 4 * 32);
  const decoder = openDecoder('zlib', { source: new BufferSource(bytes) }, limits);
  let length = 0;
  for (let piece = decoder.next(); piece !== null; piece = decoder.next()) {
    if (length + piece.length > out.length) {
      throw FormatError.of('malformed', { expected: `a chunk of ${unpackedBytes} bytes`, found: 'more', offset });
    }
    out.set(piece, length);
    length += piece.length;
  }
  return out.subarray(0, length);
}

/** Puts the bytes of elements together again: shuffled, all first bytes come first. A rest is left as it is. */
function unshuffle(bytes: Uint8Array, itemBytes: number): Uint8Array {
  if (itemBytes <= 1) return bytes;
  const items = Math.floor(bytes.length / itemBytes);
  const out = new Uint8Array(bytes.length);
  for (let plane = 0; plane < itemBytes; plane += 1) {
    const from = plane * items;
    for (let item = 0, to = plane; item < items; item += 1, to += itemBytes) out[to] = bytes[from + item] as number;
  }
  out.set(bytes.subarray(items * itemBytes), items * itemBytes);
  return out;
}

function withoutChecksum(bytes: Uint8Array, offset: number): Uint8Array {
  if (bytes.length < 4) throw FormatError.of('truncated', { wanted: 4, offset, size: offset + bytes.length });
  const content = bytes.subarray(0, bytes.length - 4);
  const stored = new DataView(bytes.buffer, bytes.byteOffset + content.length, 4).getUint32(0, true);
  const computed = fletcher32(content);
  // Old versions stored each half with its bytes swapped, and the library takes both (H5Zfletcher32.c).
  const swapped = (((computed & 0x00ff_00ff) << 8) | ((computed >>> 8) & 0x00ff_00ff)) >>> 0;
  if (stored === computed || stored === swapped) return content;
  const expected = `checksum ${computed.toString(16)} of a chunk`;
  throw FormatError.of('malformed', { expected, found: stored.toString(16), offset });
}

/** Fletcher's checksum over big-endian 16-bit words; an odd byte is the upper half of one (H5_checksum_fletcher32). */
export function fletcher32(bytes: Uint8Array): number {
  let [first, second] = [0, 0];
  const fold = (sum: number): number => (sum % 65_536) + Math.floor(sum / 65_536);
  const even = bytes.length - (bytes.length % 2);
  for (let at = 0; at < even; ) {
    const end = Math.min(even, at + 2 * WORDS_AT_ONCE);
    for (; at < end; at += 2) {
      first += (bytes[at] as number) * 256 + (bytes[at + 1] as number);
      second += first;
    }
    [first, second] = [fold(first), fold(second)];
  }
  if (even < bytes.length) {
    first += (bytes[even] as number) * 256;
    second += first;
    [first, second] = [fold(first), fold(second)];
  }
  return fold(second) * 65_536 + fold(first);
}
