import type { Source } from '../bytes/source.ts';

const CHUNK_BYTES = 1024 * 1024;

/** Node's cryptography takes 10 ms to load, and most scans need none. */
const crypto = () => process.getBuiltinModule('node:crypto');

/** SHA-256 of a text, in hexadecimal. */
export function sha256Text(text: string): string {
  return crypto().createHash('sha256').update(text).digest('hex');
}

/** SHA-256 of everything in a source, in hexadecimal. @throws ReadError when the medium fails. */
export function sha256Source(source: Source): string {
  const hash = crypto().createHash('sha256');
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (let offset = 0; ; ) {
    const got = source.read(offset, chunk);
    if (got === 0) return hash.digest('hex');
    hash.update(chunk.subarray(0, got));
    offset += got;
  }
}
