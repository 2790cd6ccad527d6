import { type Bytes, concat, le, padTo, toBytes } from './bytes.ts';

/** HDF5 files of superblock version 2 with data sets of every layout that matters, hostile ones included. */
interface H5Chunk {
  /** Offsets of its first element along each axis. */
  readonly at: readonly number[];
  readonly data: Bytes;
  readonly mask?: number;
  /** Points at the data of another chunk of the same data set instead. */
  readonly sameAs?: number;
}

interface H5Filter {
  readonly id: number;
  readonly values?: readonly number[];
}

export interface H5Dataset {
  readonly name: string;
  readonly shape: readonly (number | bigint)[];
  /** A datatype message; default 32-bit little-endian floats. */
  readonly type?: Uint8Array;
  readonly contiguous?: Bytes;
  /** Where contiguous data is said to be instead. */
  readonly claimedAddress?: number;
  readonly claimedBytes?: number;
  readonly compact?: Bytes;
  readonly chunk?: readonly number[];
  readonly chunks?: readonly H5Chunk[];
  readonly filters?: readonly H5Filter[];
  /** `null`: said to be undefined. */
  readonly fill?: Bytes | null;
  readonly isVirtual?: boolean;
  readonly isExternal?: boolean;
}

const UNDEFINED = le(-1, 8);
const SUPERBLOCK_BYTES = 48;

/** Datatype messages (specification, IV.A.2.d). */
export const h5Types = {
  f32: concat([0x11, 0x20, 31, 0], le(4, 4), le(0, 2), le(32, 2), [23, 8, 0, 23], le(127, 4)),
  f32be: concat([0x11, 0x21, 31, 0], le(4, 4), le(0, 2), le(32, 2), [23, 8, 0, 23], le(127, 4)),
  bf16: concat([0x11, 0x20, 15, 0], le(2, 4), le(0, 2), le(16, 2), [7, 8, 0, 7], le(127, 4)),
  i16be: concat([0x10, 0x09, 0, 0], le(2, 4), le(0, 2), le(16, 2)),
  u8: concat([0x10, 0, 0, 0], le(1, 4), le(0, 2), le(8, 2)),
  text: concat([0x13, 0, 0, 0], le(5, 4)),
} as const;

/** A file whose root group has these data sets. */
export function h5Data(
  datasets: readonly H5Dataset[],
  more: { readonly aliases?: Readonly<Record<string, string>> } = {},
): Uint8Array {
  const aliases = Object.entries(more.aliases ?? {});
  const names = [...datasets.map(({ name }) => name), ...aliases.map(([alias]) => alias)];
  const rootBytes = header(names.map((name) => link(name, 0))).length;
  const parts: Uint8Array[] = [];
  const addresses = new Map<string, number>();
  let at = SUPERBLOCK_BYTES + rootBytes;
  for (const dataset of datasets) {
    const built = build(dataset, at);
    addresses.set(dataset.name, built.header);
    parts.push(built.bytes);
    at += built.bytes.length;
  }
  const targets = new Map([...addresses, ...aliases.map(([alias, of]) => [alias, addresses.get(of) ?? 0] as const)]);
  const root = header(names.map((name) => link(name, targets.get(name) ?? 0)));
  const superblock = concat(
    [0x89],
    'HDF\r\n',
    [0x1a],
    '\n',
    [2, 8, 8, 0],
    le(0, 8),
    UNDEFINED,
    le(at, 8),
    le(SUPERBLOCK_BYTES, 8),
    le(0, 4),
  );
  return concat(superblock, root, ...parts);
}

function message(type: number, body: Bytes): Uint8Array {
  const bytes = toBytes(body);
  return concat([type], le(bytes.length, 2), [0], bytes);
}

function header(messages: readonly Uint8Array[]): Uint8Array {
  const body = concat(...messages);
  return concat('OHDR', [2, 2], le(body.length, 4), body, le(0, 4));
}

function link(name: string, address: number): Uint8Array {
  return message(6, concat([1, 0, toBytes(name).length], name, le(address, 8)));
}

