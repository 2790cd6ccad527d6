import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { PeopleError } from '../errors.ts';
import { peopleLimits } from '../limits.ts';

/** 40 hexadecimal digits, a colon, a count of up to ten digits, CR and LF; with room. */
const MAX_LINE_BYTES = 64;
const HASH_CHARS = 40;

/** Passwords that were stolen somewhere. */
export interface BreachedPasswords {
  /** @throws PeopleError `breach-list-unreadable`. */
  has(password: string): Promise<boolean>;
}

/**
 * A file of SHA-1 digests, one a line, sorted, as Have I Been Pwned gives them (`HASH:COUNT`). It is searched where it lies, some 35 reads
 * of 64 bytes in a file of 40 GB, and never loaded.
 */
export function breachedPasswordsIn(path: string): BreachedPasswords {
  return {
    async has(password) {
      const wanted = createHash('sha1').update(password).digest('hex').toUpperCase();
      const file = await open(path, 'r').catch((error: unknown) => {
        throw PeopleError.of('breach-list-unreadable', '', error);
      });
      try {
        return await search(file, wanted);
      } finally {
        await file.close();
      }
    },
  };
}

/** Halves the range in which the line must begin; what stands at its middle is read on to the next whole line. */
async function search(file: FileHandle, wanted: string): Promise<boolean> {
  let low = 0;
  let high = (await file.stat()).size;
  for (let step = 0; step < peopleLimits.maxSearchSteps && low < high; step++) {
    const middle = Math.floor((low + high) / 2);
    const line = await lineAt(file, middle);
    if (line === null) {
      high = middle;
    } else if (line.hash === wanted) {
      return true;
    } else if (line.hash < wanted) {
      low = line.end;
    } else {
      high = middle;
    }
  }
  return false;
}

/** The first line that begins at an offset or after it; null at the end of the file. */
async function lineAt(
  file: FileHandle,
  offset: number,
): Promise<{ readonly hash: string; readonly end: number } | null> {
  const from = Math.max(0, offset - 1);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(2 * MAX_LINE_BYTES), 0, 2 * MAX_LINE_BYTES, from);
  const text = buffer.toString('latin1', 0, bytesRead);
  const begin = offset === 0 ? 0 : text.indexOf('\n') + 1;
  if ((offset > 0 && begin === 0) || begin >= text.length) return endOrMalformed(bytesRead);
  const end = text.indexOf('\n', begin);
  const line = (end === -1 ? text.slice(begin) : text.slice(begin, end)).trimEnd();
  const hash = line.slice(0, HASH_CHARS).toUpperCase();
  if (!/^[0-9A-F]{40}$/.test(hash) || (line.length > HASH_CHARS && line[HASH_CHARS] !== ':'))
    throw malformed(from + begin);
  return { hash, end: from + (end === -1 ? text.length : end + 1) };
}

function endOrMalformed(bytesRead: number): null {
  if (bytesRead === 2 * MAX_LINE_BYTES) throw malformed(bytesRead);
  return null;
}

function malformed(offset: number): PeopleError {
  return PeopleError.of('breach-list-unreadable', `expected a line with a SHA-1 digest at offset ${offset}`);
}
