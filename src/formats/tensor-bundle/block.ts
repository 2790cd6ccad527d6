import { Cursor } from '../../bytes/cursor.ts';
import { FormatError } from '../../bytes/errors.ts';
import type { Budget } from '../../bytes/limits.ts';
import type { Source } from '../../bytes/source.ts';
import type { Span } from '../../bytes/span.ts';

const ENTRIES_PER_TIME_CHECK = 4096;

/** Names of variables have some 100 bytes; each may repeat that of the one before. */
const MAX_KEY_BYTES = 8192;

/** One entry of a block. */
export interface BlockEntry {
  readonly key: Uint8Array;
  readonly value: Span;
}

/** Where a block lies: offset and length, both varints. */
export function readHandle(cursor: Cursor): Span {
  const start = readVarint(cursor);
  return { start, end: start + readVarint(cursor) };
}

/**
 * The entries of a block (tensorflow/core/lib/io/block.cc): length of the prefix shared with the key before, of the rest
 * and of the value, then both; last come the restart points and their number.
 */
export function* readBlock(source: Source, block: Span, budget: Budget): Generator<BlockEntry> {
  const restarts = new Cursor(source, { offset: block.end - 4, end: block.end }).u32();
  const end = block.end - 4 - 4 * restarts;
  if (end < block.start) {
    throw FormatError.of('malformed', { expected: 'restart points', found: `${restarts}`, offset: block.end - 4 });
  }
  const cursor = new Cursor(source, { offset: block.start, end });
  let key: Uint8Array = new Uint8Array(0);
  for (let count = 1; cursor.offset < end; count += 1) {
    if (count % ENTRIES_PER_TIME_CHECK === 0) budget.checkTime();
    const shared = readVarint(cursor);
    const rest = readVarint(cursor);
    const length = readVarint(cursor);
    const start = cursor.offset + rest;
    if (start + length > end) throw FormatError.of('truncated', { wanted: length, offset: start, size: end });
    if (shared > key.length || shared + rest > MAX_KEY_BYTES) {
      const found = `${shared} shared and ${rest} more bytes`;
      throw FormatError.of('malformed', { expected: 'a key', found, offset: cursor.offset });
    }
    const next = new Uint8Array(shared + rest);
    next.set(key.subarray(0, shared));
    next.set(cursor.bytes(rest), shared);
    key = next;
    yield { key, value: { start, end: start + length } };
    cursor.seek(start + length);
  }
}

function readVarint(cursor: Cursor): number {
  let value = 0;
  for (let shift = 1; shift <= 2 ** 42; shift *= 128) {
    const byte = cursor.u8();
    value += (byte & 0x7f) * shift;
    if (byte < 0x80) return value;
  }
  throw FormatError.of('malformed', { expected: 'a number below 2^49', found: 'a larger one', offset: cursor.offset });
}
