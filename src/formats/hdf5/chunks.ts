import { FormatError } from '../../bytes/errors.ts';
import { ArrayElements, type ArrayElement, readExtensibleArray, readFixedArray } from './chunk-arrays.ts';
import type { H5Reader } from './h5-reader.ts';
import { chunkBytes, type ChunkIndex, type ChunkedLayout } from './layout.ts';
import type { Superblock } from './superblock.ts';
import { visitRecords } from './tree-v2.ts';
import type { Dataspace } from './types.ts';

/** Levels are one byte. */
const MAX_LEVEL = 255;

/** One chunk of a data set, where it is in the file. */
export interface Chunk {
  /** Index of the chunk along each axis. */
  readonly at: readonly number[];
  readonly address: number;
  /** Bytes it takes in the file. */
  readonly bytes: number;
  /** Bit n is set when filter n was left out for it. */
  readonly mask: number;
}

/** A data set of chunks, as far as it matters for finding them. */
export interface ChunkedData {
  readonly layout: ChunkedLayout;
  readonly space: Dataspace;
}

/** What an index of chunks is read with. */
interface ChunkWalk extends ChunkedData {
  readonly reader: H5Reader;
  readonly superblock: Superblock;
  readonly visit: (chunk: Chunk) => void;
}

/**
 * Calls `visit` for every chunk that was written, by whatever index there is, and accounts for the index itself.
 * @throws FormatError, LimitError
 */
export function visitChunks(superblock: Superblock, data: ChunkedData, visit: (chunk: Chunk) => void): void {
  const { reader } = superblock;
  const { layout, space } = data;
  const { address, chunk, index } = layout;
  if (address === undefined) return;
  if (chunk.length !== space.dimensions.length || chunk.includes(0)) {
    const found = `chunks of [${chunk.join(', ')}]`;
    const expected = `chunks of ${space.dimensions.length} axes`;
    throw FormatError.of('malformed', { expected, found, offset: reader.position });
  }
  const walk: ChunkWalk = { reader, superblock, layout, space, visit };
  if (index.kind === 'single') {
    const { bytes = chunkBytes(layout), mask = 0 } = index.filtered ?? {};
    return visit({ at: chunk.map(() => 0), address, bytes, mask });
  }
  walks[index.kind](walk, address);
}

const walks: Readonly<Record<Exclude<ChunkIndex['kind'], 'single'>, (walk: ChunkWalk, address: number) => void>> = {
  'tree-1': (walk, address) => walkTree(walk, { address, seen: new Set(), below: MAX_LEVEL + 1 }),
  'tree-2': walkTree2,
  implicit: walkImplicit,
  'fixed-array': walkArray,
  'extensible-array': walkArray,
};

/** A node of a version 1 B-tree, which must be at a level below that of its parent: else recursion had no end. */
interface TreePlace {
  readonly address: number;
  readonly seen: Set<number>;
  readonly below: number;
}

/** Below the version 1 B-tree node at an address (specification, III.A.1). Keys are offsets in elements. */
function walkTree(walk: ChunkWalk, { address, seen, below }: TreePlace): void {
  if (seen.has(address)) return;
  seen.add(address);
  const { reader, superblock, layout } = walk;
  const { offsetBytes } = reader.widths;
  const start = reader.block(address, 'TREE');
  const type = reader.u8();
  const level = reader.u8();
  const used = reader.u16();
  if (type !== 1 || level >= below) {
    const found = `type ${type}, level ${level}`;
    throw FormatError.of('malformed', { expected: 'a tree of chunks', found, offset: start });
  }
  const keyBytes = 8 + 8 * (layout.chunk.length + 1);
  const headBytes = 8 + 2 * offsetBytes;
  const children = Math.max(used, superblock.chunkChildren);
  reader.coverBytes(start, headBytes + (children + 1) * keyBytes + children * offsetBytes);
  for (let i = 0; i < used; i += 1) {
    reader.countNode();
    reader.seek(start + headBytes + i * (keyBytes + offsetBytes));
    const bytes = reader.u32();
    const mask = reader.u32();
    const at = layout.chunk.map((size) => steps(reader, reader.uint(8), size));
    reader.skip(8);
    const child = reader.address();
    if (child === undefined) continue;
    if (level > 0) walkTree(walk, { address: child, seen, below: level });
    else walk.visit({ at, address: child, bytes, mask });
  }
}

