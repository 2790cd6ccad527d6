import { unsettled } from '../../store/blobs/name-blob.ts';
import { RegistryError } from '../errors.ts';
import type { Registry } from '../registry.ts';

type Means = Pick<Registry, 'store' | 'blobs'>;

/**
 * Looks for the sealed blob of every content of a version, whoever sealed it: nothing is released that could not be given out. What is gone
 * and lies plain still is forgotten, so that the next attempt seals it again.
 * @throws BlobError `blobs-unavailable` where one is to be sealed again; RegistryError `content-damaged` where that cannot be
 */
export async function requireSealed(
  { store, blobs }: Means,
  { versionId, signal }: { readonly versionId: string; readonly signal: AbortSignal },
): Promise<void> {
  const rows = await store.read
    .selectFrom('registry_files as f')
    .innerJoin('registry_contents as c', 'c.digest', 'f.digest')
    .select(['c.digest', 'c.sealed_digest', 'c.is_plain'])
    .distinct()
    .where('f.version_id', '=', versionId)
    .where('c.sealed_digest', 'is not', null)
    .execute();
  for (const { digest, sealed_digest: sealed, is_plain: isPlain } of rows) {
    signal.throwIfAborted();
    if (sealed === null || (await blobs.stat(sealed)) !== undefined) continue;
    if (isPlain === 0) throw RegistryError.of('content-damaged', `the sealed blob of ${digest} is gone`);
    await forget(store, { digest, sealed });
    throw unsettled(sealed);
  }
}

async function forget(
  store: Means['store'],
  { digest, sealed }: { readonly digest: string; readonly sealed: string },
): Promise<void> {
  await store.change(({ sql }) =>
    sql
      .updateTable('registry_contents')
      .set({ sealed_digest: null, sealed_bytes: null })
      .where('digest', '=', digest)
      .where('sealed_digest', '=', sealed)
      .where('is_plain', '=', 1)
      .execute(),
  );
}
