import { Cursor } from '../../bytes/cursor.ts';
import { FormatError } from '../../bytes/errors.ts';
import type { Source } from '../../bytes/source.ts';

/** Section numbers are those of the ZIP application note (APPNOTE) 6.3.10. */
export const LOCAL_SIGNATURE = 0x04034b50;
export const CENTRAL_SIGNATURE = 0x02014b50;
export const END_SIGNATURE = 0x06054b50;
export const DESCRIPTOR_SIGNATURE = 0x08074b50;
const END64_SIGNATURE = 0x06064b50;
const LOCATOR64_SIGNATURE = 0x07064b50;
export const END_BYTES = 22;
const LOCAL_BYTES = 30;
const LOCATOR64_BYTES = 20;
const END64_BYTES = 56;
const MAX_U16 = 0xffff;
const MAX_U32 = 0xffffffff;
const EXTRA_ZIP64 = 0x0001;
const EXTRA_UNICODE_PATH = 0x7075;

const DOS_DIRECTORY = 0x10;

export const FLAG_ENCRYPTED = 1;
export const FLAG_DESCRIPTOR = 8;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder('latin1');

/** What a local header (§4.3.7) and a central one (§4.3.12) both say about an entry. */
export interface HeaderRecord {
  readonly name: string;
  /** The name of an Info-ZIP Unicode path field, which some readers prefer. */
  readonly unicodeName: string | undefined;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Where the header stands: signature to the end of its variable fields. */
  readonly start: number;
  readonly end: number;
}

export interface CentralRecord extends HeaderRecord {
  /** As stored; the archive may begin later than the file. */
  readonly localOffset: number;
  /** Unix mode when the entry was made on Unix, else 0. */
  readonly mode: number;
  /** The directory bit of MS-DOS attributes, which some readers go by instead of the name. */
  readonly isDosDirectory: boolean;
  readonly comment: Uint8Array;
}

/** Where a directory is said to be, by an end record (§4.3.16) or its zip64 form (§4.3.14). */
export interface EndRecord {
  readonly start: number;
  /** End of the record, its comment included as far as there is one. */
  readonly end: number;
  readonly entryCount: number;
  readonly directorySize: number;
  readonly directoryOffset: number;
  /** Disk numbers other than 0: a split archive. */
  readonly split: boolean;
  readonly commentStart: number;
}

/** Filled and looked at before anything else is read: 10^5 headers would leave as many buffers behind. */
const scratch = new Uint8Array(LOCAL_BYTES);
const scratchView = new DataView(scratch.buffer);
const signatureBytes = scratch.subarray(0, 4);

/** The signature at `offset`; undefined past the end. */
export function signatureAt(source: Source, offset: number): number | undefined {
  if (offset < 0 || offset >= source.size) return undefined;
  return source.read(offset, signatureBytes) < 4 ? undefined : scratchView.getUint32(0, true);
}

/** Reads a local header. @throws FormatError when it does not fit into the source. */
export function readLocal(source: Source, start: number): HeaderRecord {
  const got = source.read(start, scratch);
  if (got < LOCAL_BYTES) throw FormatError.of('truncated', { wanted: LOCAL_BYTES, offset: start, size: start + got });
  const flags = scratchView.getUint16(6, true);
  const method = scratchView.getUint16(8, true);
  const crc = scratchView.getUint32(14, true);
  const compressedSize = scratchView.getUint32(18, true);
  const size = scratchView.getUint32(22, true);
  const nameBytes = scratchView.getUint16(26, true);
  const rest = new Uint8Array(nameBytes + scratchView.getUint16(28, true));
  const fieldsStart = start + LOCAL_BYTES;
  const filled = source.read(fieldsStart, rest);
  if (filled < rest.length) {
    throw FormatError.of('truncated', { wanted: rest.length, offset: fieldsStart, size: fieldsStart + filled });
  }
  const end = fieldsStart + rest.length;
  const name = decodeName(rest.subarray(0, nameBytes));
  const extra = rest.subarray(nameBytes);
  const wide = new WideFields(extraField(extra, EXTRA_ZIP64));
  return {
    name,
    unicodeName: unicodePath(extra),
    flags,
    method,
    crc,
    size: wide.widen(size),
    compressedSize: wide.widen(compressedSize),
    start,
    end,
  };
}