function steps(reader: H5Reader, offset: number, size: number): number {
  if (offset % size === 0) return offset / size;
  const found = `offset ${offset}`;
  throw FormatError.of('malformed', { expected: `a multiple of ${size}`, found, offset: reader.position });
}

/** All chunks one after the other as far as the data set may grow, whether they were written or not. */
function walkImplicit({ reader, layout, space, visit }: ChunkWalk, address: number): void {
  const grid = chunkGrid(layout.chunk, space.maxDimensions);
  const bytes = chunkBytes(layout);
  const count = grid.reduce((product, size) => product * size, 1);
  const start = reader.locate(address);
  const { size } = reader.context.source;
  if (!(count * bytes <= size - start)) {
    throw FormatError.of('truncated', { wanted: count * bytes, offset: start, size });
  }
  for (let i = 0; i < count; i += 1) {
    reader.countNode();
    visit({ at: unravel(i, grid), address: address + i * bytes, bytes, mask: 0 });
  }
}

function walkArray({ reader, layout, space, visit }: ChunkWalk, address: number): void {
  const isFixed = layout.index.kind === 'fixed-array';
  const elements = new ArrayElements(reader, layout);
  // Elements count along the axes as far as they may grow; of an extensible array the axis without end comes first.
  const grid = chunkGrid(layout.chunk, space.maxDimensions);
  const endless = grid.indexOf(Number.POSITIVE_INFINITY);
  const order = grid.map((_, axis) => axis);
  if (!isFixed && endless >= 0) order.unshift(...order.splice(endless, 1));
  const sizes = order.map((axis) => grid[axis] as number);
  const read = isFixed ? readFixedArray : readExtensibleArray;
  read(elements, address, (index: number, element: ArrayElement) => {
    const inOrder = unravel(index, sizes);
    const at: number[] = [];
    for (const [i, axis] of order.entries()) at[axis] = inOrder[i] as number;
    visit({ at, ...element });
  });
}

/** Records of the types 10 and 11 (specification, III.A.2): address, then size and mask if filtered, then indices. */
function walkTree2({ reader, layout, visit }: ChunkWalk, address: number): void {
  const elements = new ArrayElements(reader, layout);
  reader.seek(reader.locate(address) + 5);
  const type = reader.u8();
  if (type !== 10 && type !== 11) {
    const found = `type ${type}`;
    throw FormatError.of('malformed', { expected: 'a tree of chunks', found, offset: reader.position });
  }
  const positions: number[] = [];
  visitRecords(reader, address, (position) => positions.push(position));
  for (const position of positions) {
    reader.seek(position);
    const element = elements.read(type === 11);
    const at = layout.chunk.map(() => reader.uint(8));
    if (element !== undefined) visit({ at, ...element });
  }
}

/** Chunks along each axis; infinite where an axis has no end. */
export function chunkGrid(chunk: readonly number[], dimensions: readonly number[]): number[] {
  return chunk.map((size, axis) => Math.ceil((dimensions[axis] as number) / size));
}

/** Indices of element `index` of an array of these sizes; the first may be infinite. */
function unravel(index: number, sizes: readonly number[]): number[] {
  let rest = index;
  const at = sizes.map(() => 0);
  for (let axis = sizes.length - 1; axis >= 0; axis -= 1) {
    const size = sizes[axis] as number;
    at[axis] = axis === 0 ? rest : rest % size;
    rest = Math.floor(rest / size);
  }
  return at;
}
