import type { BlobInfo, Blobs } from '../../store/blobs/blobs.ts';
import { BlobError } from '../../store/blobs/errors.ts';
import { unsettled } from '../../store/blobs/name-blob.ts';
import type { Store } from '../../store/store.ts';
import { RegistryError } from '../errors.ts';
import { writeContent } from './write-content.ts';

interface Means {
  readonly store: Pick<Store, 'change'>;
  readonly blobs: Blobs;
}

interface Wanted {
  readonly maxBytes: number;
  /** Digest that the content must turn out to have. */
  readonly expected?: string | undefined;
}

/**
 * Stores content, plain, and writes down that the registry has it; the same content twice is stored once.
 * @throws RegistryError `too-large`, BlobError `digest-mismatch`, `blobs-unavailable`; nothing is kept then.
 */
export async function storeContent(
  { store, blobs }: Means,
  pieces: AsyncIterable<Uint8Array>,
  { maxBytes, expected }: Wanted,
): Promise<BlobInfo> {
  const options = { maxBytes, ...(expected === undefined ? {} : { expected }) };
  const info = await blobs.put(pieces, options).catch((error: unknown) => {
    if (error instanceof BlobError && error.code === 'blob-too-long') throw tooLarge(maxBytes, error);
    throw error;
  });
  await store.change((change) => writeContent(change, info, Date.now()));
  // What removed the same bytes may have done so just before they were named: whoever stores them again heals it.
  if ((await blobs.stat(info.digest)) !== undefined) return info;
  throw unsettled(info.digest);
}

const tooLarge = (maxBytes: number, cause: unknown): RegistryError =>
  RegistryError.of('too-large', `expected at most ${maxBytes} bytes`, cause);
