import { Cursor } from '../../bytes/cursor.ts';
import { readBytes, type Source } from '../../bytes/source.ts';

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

/** The signature at `offset`; undefined past the end. */
export function signatureAt(source: Source, offset: number): number | undefined {
  if (offset < 0 || offset >= source.size) return undefined;
  const bytes = readBytes(source, offset, 4);
  return bytes.length < 4 ? undefined : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

/** Reads a local header. @throws FormatError when it does not fit into the source. */
export function readLocal(source: Source, start: number): HeaderRecord {
  // The end keeps the cursor's window small: there may be 10^5 headers, far apart.
  const fixed = new Cursor(source, { offset: start + 6, end: start + LOCAL_BYTES });
  const flags = fixed.u16();
  const method = fixed.u16();
  fixed.skip(4);
  const crc = fixed.u32();
  const compressedSize = fixed.u32();
  const size = fixed.u32();
  const nameBytes = fixed.u16();
  const end = start + LOCAL_BYTES + nameBytes + fixed.u16();
  const cursor = new Cursor(source, { offset: start + LOCAL_BYTES, end });
  const name = decodeName(cursor.bytes(nameBytes));
  const extra = parseExtra(cursor.bytes(end - cursor.offset));
  const wide = new WideFields(extra.get(EXTRA_ZIP64));
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
  const extra = parseExtra(cursor.bytes(lengths.extra));
  const comment = cursor.bytes(lengths.comment);
  const wide = new WideFields(extra.get(EXTRA_ZIP64));
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

function parseExtra(bytes: Uint8Array): Map<number, Uint8Array> {
  const fields = new Map<number, Uint8Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + 4 <= bytes.length; ) {
    const id = view.getUint16(at, true);
    const length = view.getUint16(at + 2, true);
    if (!fields.has(id)) fields.set(id, bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return fields;
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

function unicodePath(extra: Map<number, Uint8Array>): string | undefined {
  const field = extra.get(EXTRA_UNICODE_PATH);
  return field === undefined ? undefined : decodeName(field.subarray(5));
}
