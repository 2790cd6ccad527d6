import { FormatError } from '../../bytes/errors.ts';
import type { H5Reader } from './h5-reader.ts';

const CHECKSUM_BYTES = 4;
const NODE_HEAD_BYTES = 6;
const MAX_DEPTH = 32;

interface Shape {
  readonly nodeBytes: number;
  readonly recordBytes: number;
  /** Per level, leaves first: how many records a node may hold, and all nodes below it together. */
  readonly levels: readonly { readonly records: number; readonly total: number; readonly pointerBytes: number }[];
}

/** Calls `visit` with the position of every record of the version 2 B-tree at `address` (specification, III.A.2). */
export function visitRecords(reader: H5Reader, address: number, visit: (position: number) => void): void {
  const start = reader.block(address, 'BTHD');
  reader.skip(2);
  const nodeBytes = reader.u32();
  const recordBytes = reader.u16();
  const depth = reader.u16();
  reader.skip(2);
  const root = reader.address();
  const records = reader.u16();
  reader.cover({ start, end: reader.position + reader.widths.lengthBytes + CHECKSUM_BYTES });
  if (root === undefined) return;
  const shape = measure(reader, { nodeBytes, recordBytes, depth, offset: start });
  walk(reader, shape, { address: root, records, level: depth }, visit);
}

interface NodePlace {
  readonly address: number;
  readonly records: number;
  readonly level: number;
}

function walk(reader: H5Reader, shape: Shape, node: NodePlace, visit: (position: number) => void): void {
  const start = reader.block(node.address, node.level === 0 ? 'BTLF' : 'BTIN');
  reader.coverBytes(start, shape.nodeBytes);
  const recordsAt = start + NODE_HEAD_BYTES;
  const allowed = shape.levels[node.level]?.records ?? 0;
  if (node.records > allowed) {
    const found = `${node.records}`;
    throw FormatError.of('malformed', { expected: `at most ${allowed} records in a node`, found, offset: start });
  }
  for (let i = 0; i < node.records; i += 1) {
    reader.countNode();
    visit(recordsAt + i * shape.recordBytes);
  }
  if (node.level === 0) return;
  const below = shape.levels[node.level - 1] as Shape['levels'][number];
  const { pointerBytes } = shape.levels[node.level] as Shape['levels'][number];
  for (let i = 0; i <= node.records; i += 1) {
    reader.seek(recordsAt + node.records * shape.recordBytes + i * pointerBytes);
    const address = reader.address();
    const records = reader.uint(bytesFor(below.records));
    if (address !== undefined) walk(reader, shape, { address, records, level: node.level - 1 }, visit);
  }
}

interface TreeHead {
  readonly nodeBytes: number;
  readonly recordBytes: number;
  readonly depth: number;
  readonly offset: number;
}

function measure(reader: H5Reader, { nodeBytes, recordBytes, depth, offset }: TreeHead): Shape {
  const room = nodeBytes - NODE_HEAD_BYTES - CHECKSUM_BYTES;
  if (recordBytes === 0 || room < recordBytes || depth > MAX_DEPTH) {
    const found = `nodes of ${nodeBytes} bytes, records of ${recordBytes}, depth ${depth}`;
    throw FormatError.of('malformed', { expected: 'a B-tree', found, offset });
  }
  const leaf = Math.floor(room / recordBytes);
  const levels = [{ records: leaf, total: leaf, pointerBytes: 0 }];
  for (let level = 1; level <= depth; level += 1) {
    const below = levels[level - 1] as (typeof levels)[number];
    const totalBytes = level > 1 ? bytesFor(below.total) : 0;
    const pointerBytes = reader.widths.offsetBytes + bytesFor(below.records) + totalBytes;
    const records = Math.floor((room - pointerBytes) / (recordBytes + pointerBytes));
    levels.push({ records, total: Math.min((records + 1) * below.total + records, 2 ** 53), pointerBytes });
  }
  return { nodeBytes, recordBytes, levels };
}

function bytesFor(max: number): number {
  return Math.floor(Math.log2(Math.max(1, max)) / 8) + 1;
}
