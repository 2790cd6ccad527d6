import { Cursor } from '../../bytes/cursor.ts';
import { FormatError } from '../../bytes/errors.ts';
import { readBytes, SliceSource } from '../../bytes/source.ts';
import type { Span } from '../../bytes/span.ts';
import type { ParseContext } from '../format.ts';
import { maskedCrc32c } from '../media/crc32c.ts';
import { message, type Schema, type WireListener, WireWalker } from '../protobuf.ts';
import { readBlock, readHandle } from './block.ts';

/** Two block handles, padded to 40 bytes, and a magic number (tensorflow/core/lib/io/format.h, from LevelDB). */
export const FOOTER_BYTES = 48;
export const MAGIC = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
/** Compression type and checksum after each block. */
const TRAILER_BYTES = 5;

const schema = {
  BundleHeader: message({ 1: 'num_shards number', 2: 'endianness number', 3: 'version payload' }),
  BundleEntry: message({
    1: 'dtype number',
    2: 'shape Shape',
    3: 'shard_id number',
    4: 'offset number',
    5: 'size number',
    6: 'crc32c number',
    7: 'slices payload',
  }),
  Shape: message({ 2: 'dim Dimension', 3: 'unknown_rank number' }),
  Dimension: message({ 1: 'size number', 2: 'name text' }),
} as const satisfies Schema;

/** What hears of the entries of an index. */
export interface BundleListener {
  /** One tensor, or under the empty key the header, before its fields are walked. */
  entry(key: Uint8Array, value: Span): WireListener;
}

type BundleContext = Pick<ParseContext, 'source' | 'limits' | 'budget' | 'cover' | 'flaw'>;

/** Reads the index of a checkpoint, a sorted table, entry by entry. @throws FormatError, LimitError */
export function readBundle(context: BundleContext, listener: BundleListener): void {
  const { source } = context;
  const footer = source.size - FOOTER_BYTES;
  const cursor = new Cursor(source, { offset: footer, end: source.size - MAGIC.length });
  const [meta, index] = [readHandle(cursor), readHandle(cursor)];
  context.cover(footer, source.size, 'structure');
  const blocks = new BundleReader(context, footer, listener);
  for (const _ of blocks.entries(meta)) context.budget.checkTime();
  let end = 0;
  for (const { value } of blocks.entries(index)) {
    const block = readHandle(new Cursor(source, { offset: value.start, end: value.end }));
    if (block.start < end) {
      throw FormatError.of('malformed', { expected: 'blocks in order', found: 'one before', offset: value.start });
    }
    end = block.end;
    for (const entry of blocks.entries(block)) blocks.entry(entry.key, entry.value);
  }
}

class BundleReader {
  readonly #context: BundleContext;
  readonly #end: number;
  readonly #listener: BundleListener;

  constructor(context: BundleContext, end: number, listener: BundleListener) {
    this.#context = context;
    this.#end = end;
    this.#listener = listener;
  }

  /** The entries of a block, checked and accounted for. */
  entries(block: Span): ReturnType<typeof readBlock> {
    const { source } = this.#context;
    if (block.end + TRAILER_BYTES > this.#end) {
      throw FormatError.of('truncated', { wanted: block.end - block.start, offset: block.start, size: this.#end });
    }
    const trailer = new Cursor(source, { offset: block.end });
    if (trailer.u8() !== 0) throw FormatError.of('unsupported', { feature: 'a compressed block', offset: block.end });
    this.#checksum(block, trailer.u32());
    this.#context.cover(block.start, block.end + TRAILER_BYTES, 'structure');
    return readBlock(source, block, this.#context.budget);
  }

  /** One tensor, or under the empty key the header. */
  entry(key: Uint8Array, value: Span): void {
    const { source, budget } = this.#context;
    const part = new SliceSource(source, value.start, value.end - value.start);
    // Everything here is covered with its block; the walk is for damage and for fields nobody knows.
    let known = 0;
    const cover = (start: number, end: number): void => {
      known += end - start;
    };
    const walker = new WireWalker({ source: part, budget, cover }, schema, this.#listener.entry(key, value));
    walker.walk(key.length === 0 ? 'BundleHeader' : 'BundleEntry', { start: 0, end: part.size });
    if (known === part.size) return;
    throw FormatError.of('malformed', { expected: 'the fields of a tensor', found: 'others', offset: value.start });
  }

  #checksum({ start, end }: Span, stored: number): void {
    const { maxTableBytes } = this.#context.limits;
    if (end - start > maxTableBytes) {
      throw FormatError.of('malformed', {
        expected: 'a block of a table',
        found: `${end - start} bytes`,
        offset: start,
      });
    }
    if (maskedCrc32c(readBytes(this.#context.source, start, end + 1 - start)) === stored) return;
    this.#context.flaw(
      FormatError.of('malformed', { expected: 'the checksum of the block', found: 'another', offset: end + 1 }),
    );
  }
}
