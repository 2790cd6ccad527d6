import type { HeaderBytes } from './header-bytes.ts';

/** Property ids of the 7z format description. */
const END = 0x00;
const PACK_INFO = 0x06;
const UNPACK_INFO = 0x07;
const SUBSTREAMS_INFO = 0x08;
const SIZE = 0x09;
const CRC = 0x0a;
const FOLDER = 0x0b;
const CODERS_UNPACK_SIZE = 0x0c;
const UNPACK_STREAMS = 0x0d;
/** The reference implementation's limit for the coders of one folder. */
const MAX_CODERS = 32;

export interface Coder {
  /** Method id in hexadecimal: `030101` is LZMA. */
  readonly id: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly properties: Uint8Array;
}

/** A chain of coders, what 7z packs together: its packed streams in, one unpacked stream out. */
export interface Folder {
  readonly coders: readonly Coder[];
  /** Input stream → output stream it is fed from. */
  readonly bindings: ReadonlyMap<number, number>;
  readonly packedInputs: readonly number[];
  /** By output stream. */
  unpackSizes: readonly number[];
  /** Sizes of the files in it, in order. */
  fileSizes: readonly number[];
  crc: number | undefined;
}

export interface StreamsInfo {
  /** Offset of the first packed stream behind the 32-byte signature header. */
  packPosition: number;
  packSizes: readonly number[];
  folders: readonly Folder[];
}

/** Reads the packed streams, the folders and how files share them. @throws FormatError. */
export function readStreamsInfo(header: HeaderBytes): StreamsInfo {
  const info: StreamsInfo = { packPosition: 0, packSizes: [], folders: [] };
  for (let id = header.u8(); id !== END; id = header.u8()) {
    if (id === PACK_INFO) readPackInfo(header, info);
    else if (id === UNPACK_INFO) info.folders = readFolders(header);
    else if (id === SUBSTREAMS_INFO) readSubstreams(header, info.folders);
    else header.bad('a streams property', `id ${id}`);
  }
  return info;
}

function readPackInfo(header: HeaderBytes, info: StreamsInfo): void {
  info.packPosition = header.number();
  const count = header.count();
  for (let id = header.u8(); id !== END; id = header.u8()) {
    if (id === SIZE) info.packSizes = Array.from({ length: count }, () => header.number());
    else if (id === CRC) readDigests(header, count);
    else header.bad('a pack property', `id ${id}`);
  }
}

function readDigests(header: HeaderBytes, count: number): (number | undefined)[] {
  return header.optionalBits(count).map((defined) => (defined ? header.u32() : undefined));
}

function readFolders(header: HeaderBytes): Folder[] {
  header.expect(FOLDER, 'folders');
  const count = header.count();
  if (header.u8() !== 0) header.bad('folders in the header', 'external ones');
  const folders = Array.from({ length: count }, () => readFolder(header));
  header.expect(CODERS_UNPACK_SIZE, 'unpacked sizes');
  for (const folder of folders) {
    const outputs = sum(folder.coders.map((coder) => coder.outputs));
    folder.unpackSizes = Array.from({ length: outputs }, () => header.number());
    folder.fileSizes = [folderSize(folder)];
  }
  for (let id = header.u8(); id !== END; id = header.u8()) {
    if (id !== CRC) header.bad('a folder property', `id ${id}`);
    for (const [index, crc] of readDigests(header, count).entries()) (folders[index] as Folder).crc = crc;
  }
  return folders;
}

function readFolder(header: HeaderBytes): Folder {
  const count = header.number();
  if (count < 1 || count > MAX_CODERS) header.bad(`1 to ${MAX_CODERS} coders`, `${count}`);
  const coders = Array.from({ length: count }, () => readCoder(header));
  const inputs = sum(coders.map((coder) => coder.inputs));
  const outputs = sum(coders.map((coder) => coder.outputs));
  if (inputs > MAX_CODERS || outputs > MAX_CODERS || outputs < 1)
    header.bad('streams of a folder', `${inputs}, ${outputs}`);
  const bindings = new Map(Array.from({ length: outputs - 1 }, () => [header.number(), header.number()] as const));
  const packed = inputs - (outputs - 1);
  if (packed < 1) header.bad('a packed stream', 'none');
  const unbound = Array.from({ length: inputs }, (_, index) => index).filter((index) => !bindings.has(index));
  const packedInputs = packed === 1 ? unbound : Array.from({ length: packed }, () => header.number());
  return { coders, bindings, packedInputs, unpackSizes: [], fileSizes: [], crc: undefined };
}

function readCoder(header: HeaderBytes): Coder {
  const flags = header.u8();
  const id = [...header.bytes(flags & 15)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const complex = (flags & 0x10) !== 0;
  const inputs = complex ? header.number() : 1;
  const outputs = complex ? header.number() : 1;
  const properties = (flags & 0x20) !== 0 ? header.bytes(header.number()) : new Uint8Array(0);
  if ((flags & 0x80) !== 0) header.bad('a coder', 'an alternative one');
  return { id, inputs, outputs, properties };
}

/** The size of what a folder gives in the end: the output that feeds no other coder. */
export function folderSize(folder: Folder): number {
  return folder.unpackSizes[lastOutput(folder)] ?? 0;
}

/** The output stream that feeds no other coder. */
export function lastOutput({ bindings, unpackSizes }: Folder): number {
  const bound = new Set(bindings.values());
  return Math.max(
    0,
    unpackSizes.findIndex((_, index) => !bound.has(index)),
  );
}

function readSubstreams(header: HeaderBytes, folders: readonly Folder[]): void {
  let id = header.u8();
  let counts = folders.map(() => 1);
  if (id === UNPACK_STREAMS) {
    counts = folders.map(() => header.number());
    // Sizes follow for all files but the last of each folder, a byte at least for each.
    if (sum(counts) > header.left + folders.length) header.bad('files that fit into the header', `${sum(counts)}`);
    id = header.u8();
  }
  const sized = id === SIZE;
  for (const [index, folder] of folders.entries()) {
    folder.fileSizes = readFileSizes(header, counts[index] as number, { total: folderSize(folder), sized });
  }
  if (sized) id = header.u8();
  const unknown = sum(
    folders.map((folder, index) => (counts[index] === 1 && folder.crc !== undefined ? 0 : (counts[index] as number))),
  );
  for (; id !== END; id = header.u8()) {
    if (id !== CRC) header.bad('a substreams property', `id ${id}`);
    readDigests(header, unknown);
  }
}

function readFileSizes(
  header: HeaderBytes,
  count: number,
  { total, sized }: { total: number; sized: boolean },
): number[] {
  const sizes: number[] = [];
  let left = total;
  for (let i = 1; i < count; i += 1) {
    const size = sized ? header.number() : 0;
    sizes.push(size);
    left -= size;
  }
  if (left < 0) header.bad('files that fit into their folder', 'larger ones');
  return count === 0 ? [] : [...sizes, left];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
