import type { HeaderBytes } from './header-bytes.ts';

const END = 0x00;
const EMPTY_STREAM = 0x0e;
const EMPTY_FILE = 0x0f;
const NAMES = 0x11;
const ATTRIBUTES = 0x15;
/** The high half of the attributes is a Unix mode when this bit is set. */
const UNIX_EXTENSION = 0x8000;

export interface FileInfo {
  name: string;
  hasStream: boolean;
  /** Without a stream: a file of no bytes rather than a directory. */
  emptyFile: boolean;
  /** Unix mode, 0 when unknown. */
  mode: number;
}

/** Reads names and attributes of all files. @throws FormatError. */
export function readFilesInfo(header: HeaderBytes): FileInfo[] {
  const count = header.count(1);
  const files = Array.from({ length: count }, () => ({ name: '', hasStream: true, emptyFile: false, mode: 0 }));
  for (let id = header.u8(); id !== END; id = header.u8()) {
    const size = header.number();
    const before = header.left;
    if (id === EMPTY_STREAM)
      for (const [i, empty] of header.bits(count).entries()) (files[i] as FileInfo).hasStream = !empty;
    else if (id === EMPTY_FILE) readEmptyFiles(header, files);
    else if (id === NAMES) readNames(header, files, size);
    else if (id === ATTRIBUTES) readAttributes(header, files);
    const rest = size - (before - header.left);
    if (rest < 0) header.bad(`a property of ${size} bytes`, 'a longer one');
    header.skip(rest);
  }
  return files;
}

function readEmptyFiles(header: HeaderBytes, files: readonly FileInfo[]): void {
  const empty = files.filter((file) => !file.hasStream);
  for (const [i, isFile] of header.bits(empty.length).entries()) (empty[i] as FileInfo).emptyFile = isFile;
}

function readNames(header: HeaderBytes, files: readonly FileInfo[], size: number): void {
  if (header.u8() !== 0) header.bad('names in the header', 'external ones');
  const names = new TextDecoder('utf-16le').decode(header.bytes(size - 1)).split('\u0000');
  for (const [i, file] of files.entries()) file.name = names[i] ?? '';
}

function readAttributes(header: HeaderBytes, files: readonly FileInfo[]): void {
  const defined = header.optionalBits(files.length);
  if (header.u8() !== 0) header.bad('attributes in the header', 'external ones');
  for (const [i, file] of files.entries()) {
    const attributes = defined[i] === true ? header.u32() : 0;
    file.mode = (attributes & UNIX_EXTENSION) === 0 ? 0 : attributes >>> 16;
  }
}
