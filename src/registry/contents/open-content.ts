import { wipe } from '../../seal/crypto.ts';
import { RegistryError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import { type ContentRef, findFile, type StoredContent, type WrappedKey } from './find-content.ts';
import { openAnyKey, openKey } from './open-key.ts';
import { readPlain } from './read-plain.ts';
import type { ByteRange } from './range.ts';
import { openSealed, readSealed } from './sealed-content.ts';

/** A file of a version, ready to be read. */
export interface OpenedContent {
  readonly path: string;
  /** `sha256:` and 64 hexadecimal digits, of the plain content. */
  readonly digest: string;
  readonly bytes: number;
  /**
   * Plain bytes, as often as wanted; a range must lie within the content. Of sealed content every byte is authenticated; plain content is
   * checked when it is read as a whole. @throws RegistryError `content-damaged`, BlobError `blobs-unavailable`.
   */
  read(range?: ByteRange): AsyncIterable<Uint8Array>;
}

type Means = Pick<Registry, 'store' | 'blobs' | 'contents'>;

/** Opens a file of a version, whatever its state; no rights are checked. @throws RegistryError `file-unknown`, `keys-unavailable`, `content-damaged`. */
export async function openContent(registry: Means, ref: ContentRef): Promise<OpenedContent> {
  return openStored(registry, await findFile(registry.store.read, ref));
}

/** Opens what was found. @throws RegistryError `keys-unavailable`, `content-damaged`. */
export async function openStored(
  registry: Means,
  { path, digest, bytes, sealedDigest, key }: StoredContent & { readonly key: WrappedKey | null },
): Promise<OpenedContent> {
  const facts = { path, digest, bytes };
  const { blobs } = registry;
  if (sealedDigest === null) return { ...facts, read: (range) => readPlain(blobs, digest, range) };
  const contentKey = key === null ? await openAnyKey(registry, digest) : await openKey(registry, digest, key);
  if (contentKey === undefined) throw RegistryError.of('content-damaged', `no version has the key of ${digest}`);
  try {
    const sealed = await openSealed(blobs, { sealedDigest, bytes }, contentKey);
    return { ...facts, read: (range = { start: 0, end: bytes }) => readSealed(blobs, sealed, range) };
  } finally {
    wipe(contentKey);
  }
}
