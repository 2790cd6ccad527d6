import { wipe } from '../../seal/crypto.ts';
import { nameBlob, unnameBlobs } from '../../store/blobs/name-blob.ts';
import { removeUnnamedBlobs } from '../../store/blobs/remove-unnamed.ts';
import type { Change } from '../../store/store.ts';
import { RegistryError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import { claimKeys } from './claim-keys.ts';
import { dropPlain } from './drop-plain.ts';
import { openAnyKey } from './open-key.ts';
import { readPlain } from './read-plain.ts';
import { requireSealed } from './require-sealed.ts';
import { requireRoomFor } from './room.ts';
import { sealedSize, sealPieces } from './sealed-content.ts';

type Means = Pick<Registry, 'store' | 'blobs' | 'contents' | 'clock'>;

interface Wanted {
  readonly versionId: string;
  readonly signal: AbortSignal;
  /** Plain bytes that were sealed since the last call. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** What is ready to be given out, once `writeSealed` is committed. */
export interface SealedVersion {
  readonly versionId: string;
  /** Removes what lies plain still; called after the commit. */
  readonly dropPlain: () => void;
}

interface UnsealedContent {
  readonly digest: string;
  readonly bytes: number;
}

/**
 * Seals every content of a version that is not sealed yet: call it when the rows of its release side are written. Nothing is given out by it,
 * and what is sealed is not sealed again, so it goes on where an attempt before it was cut off.
 * @throws RegistryError `keys-unavailable`, `content-damaged`, `version-unknown`, `version-state`, BlobError `blobs-unavailable`.
 */
export async function sealVersion(registry: Means, wanted: Wanted): Promise<SealedVersion> {
  const { versionId, signal } = wanted;
  await claimKeys(registry, versionId);
  for (const content of await unsealedOf(registry, versionId)) {
    signal.throwIfAborted();
    await sealContent(registry, content, wanted);
  }
  await requireSealed(registry, wanted);
  const digests = await digestsOf(registry, versionId);
  return { versionId, dropPlain: () => registry.contents.afterwards(() => dropPlain(registry, digests)) };
}

/** To be committed together with the release. @throws RegistryError `version-state` where a file is not sealed: it was added since. */
export async function writeSealed(change: Change, sealed: SealedVersion): Promise<void> {
  const open = await change.sql
    .selectFrom('registry_files as f')
    .innerJoin('registry_versions as v', 'v.id', 'f.version_id')
    .leftJoin('registry_contents as c', 'c.digest', 'f.digest')
    .select('f.path')
    .where('f.version_id', '=', sealed.versionId)
    .where((eb) =>
      eb.or([eb('f.wrapped_key', 'is', null), eb('c.sealed_digest', 'is', null), eb('v.wrapped_key', 'is', null)]),
    )
    .limit(1)
    .executeTakeFirst();
  if (open !== undefined) throw RegistryError.of('version-state', `${open.path} is not sealed`);
  change.afterCommit(sealed.dropPlain);
}

async function unsealedOf({ store }: Means, versionId: string): Promise<readonly UnsealedContent[]> {
  return store.read
    .selectFrom('registry_files as f')
    .innerJoin('registry_contents as c', 'c.digest', 'f.digest')
    .select(['c.digest', 'c.bytes'])
    .distinct()
    .where('f.version_id', '=', versionId)
    .where('c.sealed_digest', 'is', null)
    .orderBy('c.digest')
    .execute();
}

async function digestsOf({ store }: Means, versionId: string): Promise<readonly string[]> {
  const rows = await store.read
    .selectFrom('registry_files')
    .select('digest')
    .distinct()
    .where('version_id', '=', versionId)
    .execute();
  return rows.flatMap(({ digest }) => digest ?? []);
}

async function sealContent(registry: Means, { digest, bytes }: UnsealedContent, wanted: Wanted): Promise<void> {
  const { blobs } = registry;
  const contentKey = await openAnyKey(registry, digest);
  if (contentKey === undefined) throw RegistryError.of('version-state', 'its key was taken away meanwhile');
  try {
    await requireRoomFor(registry, sealedSize(bytes));
    // Read as a whole, the plain content is checked against its digest; if it is another, nothing is stored.
    const pieces = sealPieces(contentKey, counted(readPlain(blobs, digest), wanted));
    const sealed = await blobs.put(pieces, { maxBytes: sealedSize(bytes) });
    await writeDown(registry, digest, sealed);
  } finally {
    wipe(contentKey);
  }
}

/** Where somebody sealed the same content meanwhile, his is kept: the key is the same. */
async function writeDown(
  { store, blobs, clock }: Means,
  digest: string,
  sealed: { readonly digest: string; readonly bytes: number },
): Promise<void> {
  const { value: unneeded } = await store.change(async (change) => {
    const { numUpdatedRows } = await change.sql
      .updateTable('registry_contents')
      .set({ sealed_digest: sealed.digest, sealed_bytes: sealed.bytes })
      .where('digest', '=', digest)
      .where('sealed_digest', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows > 0n) await nameBlob(change, sealed.digest, clock());
    const unnamed = numUpdatedRows === 0n ? [sealed.digest] : [];
    await unnameBlobs(change, unnamed, clock());
    return unnamed;
  });
  await removeUnnamedBlobs({ store, blobs, clock }, unneeded);
}

async function* counted(pieces: AsyncIterable<Uint8Array>, { signal, onBytes }: Wanted): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    signal.throwIfAborted();
    yield piece;
    onBytes?.(piece.length);
  }
}
