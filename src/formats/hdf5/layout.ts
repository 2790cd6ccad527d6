import { FormatError } from '../../bytes/errors.ts';
import type { Span } from '../../bytes/span.ts';
import type { H5Reader } from './h5-reader.ts';

/** Axes of a data set (H5S_MAX_RANK), and one more in layouts of chunks for the size of an element. */
const MAX_RANK = 32;
const COMPACT = 0;
const CONTIGUOUS = 1;
const CHUNKED = 2;
const CHUNK_INDEXES: Readonly<Record<number, ChunkIndex['kind']>> = {
  1: 'single',
  2: 'implicit',
  3: 'fixed-array',
  4: 'extensible-array',
  5: 'tree-2',
};
/** Bytes of parameters before the address of an index, by kind. */
const PARAMETER_BYTES: Readonly<Record<string, number>> = { 'fixed-array': 1, 'extensible-array': 5, 'tree-2': 6 };
const EDGES_UNFILTERED = 0x01;
const SINGLE_FILTERED = 0x02;

/** How the chunks of a data set are found. */
export type ChunkIndex =
  | { readonly kind: 'tree-1' | 'implicit' | 'fixed-array' | 'extensible-array' | 'tree-2' }
  /** One chunk; when it went through filters, what it takes in the file and which of them were left out. */
  | { readonly kind: 'single'; readonly filtered: { readonly bytes: number; readonly mask: number } | undefined };

export interface ChunkedLayout {
  readonly kind: 'chunked';
  /** Undefined when nothing was written yet. */
  readonly address: number | undefined;
  /** Elements of a chunk along each axis. */
  readonly chunk: readonly number[];
  readonly elementBytes: number;
  readonly index: ChunkIndex;
  /** Chunks that reach over the edge of the data set went through no filter. */
  readonly edgesUnfiltered: boolean;
  /** Bytes that the size of a filtered chunk takes in an index: since HDF5 2.0 always 8, before as many as it needs. */
  readonly sizeBytes: number;
}

/** Where the elements of a data set are, as its layout message says (specification, IV.A.2.i). */
export type Layout =
  | { readonly kind: 'compact'; readonly data: Span }
  | {
      readonly kind: 'contiguous';
      readonly address: number | undefined;
      /** Undefined in old layouts, which leave it to shape and type. */
      readonly bytes: number | undefined;
    }
  | ChunkedLayout
  | { readonly kind: 'virtual' };

/** Reads the layout message in `body`. @throws FormatError */
export function readLayout(reader: H5Reader, body: Span): Layout {
  reader.seek(body.start);
  const version = reader.u8();
  if (version === 1 || version === 2) return oldLayout(reader, body);
  if (version !== 3 && version !== 4 && version !== 5) {
    throw FormatError.of('unsupported', { feature: `HDF5 layout version ${version}`, offset: body.start });
  }
  const layoutClass = reader.u8();
  if (layoutClass === COMPACT) return compact(reader, reader.u16(), body);
  if (layoutClass === CONTIGUOUS) return { kind: 'contiguous', address: reader.address(), bytes: reader.length() };
  if (layoutClass > CHUNKED) return { kind: 'virtual' };
  return version === 3 ? treeLayout(reader, body) : indexedLayout(reader, body, version);
}

function compact(reader: H5Reader, bytes: number, body: Span): Layout {
  const data = { start: reader.position, end: reader.position + bytes };
  if (data.end <= body.end) return { kind: 'compact', data };
  throw FormatError.of('truncated', { wanted: bytes, offset: data.start, size: body.end });
}

function oldLayout(reader: H5Reader, body: Span): Layout {
  const rank = readRank(reader, body);
  const layoutClass = reader.u8();
  reader.skip(5);
  if (layoutClass === COMPACT) {
    reader.skip(4 * rank);
    return compact(reader, reader.u32(), body);
  }
  const address = reader.address();
  const sizes = Array.from({ length: rank }, () => reader.u32());
  if (reader.position > body.end) throw FormatError.of('truncated', { wanted: 4, offset: body.start, size: body.end });
  if (layoutClass === CHUNKED) return chunked(sizes, { address, index: { kind: 'tree-1' }, edgesUnfiltered: false });
  return { kind: 'contiguous', address, bytes: undefined };
}

function treeLayout(reader: H5Reader, body: Span): Layout {
  const rank = readRank(reader, body);
  const address = reader.address();
  const sizes = Array.from({ length: rank }, () => reader.u32());
  return chunked(sizes, { address, index: { kind: 'tree-1' }, edgesUnfiltered: false });
}

function indexedLayout(reader: H5Reader, body: Span, version: 4 | 5): Layout {
  const flags = reader.u8();
  const rank = readRank(reader, body);
  const width = reader.u8();
  if (width < 1 || width > 8) {
    throw FormatError.of('malformed', { expected: 'sizes of 1 to 8 bytes', found: `${width}`, offset: body.start });
  }
  const sizes = Array.from({ length: rank }, () => reader.uint(width));
  const type = reader.u8();
  const kind = CHUNK_INDEXES[type];
  if (kind === undefined) {
    throw FormatError.of('unsupported', { feature: `HDF5 chunk index ${type}`, offset: body.start });
  }
  const edgesUnfiltered = (flags & EDGES_UNFILTERED) !== 0;
  if (kind !== 'single') {
    reader.skip(PARAMETER_BYTES[kind] ?? 0);
    return chunked(sizes, { address: reader.address(), index: { kind }, edgesUnfiltered, version });
  }
  const isFiltered = (flags & SINGLE_FILTERED) !== 0;
  const filtered = isFiltered ? { bytes: reader.length(), mask: reader.u32() } : undefined;
  return chunked(sizes, { address: reader.address(), index: { kind, filtered }, edgesUnfiltered, version });
}

function readRank(reader: H5Reader, body: Span): number {
  const rank = reader.u8();
  if (rank <= MAX_RANK + 1) return rank;
  throw FormatError.of('malformed', { expected: 'at most 33 axes', found: `${rank}`, offset: body.start });
}

interface ChunkedParts extends Pick<ChunkedLayout, 'address' | 'index' | 'edgesUnfiltered'> {
  readonly version?: number;
}

/** The last of the sizes is that of an element. */
function chunked(sizes: readonly number[], { version = 0, ...parts }: ChunkedParts): ChunkedLayout {
  const bytes = sizes.reduce((product, size) => product * size, 1);
  // H5D_FARRAY_FILT_COMPUTE_CHUNK_SIZE_LEN (H5Dfarray.c).
  const needed = Math.min(8, 1 + Math.floor((Math.floor(Math.log2(Math.max(1, bytes))) + 8) / 8));
  const sizeBytes = version >= 5 ? 8 : needed;
  return { kind: 'chunked', chunk: sizes.slice(0, -1), elementBytes: sizes.at(-1) ?? 0, sizeBytes, ...parts };
}

/** Bytes of a chunk before it goes through filters. */
export function chunkBytes({ chunk, elementBytes }: ChunkedLayout): number {
  return chunk.reduce((product, size) => product * size, elementBytes);
}
