import { FormatError } from '../../bytes/errors.ts';
import type { Span } from '../../bytes/span.ts';
import type { H5Reader } from './h5-reader.ts';
import { readLocalHeap } from './links.ts';
import type { Superblock } from './superblock.ts';

const MAX_NAME_BYTES = 4096;
const MAX_NAMES = 64;

/** Where the elements of a data set are. */
export interface Storage {
  readonly kind: 'compact' | 'contiguous' | 'chunked' | 'virtual';
  /** Bytes it takes in the file; undefined when its index is of a kind that is not walked. */
  readonly storedBytes: number | undefined;
}

const COMPACT = 0;
const CONTIGUOUS = 1;
const CHUNKED = 2;
const SINGLE_CHUNK = 1;

/** Reads the layout message in `body` and accounts for the data it points at (specification, IV.A.2.i). */
export function readStorage(reader: H5Reader, superblock: Superblock, body: Span): Storage {
  reader.seek(body.start);
  const version = reader.u8();
  if (version === 1 || version === 2) return oldStorage(reader, superblock, body);
  if (version !== 3 && version !== 4 && version !== 5) {
    throw FormatError.of('unsupported', { feature: `HDF5 layout version ${version}`, offset: body.start });
  }
  const layoutClass = reader.u8();
  if (layoutClass === COMPACT) return { kind: 'compact', storedBytes: reader.u16() };
  if (layoutClass === CONTIGUOUS) return contiguous(reader);
  if (layoutClass > CHUNKED) return { kind: 'virtual', storedBytes: 0 };
  return version === 3 ? chunkedByTree(reader, superblock) : chunkedByIndex(reader);
}

function oldStorage(reader: H5Reader, superblock: Superblock, body: Span): Storage {
  const rank = reader.u8();
  const layoutClass = reader.u8();
  reader.skip(5);
  if (layoutClass === COMPACT) {
    reader.skip(4 * rank);
    return { kind: 'compact', storedBytes: reader.u32() };
  }
  const address = reader.address();
  if (layoutClass === CHUNKED) return treeStorage(reader, superblock, address, rank);
  let bytes = 1;
  for (let i = 0; i < rank; i += 1) bytes *= reader.u32();
  if (reader.position > body.end) throw FormatError.of('truncated', { wanted: 4, offset: body.start, size: body.end });
  return coverContiguous(reader, address, bytes);
}

function contiguous(reader: H5Reader): Storage {
  const address = reader.address();
  return coverContiguous(reader, address, reader.length());
}

function coverContiguous(reader: H5Reader, address: number | undefined, bytes: number): Storage {
  if (address === undefined || bytes === 0) return { kind: 'contiguous', storedBytes: 0 };
  const start = reader.locate(address);
  const { size } = reader.context.source;
  if (start + bytes > size) throw FormatError.of('truncated', { wanted: bytes, offset: start, size });
  reader.coverBytes(start, bytes, 'payload');
  return { kind: 'contiguous', storedBytes: bytes };
}

function chunkedByTree(reader: H5Reader, superblock: Superblock): Storage {
  const rank = reader.u8();
  return treeStorage(reader, superblock, reader.address(), rank);
}

function treeStorage(reader: H5Reader, superblock: Superblock, address: number | undefined, rank: number): Storage {
  if (address === undefined) return { kind: 'chunked', storedBytes: 0 };
  return { kind: 'chunked', storedBytes: chunkTree(reader, superblock, address, rank, new Set()) };
}

/** Bytes of the chunks below the version 1 B-tree node at `address`. */
function chunkTree(reader: H5Reader, superblock: Superblock, address: number, rank: number, seen: Set<number>): number {
  if (seen.has(address)) return 0;
  seen.add(address);
  const { offsetBytes } = reader.widths;
  const start = reader.block(address, 'TREE');
  reader.skip(1);
  const level = reader.u8();
  const used = reader.u16();
  const keyBytes = 8 + 8 * rank;
  const headBytes = 8 + 2 * offsetBytes;
  const children = Math.max(used, superblock.chunkChildren);
  reader.coverBytes(start, headBytes + (children + 1) * keyBytes + children * offsetBytes);
  let stored = 0;
  for (let i = 0; i < used; i += 1) {
    reader.countNode();
    reader.seek(start + headBytes + i * (keyBytes + offsetBytes));
    const bytes = reader.u32();
    reader.skip(keyBytes - 4);
    const child = reader.address();
    if (child === undefined) continue;
    if (level > 0) stored += chunkTree(reader, superblock, child, rank, seen);
    else stored += coverContiguous(reader, child, bytes).storedBytes ?? 0;
  }
  return stored;
}

/** Of the newer indexes only that of a single chunk is followed; chunks of the others count as unused space. */
function chunkedByIndex(reader: H5Reader): Storage {
  const flags = reader.u8();
  const rank = reader.u8();
  const dimensionBytes = reader.u8();
  let bytes = 1;
  for (let i = 0; i < rank; i += 1) bytes *= reader.uint(dimensionBytes);
  const index = reader.u8();
  if (index !== SINGLE_CHUNK) return { kind: 'chunked', storedBytes: undefined };
  if ((flags & 2) !== 0) {
    bytes = reader.length();
    reader.skip(4);
  }
  return { ...coverContiguous(reader, reader.address(), bytes), kind: 'chunked' };
}

/** Names of the files the message in `body` keeps a data set in (specification, IV.A.2.h). */
export function readExternalFiles(reader: H5Reader, body: Span): string[] {
  reader.seek(body.start + 4);
  reader.skip(2);
  const slots = reader.u16();
  const heap = reader.address();
  const slotsAt = reader.position;
  const names = heap === undefined ? undefined : readLocalHeap(reader, heap);
  const slotBytes = 3 * reader.widths.lengthBytes;
  const files: string[] = [];
  for (let i = 0; i < Math.min(slots, MAX_NAMES) && slotsAt + i * slotBytes < body.end; i += 1) {
    reader.seek(slotsAt + i * slotBytes);
    const at = (names?.start ?? 0) + reader.length();
    const room = Math.max(0, Math.min((names?.end ?? 0) - at, MAX_NAME_BYTES));
    files.push(names === undefined ? 'an unknown file' : reader.textAt(at, room));
  }
  return files;
}
