import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface Copied {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;
const CHUNK_BYTES = 1024 * 1024;

/**
 * Copies a file for its owner only, onto the disk, and says what was copied. The place must be free.
 * @throws RangeError when it has more bytes than allowed: what a stranger gives may have no end.
 */
export async function copyFile(from: string, to: string, maxBytes = Number.POSITIVE_INFINITY): Promise<Copied> {
  await mkdir(dirname(to), { recursive: true, mode: OWNER_ONLY_FOLDER });
  const target = await open(to, 'wx', OWNER_ONLY_FILE);
  try {
    let left = maxBytes;
    const copied = await readThrough(from, async (part) => {
      left -= part.length;
      if (left < 0) throw new RangeError(`expected ${maxBytes} bytes, there are more`);
      await target.writeFile(part);
    });
    await target.sync();
    return copied;
  } finally {
    await target.close();
  }
}

/** What a file holds, by its digest. */
export function digestFile(file: string): Promise<Copied> {
  return readThrough(file, async () => undefined);
}

/** The part is filled again once it was taken. */
async function readThrough(file: string, take: (part: Uint8Array) => Promise<void>): Promise<Copied> {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let bytes = 0;
  const source = await open(file, 'r');
  try {
    for (;;) {
      const { bytesRead } = await source.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return { bytes, sha256: hash.digest('hex') };
      const part = buffer.subarray(0, bytesRead);
      hash.update(part);
      await take(part);
      bytes += bytesRead;
    }
  } finally {
    await source.close();
  }
}
