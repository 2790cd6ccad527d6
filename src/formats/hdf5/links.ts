import { FormatError } from '../../bytes/errors.ts';
import type { Span } from '../../bytes/span.ts';
import { decode, type H5Reader } from './h5-reader.ts';
import type { Superblock } from './superblock.ts';

/** What a name in a group leads to. */
export type Link = { readonly name: string; readonly span: Span } & (
  | { readonly kind: 'hard'; readonly address: number }
  | { readonly kind: 'soft'; readonly target: string }
  | { readonly kind: 'external'; readonly target: string }
  | { readonly kind: 'user'; readonly target: string }
);

const SOFT = 1;
const EXTERNAL = 64;
const MAX_TARGET_BYTES = 65_536;
const SYMBOLIC_LINK = 2;

/** Reads a link message (specification, IV.A.2.g). @throws FormatError */
export function readLink(reader: H5Reader, body: Span): Link {
  reader.seek(body.start);
  const version = reader.u8();
  const flags = reader.u8();
  if (version !== 1)
    throw FormatError.of('unsupported', { feature: `HDF5 link version ${version}`, offset: body.start });
  const type = (flags & 0x08) === 0 ? 0 : reader.u8();
  reader.skip((flags & 0x04) === 0 ? 0 : 8);
  reader.skip((flags & 0x10) === 0 ? 0 : 1);
  const nameBytes = reader.uint(2 ** (flags & 3));
  if (reader.position + nameBytes > body.end) {
    throw FormatError.of('truncated', { wanted: nameBytes, offset: reader.position, size: body.end });
  }
  const name = decode(reader.bytes(nameBytes));
  if (type === 0) return hardLink(reader, name, body);
  const value = readValue(reader, body);
  if (type === SOFT) return { name, span: body, kind: 'soft', target: decode(value) };
  const kind = type === EXTERNAL ? 'external' : 'user';
  return { name, span: body, kind, target: kind === 'external' ? externalTarget(value) : `type ${type}` };
}

function hardLink(reader: H5Reader, name: string, span: Span): Link {
  const address = reader.address();
  if (address !== undefined) return { name, span, kind: 'hard', address };
  throw FormatError.of('malformed', { expected: 'an address', found: 'an undefined one', offset: span.start });
}

function readValue(reader: H5Reader, body: Span): Uint8Array {
  const size = reader.u16();
  if (reader.position + size > body.end) {
    throw FormatError.of('truncated', { wanted: size, offset: reader.position, size: body.end });
  }
  return reader.bytes(size);
}

/** An external link's value: a byte of flags, then file name and object path, each ended by NUL. */
function externalTarget(value: Uint8Array): string {
  const [file = '', path = ''] = decode(value.subarray(1)).split('\u0000');
  return `${file}:${path}`;
}

/** The links of a group of the old kind: a B-tree of symbol tables, with names in a local heap (specification, III.A–D). */
export class SymbolTableGroup {
  readonly #reader: H5Reader;
  readonly #superblock: Superblock;
  readonly #names: Span;
  readonly #seen = new Set<number>();

  constructor(reader: H5Reader, superblock: Superblock, heapAddress: number) {
    this.#reader = reader;
    this.#superblock = superblock;
    this.#names = readLocalHeap(reader, heapAddress);
  }

  /** A node must be at a level below that of its parent; levels are one byte. */
  *links(treeAddress: number, below = 256): Generator<Link> {
    if (this.#seen.has(treeAddress)) return;
    this.#seen.add(treeAddress);
    const reader = this.#reader;
    const { offsetBytes, lengthBytes } = reader.widths;
    const start = reader.block(treeAddress, 'TREE');
    reader.skip(1);
    const level = reader.u8();
    const used = reader.u16();
    if (level >= below) {
      throw FormatError.of('malformed', { expected: `a level below ${below}`, found: `${level}`, offset: start });
    }
    const { groupChildren } = this.#superblock;
    const headBytes = 8 + 2 * offsetBytes;
    reader.coverBytes(start, headBytes + (groupChildren + 1) * lengthBytes + groupChildren * offsetBytes);
    for (let i = 0; i < used; i += 1) {
      reader.seek(start + headBytes + lengthBytes + i * (lengthBytes + offsetBytes));
      const child = reader.address();
      if (child === undefined) continue;
      if (level > 0) yield* this.links(child, level);
      else yield* this.#symbols(child);
    }
  }

  *#symbols(address: number): Generator<Link> {
    if (this.#seen.has(address)) return;
    this.#seen.add(address);
    const reader = this.#reader;
    const start = reader.block(address, 'SNOD');
    reader.skip(2);
    const used = reader.u16();
    const entryBytes = 2 * reader.widths.offsetBytes + 24;
    reader.coverBytes(start, 8 + Math.max(used, this.#superblock.leafEntries) * entryBytes);
    for (let i = 0; i < used; i += 1) {
      reader.countNode();
      const at = start + 8 + i * entryBytes;
      reader.seek(at);
      const name = this.#text(reader.address() ?? 0);
      const header = reader.address();
      const cacheType = reader.u32();
      reader.skip(4);
      const span = { start: at, end: at + entryBytes };
      if (cacheType === SYMBOLIC_LINK) yield { name, span, kind: 'soft', target: this.#text(reader.u32()) };
      else if (header !== undefined) yield { name, span, kind: 'hard', address: header };
    }
  }

  #text(offset: number): string {
    const at = this.#names.start + offset;
    return this.#reader.textAt(at, Math.max(0, Math.min(this.#names.end - at, MAX_TARGET_BYTES)));
  }
}

/** The data segment of a local heap, where the names of a group are. */
export function readLocalHeap(reader: H5Reader, address: number): Span {
  const start = reader.block(address, 'HEAP');
  reader.skip(4);
  const size = reader.length();
  reader.skip(reader.widths.lengthBytes);
  const data = reader.address();
  reader.coverBytes(start, 8 + 2 * reader.widths.lengthBytes + reader.widths.offsetBytes);
  if (data === undefined) return { start: 0, end: 0 };
  const at = reader.locate(data);
  reader.coverBytes(at, size);
  return { start: at, end: at + size };
}
