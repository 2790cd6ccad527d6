import type { Readable } from 'node:stream';
import { RegistryError } from '../errors.ts';

/**
 * Passes on a body that must have exactly so many bytes, and ends with an error before its end where it has not. The stream itself is left
 * open, so that whoever sent too much can still be told.
 */
export async function* exactContent(content: Readable, bytes: number): AsyncGenerator<Uint8Array, void> {
  let arrived = 0;
  for await (const chunk of content.iterator({ destroyOnReturn: false })) {
    const piece = chunk as Uint8Array;
    arrived += piece.byteLength;
    if (arrived > bytes) throw RegistryError.of('part-wrong', `it has more than ${bytes} bytes`);
    yield piece;
  }
  if (arrived < bytes) throw RegistryError.of('part-wrong', `it has ${arrived} of ${bytes} bytes`);
}
