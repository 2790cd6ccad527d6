import type { Readable } from 'node:stream';
import { RegistryError } from '../errors.ts';

/**
 * Passes on a body that must have exactly so many bytes, and ends with an error before its end where it has not. The stream itself is left
 * open, so that whoever sent too much can still be told. Who takes a piece is done with it when he asks for the next, and whoever made the
 * stream when he gave it: the memory is used again at once.
 */
export async function* exactContent(content: Readable, bytes: number): AsyncGenerator<Uint8Array, void> {
  let arrived = 0;
  for await (const chunk of content.iterator({ destroyOnReturn: false })) {
    const piece = chunk as Uint8Array;
    arrived += piece.byteLength;
    if (arrived > bytes) throw RegistryError.of('part-wrong', `it has more than ${bytes} bytes`);
    yield piece;
    giveBack(piece);
  }
  if (arrived < bytes) throw RegistryError.of('part-wrong', `it has ${arrived} of ${bytes} bytes`);
}

/**
 * Does now what the garbage collector would do later. It lies outside of the heap, where the collector answers a gigabyte of it a second by
 * going through the whole heap again and again: half of what an upload took.
 */
function giveBack({ buffer, byteLength }: Uint8Array): void {
  const isItsOwn = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  if (isItsOwn) buffer.transfer(0);
}
