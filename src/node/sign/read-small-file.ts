import { statSync } from 'node:fs';
import { ReadError } from '../../bytes/errors.ts';
import { readBytes } from '../../bytes/source.ts';
import { SignError } from '../../sign/errors.ts';
import { openFile } from '../file-source.ts';

/** Reads a file that is needed whole. @throws ReadError; SignError `size-limit`, `file-changed`. */
export function readSmallFile(file: string, maxBytes: number): Uint8Array {
  const source = openFile(file);
  try {
    if (source.size > maxBytes) {
      throw SignError.of('size-limit', `${file} has ${source.size} bytes, ${maxBytes} are allowed`);
    }
    const bytes = readBytes(source, 0, source.size);
    const change = source.changed();
    if (change !== null) throw SignError.of('file-changed', `${file}: ${change}`);
    return bytes;
  } finally {
    source.close();
  }
}

/** The same, or null when there is no such file. */
export function readIfThere(file: string, maxBytes: number): Uint8Array | null {
  return statSync(file, { throwIfNoEntry: false }) === undefined ? null : readSmallFile(file, maxBytes);
}

/** A file that holds a secret. @throws SignError `key-permissions` when others can read it. */
export function readSecretFile(file: string, maxBytes: number): Uint8Array {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) throw ReadError.of(file, 'no such file or directory');
  if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0) {
    throw SignError.of('key-permissions', `${file} has mode ${(stats.mode & 0o777).toString(8)}`);
  }
  return readSmallFile(file, maxBytes);
}
