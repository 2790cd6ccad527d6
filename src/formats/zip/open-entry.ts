import { ByteInput } from '../../bytes/codecs/byte-input.ts';
import { crc32 } from '../../bytes/codecs/checksums.ts';
import { openDecoder } from '../../bytes/codecs/index.ts';
import { RawLzmaReader } from '../../bytes/codecs/lzma-readers.ts';
import { FormatError } from '../../bytes/errors.ts';
import type { Budget, Limits } from '../../bytes/limits.ts';
import { SliceSource, type Source } from '../../bytes/source.ts';
import { type ChunkReader, StreamSource } from '../../bytes/stream-source.ts';
import type { ZipEntry } from './entry.ts';
import { methodCodec } from './methods.ts';

/** The content of an entry. Stored bytes are read where they stand; others are decoded as they are asked for. */
export type EntryContent =
  | { readonly kind: 'stored'; readonly source: Source }
  | {
      readonly kind: 'decoded';
      readonly source: StreamSource;
      /** Checksum of what the decoder has produced; meaningful once the source has ended. */
      readonly crc: () => number;
    };

/**
 * Opens an entry by its place in the file. `size` of a decoded source is the declared one until its end was reached.
 * @throws FormatError `unsupported` for a compression method nothing here reads.
 */
export function openEntry(archive: Source, entry: ZipEntry, budget: Budget): EntryContent {
  const span = { source: archive, start: entry.data.start, length: entry.data.end - entry.data.start };
  const codec = methodCodec(entry.methodId);
  if (codec === undefined) {
    throw FormatError.of('unsupported', {
      feature: `compression ${entry.method} of ${entry.name}`,
      offset: entry.header.start,
    });
  }
  if (codec === 'stored') return { kind: 'stored', source: new SliceSource(archive, span.start, span.length) };
  const open = (): ChunkReader =>
    codec === 'zip-lzma' ? openZipLzma(span, entry, budget.limits) : openDecoder(codec, span, budget.limits);
  let checked: ChecksumReader | undefined;
  const start = (): ChunkReader => (checked = new ChecksumReader(open()));
  const source = new StreamSource(start, budget, { declaredSize: entry.size });
  return { kind: 'decoded', source, crc: () => checked?.crc ?? 0 };
}

/** Zip method 14 (APPNOTE §5.8.8): version, length of the properties, properties, raw LZMA. */
function openZipLzma(
  span: { source: Source; start: number; length: number },
  entry: ZipEntry,
  limits: Limits,
): ChunkReader {
  const input = new ByteInput(span);
  input.skip(2);
  const length = input.u16();
  if (length !== 5) {
    throw FormatError.of('malformed', {
      expected: '5 bytes of LZMA properties',
      found: `${length}`,
      offset: span.start,
    });
  }
  const properties = input.bytes(5);
  // Flag bit 1: an end marker says where the stream ends.
  const marked = ((entry.local?.flags ?? 0) & 2) !== 0;
  return new RawLzmaReader(input, { properties, size: marked ? undefined : entry.size }, limits.maxDictionaryBytes);
}

class ChecksumReader implements ChunkReader {
  crc = 0;
  readonly #inner: ChunkReader;

  constructor(inner: ChunkReader) {
    this.#inner = inner;
  }

  get consumedBytes(): number {
    return this.#inner.consumedBytes;
  }

  next(): Uint8Array | null {
    const chunk = this.#inner.next();
    if (chunk !== null) this.crc = crc32(chunk, this.crc);
    return chunk;
  }
}
