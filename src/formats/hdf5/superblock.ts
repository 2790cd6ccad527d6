import { FormatError } from '../../bytes/errors.ts';
import type { ParseContext } from '../format.ts';
import { H5Reader } from './h5-reader.ts';

export const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a] as const;

/** Where the file's objects start, and where its author says it ends (HDF5 file format specification, II.A). */
export interface Superblock {
  readonly version: number;
  readonly position: number;
  readonly reader: H5Reader;
  /** Address of the root group's object header. */
  readonly root: number;
  /** Address of the superblock extension's object header. */
  readonly extension: number | undefined;
  /** Position of the first byte after everything. */
  readonly end: number;
  /** Children of a symbol table node and of the two kinds of version 1 B-trees: 2 × K. */
  readonly leafEntries: number;
  readonly groupChildren: number;
  readonly chunkChildren: number;
}

/** Defaults of the library where the superblock does not say (H5Fpublic.h). */
const DEFAULT_CHUNK_K = 32;
const DEFAULT_LEAF_K = 4;
const DEFAULT_GROUP_K = 16;

/** Reads the superblock at `position`. @throws FormatError */
export function readSuperblock(context: ParseContext, position: number): Superblock {
  const probe = new H5Reader(context, { offsetBytes: 8, lengthBytes: 8, base: 0 });
  probe.seek(position + SIGNATURE.length);
  const version = probe.u8();
  if (version > 3)
    throw FormatError.of('unsupported', { feature: `HDF5 superblock version ${version}`, offset: position });
  return version < 2 ? readOld(context, position, version) : readNew(context, position, version);
}

function readOld(context: ParseContext, position: number, version: number): Superblock {
  const head = new H5Reader(context, { offsetBytes: 8, lengthBytes: 8, base: 0 });
  head.seek(position + 13);
  const widths = readWidths(head, position);
  head.skip(1);
  const leafK = head.u16();
  const groupK = head.u16();
  head.skip(4);
  const chunkK = version === 1 ? head.u16() : DEFAULT_CHUNK_K;
  if (version === 1) head.skip(2);
  const body = new H5Reader(context, { ...widths, base: 0 });
  body.seek(head.position);
  const base = body.address() ?? 0;
  body.address();
  const end = body.address();
  body.address();
  body.address();
  const root = body.address();
  context.cover(position, body.position + 24, 'structure');
  return {
    ...finish(context, { position, version, base, end, root, ...widths }),
    extension: undefined,
    leafEntries: 2 * leafK,
    groupChildren: 2 * groupK,
    chunkChildren: 2 * chunkK,
  };
}

function readNew(context: ParseContext, position: number, version: number): Superblock {
  const head = new H5Reader(context, { offsetBytes: 8, lengthBytes: 8, base: 0 });
  head.seek(position + 9);
  const widths = readWidths(head, position);
  head.skip(1);
  const body = new H5Reader(context, { ...widths, base: 0 });
  body.seek(head.position);
  const base = body.address() ?? 0;
  const extension = body.address();
  const end = body.address();
  const root = body.address();
  context.cover(position, body.position + 4, 'structure');
  return {
    ...finish(context, { position, version, base, end, root, ...widths }),
    extension,
    leafEntries: 2 * DEFAULT_LEAF_K,
    groupChildren: 2 * DEFAULT_GROUP_K,
    chunkChildren: 2 * DEFAULT_CHUNK_K,
  };
}

function readWidths(reader: H5Reader, position: number): { offsetBytes: number; lengthBytes: number } {
  const offsetBytes = reader.u8();
  const lengthBytes = reader.u8();
  for (const width of [offsetBytes, lengthBytes]) {
    if (width !== 2 && width !== 4 && width !== 8) {
      throw FormatError.of('unsupported', { feature: `HDF5 numbers of ${width} bytes`, offset: position });
    }
  }
  return { offsetBytes, lengthBytes };
}

interface Parts {
  readonly position: number;
  readonly version: number;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  readonly base: number;
  readonly end: number | undefined;
  readonly root: number | undefined;
}

function finish(
  context: ParseContext,
  parts: Parts,
): Pick<Superblock, 'version' | 'position' | 'reader' | 'root' | 'end'> {
  const { position, version, root, base: written, offsetBytes, lengthBytes } = parts;
  // The library takes the superblock's place for the base whatever is written there (H5F__super_read), as when a user
  // block was put before a finished file.
  const end = parts.end === undefined ? undefined : parts.end - written + position;
  if (root === undefined || end === undefined) {
    throw FormatError.of('malformed', { expected: 'a root group', found: 'an undefined address', offset: position });
  }
  return { version, position, reader: new H5Reader(context, { offsetBytes, lengthBytes, base: position }), root, end };
}
