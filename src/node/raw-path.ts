/**
 * Names of files are bytes on POSIX, not text. A `RawPath` holds one character per byte there, so that a name which
 * is not UTF-8 can still be opened; on Windows it is the name itself.
 */
import { isUtf8 } from 'node:buffer';

export type RawPath = string & { readonly rawPath: unique symbol };

const bytewise = process.platform !== 'win32';

/** The encoding to ask `node:fs` for when it returns names. */
export const nameEncoding: BufferEncoding = bytewise ? 'latin1' : 'utf8';

/** A path as the command line or a caller gave it. */
export function rawPath(path: string): RawPath {
  return (bytewise ? Buffer.from(path, 'utf8').toString('latin1') : path) as RawPath;
}

/** What `node:fs` takes. */
export function openable(path: RawPath): Buffer | string {
  return bytewise ? Buffer.from(path, 'latin1') : path;
}

export function joinRaw(parent: RawPath, name: string): RawPath {
  return (parent.endsWith('/') ? `${parent}${name}` : `${parent}/${name}`) as RawPath;
}

/**
 * The path as text, one to one: bytes that are not UTF-8 show as `\xff`, and a name that spells such an escape
 * out has its backslashes doubled, so that no two files share a name in a report.
 */
export function displayPath(path: RawPath): string {
  if (!bytewise) return path.replaceAll('\\', '/');
  const bytes = Buffer.from(path, 'latin1');
  const valid = isUtf8(bytes);
  const text = valid ? bytes.toString('utf8') : path;
  const spelled = valid && !/\\x[0-9a-f]{2}/.test(text) ? text : text.replaceAll('\\', '\\\\');
  return valid ? spelled : spelled.replace(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
}
