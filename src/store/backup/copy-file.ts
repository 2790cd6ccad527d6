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

/** Copies a file for its owner only, onto the disk, and says what was copied. The place must be free. */
export async function copyFile(from: string, to: string): Promise<Copied> {
  await mkdir(dirname(to), { recursive: true, mode: OWNER_ONLY_FOLDER });
  const hash = createHash('sha256');
  let bytes = 0;
  await using source = await open(from, 'r');
  await using target = await open(to, 'wx', OWNER_ONLY_FILE);
  const buffer = Buffer.alloc(CHUNK_BYTES);
  for (;;) {
    const { bytesRead } = await source.read(buffer, 0, buffer.length);
    if (bytesRead === 0) break;
    const part = buffer.subarray(0, bytesRead);
    hash.update(part);
    await target.writeFile(part);
    bytes += bytesRead;
  }
  await target.sync();
  return { bytes, sha256: hash.digest('hex') };
}

/** What a file holds, by its digest. */
export async function digestFile(file: string): Promise<Copied> {
  const hash = createHash('sha256');
  let bytes = 0;
  await using source = await open(file, 'r');
  for await (const part of source.createReadStream({ highWaterMark: CHUNK_BYTES, autoClose: false })) {
    hash.update(part as Buffer);
    bytes += (part as Buffer).length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
