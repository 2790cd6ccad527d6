const encoder = new TextEncoder();
const SUPERBLOCK_BYTES = 48;
/** Signature, superblock version 2, addresses and lengths of 8 bytes, no flags. */
const SIGNATURE_AND_WIDTHS = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 2, 8, 8, 0];
const UNDEFINED_ADDRESS = 2n ** 64n - 1n;

/** A header message: its type and body. */
export interface H5Message {
  readonly type: number;
  readonly body: readonly number[];
}

function number(width: number, value: bigint | number): number[] {
  return Array.from({ length: width }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 0xffn));
}

function text(value: string): number[] {
  return [...encoder.encode(value)];
}

/** An object header of version 2; nobody checks its checksum. */
function objectHeader(messages: readonly H5Message[]): number[] {
  const body = messages.flatMap(({ type, body }) => [type, ...number(2, body.length), 0, ...body]);
  return [...text('OHDR'), 2, 2, ...number(4, body.length), ...body, 0, 0, 0, 0];
}

/** A link by a name of less than 256 bytes; `type` 1 is soft, 64 external. */
export function h5Link(name: string, type: number, value: readonly number[]): H5Message {
  return { type: 6, body: [1, 8, type, name.length, ...text(name), ...number(2, value.length), ...value] };
}

export function h5SoftLink(name: string, target: string): H5Message {
  return h5Link(name, 1, text(target));
}

export function h5ExternalLink(name: string, file: string, path: string): H5Message {
  return h5Link(name, 64, [0, ...text(file), 0, ...text(path), 0]);
}

/** A scalar attribute of one string of fixed length. */
export function h5Attribute(name: string, value: string): H5Message {
  const bytes = text(value);
  const type = [0x13, 0, 0, 0, ...number(4, bytes.length)];
  const space = [2, 0, 0, 0];
  const sizes = [...number(2, name.length + 1), ...number(2, type.length), ...number(2, space.length)];
  return { type: 0x0c, body: [3, 0, ...sizes, 0, ...text(name), 0, ...type, ...space, ...bytes] };
}

interface H5DatasetParts {
  readonly dimension?: bigint;
  readonly filter?: number;
  /** Name of the file its data is said to be in. */
  readonly external?: string;
  readonly isVirtual?: boolean;
}

/** What the root group holds: header messages, and perhaps one data set, `data`. */
export interface H5Parts {
  readonly messages?: readonly H5Message[];
  readonly dataset?: H5DatasetParts;
  /** Bytes before and after the HDF5 part. */
  readonly before?: number;
  readonly after?: number;
}

/** A small HDF5 file of superblock version 2. */
export function h5File({ messages = [], dataset, before = 0, after = 0 }: H5Parts): Uint8Array {
  const linkSize = dataset === undefined ? 0 : 4 + 3 + 4 + 8;
  const rootBytes = objectHeader(messages).length + linkSize;
  const datasetAt = SUPERBLOCK_BYTES + rootBytes;
  const link = { type: 6, body: [1, 0, 4, ...text('data'), ...number(8, datasetAt)] };
  const root = objectHeader(dataset === undefined ? messages : [...messages, link]);
  const object = dataset === undefined ? [] : datasetObject(dataset, datasetAt);
  const end = before + SUPERBLOCK_BYTES + root.length + object.length;
  const superblock = [
    ...SIGNATURE_AND_WIDTHS,
    ...number(8, before),
    ...number(8, UNDEFINED_ADDRESS),
    ...number(8, end),
    ...number(8, SUPERBLOCK_BYTES),
    ...number(4, 0),
  ];
  const filling = Array.from({ length: after }, (_, i) => (i * 37) % 256);
  return Uint8Array.from([
    ...Array.from({ length: before }, () => 0x23),
    ...superblock,
    ...root,
    ...object,
    ...filling,
  ]);
}

function datasetObject(parts: H5DatasetParts, at: number): number[] {
  const { dimension = 4n, filter, external, isVirtual } = parts;
  const contiguous = [3, 1, ...number(8, UNDEFINED_ADDRESS), ...number(8, 0)];
  const messages: H5Message[] = [
    { type: 1, body: [2, 1, 0, 1, ...number(8, dimension)] },
    { type: 3, body: [0x10, 0, 0, 0, ...number(4, 4), ...number(4, 0)] },
    { type: 8, body: isVirtual === true ? [4, 3, ...number(8, UNDEFINED_ADDRESS), ...number(4, 0)] : contiguous },
  ];
  if (filter !== undefined) messages.push({ type: 0x0b, body: [2, 1, ...number(2, filter), 0, 0, 0, 0, 0, 0] });
  if (external === undefined) return objectHeader(messages);
  const files = (heap: number): H5Message => ({
    type: 7,
    body: [1, 0, 0, 0, ...number(2, 1), ...number(2, 1), ...number(8, heap), ...number(24, 0)],
  });
  const heapAt = at + objectHeader([...messages, files(0)]).length;
  return [...objectHeader([...messages, files(heapAt)]), ...localHeap(external, heapAt)];
}

function localHeap(value: string, at: number): number[] {
  const data = [...text(value), 0];
  return [...text('HEAP'), 0, 0, 0, 0, ...number(8, data.length), ...number(8, 1), ...number(8, at + 32), ...data];
}
