import type { Blobs } from '../../store/blobs/blobs.ts';
import { BlobError } from '../../store/blobs/errors.ts';
import { RegistryError } from '../errors.ts';
import type { ByteRange } from './range.ts';

/** Content that is not sealed; the whole is checked against its digest. @throws RegistryError `content-damaged`, BlobError `blobs-unavailable`. */
export async function* readPlain(blobs: Blobs, digest: string, range?: ByteRange): AsyncGenerator<Uint8Array> {
  try {
    yield* blobs.read(digest, range);
  } catch (error) {
    const isGone = error instanceof BlobError && (error.code === 'blob-missing' || error.code === 'blob-damaged');
    throw isGone ? RegistryError.of('content-damaged', error.message, error) : error;
  }
}
