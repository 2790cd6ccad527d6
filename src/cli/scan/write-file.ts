import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { CodedError, type ErrorRow } from '../../bytes/errors.ts';
import { reasonOf } from '../../node/reason.ts';

const writeRow: ErrorRow<{ file: string; reason: string }> = {
  message: (d) => `cannot write ${d.file}: ${d.reason}`,
  exitCode: 2,
  httpStatus: 500,
};

/** A report that cannot be written is a run that failed. */
class WriteError extends CodedError {
  static of(file: string, cause: unknown): WriteError {
    return new WriteError('unwritable', writeRow, { file, reason: reasonOf(cause) }, cause);
  }
}

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
export function writeAtomically(file: string, chunks: Iterable<string>): void {
  try {
    const existing = statSync(file, { throwIfNoEntry: false });
    if (existing !== undefined && !existing.isFile()) return writeAll(openSync(file, 'w'), chunks);
    const target = existing === undefined ? file : realpathSync(file);
    const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.${Date.now().toString(36)}`);
    try {
      writeAll(openSync(temporary, 'wx'), chunks);
      renameSync(temporary, target);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  } catch (error) {
    throw WriteError.of(file, error);
  }
}

function writeAll(fd: number, chunks: Iterable<string>): void {
  try {
    for (const chunk of chunks) {
      const bytes = Buffer.from(chunk);
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
    }
    syncIfPossible(fd);
  } finally {
    closeSync(fd);
  }
}

/** Pipes and devices have nothing to sync. */
function syncIfPossible(fd: number): void {
  try {
    fsyncSync(fd);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EINVAL')) throw error;
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
