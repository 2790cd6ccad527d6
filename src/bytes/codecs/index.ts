import type { Limits } from '../limits.ts';
import type { ChunkReader } from '../stream-source.ts';
import { Bzip2Reader } from './bzip2.ts';
import { ByteInput, type StreamSpan } from './byte-input.ts';
import { GzipReader } from './gzip.ts';
import { InflateReader } from './inflate.ts';
import { Lz4Reader } from './lz4.ts';
import { LzmaAloneReader } from './lzma-readers.ts';
import { XzReader } from './xz.ts';
import { ZlibReader } from './zlib.ts';
import { ZstdReader } from './zstd.ts';

type OpenDecoder = (input: ByteInput, limits: Limits) => ChunkReader;

/** Stream decoders by name. Each one is pure, synchronous, gives bounded chunks and knows exactly where its stream ends. */
const decoders = {
  bzip2: (input) => new Bzip2Reader(input),
  deflate: (input) => new InflateReader(input),
  deflate64: (input) => new InflateReader(input, 'deflate64'),
  gzip: (input) => new GzipReader(input),
  lz4: (input) => new Lz4Reader(input),
  lzma: (input, limits) => new LzmaAloneReader(input, limits.maxDictionaryBytes),
  xz: (input, limits) => new XzReader(input, limits.maxDictionaryBytes),
  zlib: (input) => new ZlibReader(input),
  zstd: (input, limits) => new ZstdReader(input, limits.maxDictionaryBytes),
} satisfies Record<string, OpenDecoder>;

export type CodecId = keyof typeof decoders;

/** Starts decoding a stream from its first byte; for `StreamSource`, which may start over. */
export function openDecoder(codec: CodecId, span: StreamSpan, limits: Limits): ChunkReader {
  return decoders[codec](new ByteInput(span), limits);
}
