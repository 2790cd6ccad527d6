import { closeSync, fstatSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LimitError, ReadError } from '../bytes/errors.ts';
import { FileSource } from './file-source.ts';
import { reasonOf, specialKind } from './reason.ts';

const PRIVATE = 0o600;

/** A stream that may be a redirected file, as `process.stdin` is. */
export interface InputStream extends AsyncIterable<Uint8Array | string> {
  readonly fd?: number;
}

/**
 * Standard input as a source. A redirected file is read in place; anything else is first copied to a temporary file
 * that only this user can read and that has no name while it is examined.
 * @throws LimitError beyond `maxBytes`, ReadError when it cannot be read or kept.
 */
export async function spool(input: InputStream, name: string, maxBytes: number): Promise<FileSource> {
  const stats = input.fd === undefined ? undefined : fstatSync(input.fd);
  if (input.fd !== undefined && stats?.isFile() === true) return FileSource.fromDescriptor(input.fd, name, maxBytes);
  // Node gives an empty stream for it.
  if (stats?.isDirectory() === true) throw ReadError.of(name, specialKind(stats));
  const fd = await copyOf(input, name, maxBytes);
  return FileSource.fromDescriptor(fd, name);
}

async function copyOf(input: InputStream, name: string, maxBytes: number): Promise<number> {
  const fd = nameless();
  try {
    let written = 0;
    for await (const chunk of input) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      written += bytes.length;
      if (written > maxBytes) throw LimitError.of('maxStdinBytes', maxBytes, 'more');
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
    }
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error instanceof LimitError ? error : ReadError.of(name, reasonOf(error), error);
  }
}

/** A temporary file that is gone from its directory before anything is in it (POSIX); nothing is left to clean up. */
function nameless(): number {
  const directory = mkdtempSync(join(tmpdir(), 'vouchsafe-'));
  try {
    return openSync(join(directory, 'stdin'), 'wx+', PRIVATE);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