/** Data, then the tree of chunks if there is one, then the header. */
function build(dataset: H5Dataset, at: number): { readonly bytes: Uint8Array; readonly header: number } {
  const data = padTo(toBytes(dataset.contiguous ?? []), 8);
  const chunks = dataset.chunks ?? [];
  const places: number[] = [];
  let end = at + data.length;
  for (const chunk of chunks) {
    places.push(chunk.sameAs === undefined ? end : (places[chunk.sameAs] ?? 0));
    if (chunk.sameAs === undefined) end += toBytes(chunk.data).length;
  }
  const tree = chunks.length === 0 ? new Uint8Array(0) : chunkTree(dataset, places);
  const stored = chunks.filter(({ sameAs }) => sameAs === undefined).map((chunk) => toBytes(chunk.data));
  const bytes = concat(data, ...stored, tree, header(messagesOf(dataset, { at, treeAt: end })));
  return { bytes, header: end + tree.length };
}

function messagesOf(dataset: H5Dataset, place: Pick<Place, 'at' | 'treeAt'>): Uint8Array[] {
  const rank = dataset.shape.length;
  return [
    message(1, concat([2, rank, 0, 1], ...dataset.shape.map((size) => le(size, 8)))),
    message(3, dataset.type ?? h5Types.f32),
    message(8, layoutOf(dataset, { ...place, rank })),
    ...(dataset.fill === undefined ? [] : [message(5, fillOf(dataset.fill))]),
    ...(dataset.filters === undefined ? [] : [message(0x0b, pipeline(dataset.filters))]),
    ...(dataset.isExternal === true ? [message(7, concat([1, 0, 0, 0], le(1, 2), le(0, 2), UNDEFINED))] : []),
  ];
}

interface Place {
  readonly at: number;
  readonly treeAt: number;
  readonly rank: number;
}

function layoutOf(dataset: H5Dataset, place: Place): Uint8Array {
  const { compact, contiguous, chunk, claimedAddress, claimedBytes } = dataset;
  if (dataset.isVirtual === true) return concat([4, 3], UNDEFINED, le(0, 4));
  if (compact !== undefined) return concat([3, 0], le(toBytes(compact).length, 2), compact);
  if (chunk !== undefined) {
    const address = dataset.chunks === undefined ? UNDEFINED : le(place.treeAt, 8);
    return concat([3, 2, place.rank + 1], address, ...chunk.map((size) => le(size, 4)), le(elementBytes(dataset), 4));
  }
  if (contiguous === undefined && claimedAddress === undefined) return concat([3, 1], UNDEFINED, le(0, 8));
  const bytes = claimedBytes ?? toBytes(contiguous ?? []).length;
  return concat([3, 1], le(claimedAddress ?? place.at, 8), le(bytes, 8));
}

function elementBytes({ type = h5Types.f32 }: H5Dataset): number {
  return new DataView(type.buffer, type.byteOffset).getUint32(4, true);
}

function fillOf(fill: Bytes | null): Uint8Array {
  if (fill === null) return Uint8Array.from([3, 0x10]);
  const bytes = toBytes(fill);
  return concat([3, 0x20], le(bytes.length, 4), bytes);
}

function pipeline(filters: readonly H5Filter[]): Uint8Array {
  const one = ({ id, values = [] }: H5Filter): Uint8Array =>
    concat(
      le(id, 2),
      id >= 256 ? le(0, 2) : [],
      le(0, 2),
      le(values.length, 2),
      ...values.map((value) => le(value, 4)),
    );
  return concat([2, filters.length], ...filters.map(one));
}

/** One leaf of a version 1 B-tree (specification, III.A.1). */
function chunkTree(dataset: H5Dataset, places: readonly number[]): Uint8Array {
  const rank = dataset.shape.length;
  const rows = (dataset.chunks ?? []).map(({ at, data, mask = 0, sameAs }, i) => {
    const bytes = toBytes(sameAs === undefined ? data : (dataset.chunks?.[sameAs]?.data ?? [])).length;
    return concat(le(bytes, 4), le(mask, 4), ...at.map((offset) => le(offset, 8)), le(0, 8), le(places[i] ?? 0, 8));
  });
  const last = new Uint8Array(8 + 8 * (rank + 1));
  return concat('TREE', [1, 0], le(rows.length, 2), UNDEFINED, UNDEFINED, ...rows, last);
}
