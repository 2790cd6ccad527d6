import { accessSync, closeSync, constants, lstatSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { OutputFile, writeFully } from './output-file.ts';
import { WriteError } from './write-error.ts';

/** Finds out before a long scan whether its result can be kept. @throws WriteError. */
export function checkWritable(file: string): void {
  try {
    const place = statSync(file, { throwIfNoEntry: false });
    if (place?.isDirectory() === true) throw new Error('is a directory');
    accessSync(place === undefined || place.isFile() ? dirname(file) : file, constants.W_OK);
  } catch (error) {
    throw WriteError.of(file, error);
  }
}

/**
 * A link in a folder that somebody else made may lead anywhere: what it leads to must not be overwritten through it.
 * @throws WriteError.
 */
export function refuseLink(file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    throw WriteError.of(file, new Error('is a symbolic link; name the file that it leads to'));
  }
}

/** True when two paths lead to one regular file. */
export function isSameFile(one: string, other: string): boolean {
  const [a, b] = [one, other].map((file) => attempt(() => statSync(file, { bigint: true })));
  return a?.isFile() === true && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}

/** What cannot be looked at is said where it is opened. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Writes a file so that readers see the old one or the whole new one, never a part. @throws WriteError. */
export function writeAtomically(file: string, chunks: Iterable<string | Uint8Array>): void {
  if (isSpecial(file)) return writeThrough(file, chunks);
  const output = OutputFile.create(file);
  try {
    for (const chunk of chunks) output.append(Buffer.from(chunk as string));
    output.commit();
  } finally {
    output.discard();
  }
}

/** True for a pipe or device, which can only be written to where it is. */
function isSpecial(file: string): boolean {
  const place = statSync(file, { throwIfNoEntry: false });
  return place !== undefined && !place.isFile();
}

function writeThrough(file: string, chunks: Iterable<string | Uint8Array>): void {
  try {
    const fd = openSync(file, 'w');
    try {
      for (const chunk of chunks) writeFully(fd, Buffer.from(chunk as string));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw WriteError.of(file, error);
  }
}

/** Writes to a stream at its own pace; a reader that has gone away ends it quietly. */
export async function writeStream(stream: Writable, chunks: Iterable<string>): Promise<void> {
  for (const chunk of chunks) {
    if (stream.destroyed || stream.errored !== null) return;
    if (stream.write(chunk)) continue;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        for (const event of ['drain', 'close', 'error']) stream.off(event, done);
        resolve();
      };
      for (const event of ['drain', 'close', 'error']) stream.on(event, done);
    });
  }
}
