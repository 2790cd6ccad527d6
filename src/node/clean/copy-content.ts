import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Source } from '../../bytes/source.ts';
import type { OutputFile } from '../output-file.ts';

const CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * Copies all of a source to the end of a file, a piece at a time, and returns its SHA-256. Between pieces whoever asks
 * the process to end is heard. @throws WriteError, ReadError.
 */
export async function copyContent(
  source: Source,
  output: OutputFile,
  onBytes: (bytes: number) => void,
): Promise<string> {
  const hash = createHash('sha256');
  const chunk = new Uint8Array(Math.min(CHUNK_BYTES, Math.max(1, source.size)));
  for (let offset = 0; offset < source.size; ) {
    const got = source.read(offset, chunk);
    if (got === 0) break;
    const part = chunk.subarray(0, got);
    hash.update(part);
    output.append(part);
    offset += got;
    onBytes(got);
    await setImmediate();
  }
  return hash.digest('hex');
}