/** Reads a central header. @throws FormatError when it does not fit into the source. */
export function readCentral(cursor: Cursor): CentralRecord {
  const start = cursor.offset;
  cursor.skip(4);
  const madeBy = cursor.u16() >> 8;
  cursor.skip(2);
  const flags = cursor.u16();
  const method = cursor.u16();
  cursor.skip(4);
  const crc = cursor.u32();
  const compressedSize = cursor.u32();
  const size = cursor.u32();
  const lengths = { name: cursor.u16(), extra: cursor.u16(), comment: cursor.u16() };
  cursor.skip(4);
  const attributes = cursor.u32();
  const localOffset = cursor.u32();
  const name = decodeName(cursor.bytes(lengths.name));
  const extra = cursor.bytes(lengths.extra);
  const comment = cursor.bytes(lengths.comment);
  const wide = new WideFields(extraField(extra, EXTRA_ZIP64));
  return {
    name,
    unicodeName: unicodePath(extra),
    flags,
    method,
    crc,
    size: wide.widen(size),
    compressedSize: wide.widen(compressedSize),
    localOffset: wide.widen(localOffset),
    mode: madeBy === 3 ? attributes >>> 16 : 0,
    isDosDirectory: (attributes & DOS_DIRECTORY) !== 0,
    comment,
    start,
    end: cursor.offset,
  };
}

/** Reads the end record at `start`; several when a zip64 one says something else. Undefined fields are left out. */
export function readEnd(source: Source, start: number): readonly EndRecord[] {
  const cursor = new Cursor(source, { offset: start + 4 });
  const disks = [cursor.u16(), cursor.u16()];
  cursor.skip(2);
  const entryCount = cursor.u16();
  const directorySize = cursor.u32();
  const directoryOffset = cursor.u32();
  const end = start + END_BYTES + cursor.u16();
  const split = disks.some((disk) => disk !== 0 && disk !== MAX_U16);
  const classic = { start, end, entryCount, directorySize, directoryOffset, split, commentStart: start + END_BYTES };
  const wide = readEnd64(source, start);
  if (wide === undefined) return [classic];
  const record = { ...wide, end, commentStart: classic.commentStart };
  return agrees(classic, record) ? [record] : [record, classic];
}

function agrees(classic: EndRecord, wide: EndRecord): boolean {
  return (
    (classic.directoryOffset === MAX_U32 || classic.directoryOffset === wide.directoryOffset) &&
    (classic.directorySize === MAX_U32 || classic.directorySize === wide.directorySize) &&
    (classic.entryCount === MAX_U16 || classic.entryCount === wide.entryCount)
  );
}

/** The zip64 record, by the locator before the end record: where it points to, else right before the locator. */
function readEnd64(source: Source, endStart: number): Omit<EndRecord, 'end' | 'commentStart'> | undefined {
  const locator = endStart - LOCATOR64_BYTES;
  if (signatureAt(source, locator) !== LOCATOR64_SIGNATURE) return undefined;
  const pointed = Number(new Cursor(source, { offset: locator + 8 }).u64big());
  const start = [locator - END64_BYTES, pointed].find((at) => signatureAt(source, at) === END64_SIGNATURE);
  if (start === undefined) return undefined;
  const cursor = new Cursor(source, { offset: start + 16 });
  const disks = [cursor.u32(), cursor.u32()];
  cursor.skip(8);
  const entryCount = cursor.u64();
  const directorySize = cursor.u64();
  const directoryOffset = cursor.u64();
  return { start, entryCount, directorySize, directoryOffset, split: disks.some((disk) => disk !== 0) };
}

function decodeName(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    // Not UTF-8: an old code page. One character a byte keeps different names different.
    return latin1.decode(bytes);
  }
}

/** The first extra field (§4.5.1) of that id, cut where the fields end. */
function extraField(bytes: Uint8Array, wanted: number): Uint8Array | undefined {
  for (let at = 0; at + 4 <= bytes.length; ) {
    const id = (bytes[at] as number) + 256 * (bytes[at + 1] as number);
    const length = (bytes[at + 2] as number) + 256 * (bytes[at + 3] as number);
    if (id === wanted) return bytes.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
  return undefined;
}

/** The zip64 extra field (§4.5.3) holds only those values whose 32-bit field is all ones, in this order. */
class WideFields {
  readonly #view: DataView | undefined;
  #at = 0;

  constructor(field: Uint8Array | undefined) {
    this.#view = field === undefined ? undefined : new DataView(field.buffer, field.byteOffset, field.length);
  }

  widen(value: number): number {
    if (value !== MAX_U32 || this.#view === undefined || this.#at + 8 > this.#view.byteLength) return value;
    this.#at += 8;
    return Number(this.#view.getBigUint64(this.#at - 8, true));
  }
}

function unicodePath(extra: Uint8Array): string | undefined {
  const field = extraField(extra, EXTRA_UNICODE_PATH);
  return field === undefined ? undefined : decodeName(field.subarray(5));
}
