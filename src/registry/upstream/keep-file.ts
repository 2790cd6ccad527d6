import { BlobError } from '../../store/blobs/errors.ts';
import { unnameBlobs, unsettled } from '../../store/blobs/name-blob.ts';
import type { Change } from '../../store/store.ts';
import { writeContent } from '../contents/write-content.ts';
import { RegistryError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import type { HubFile } from './hub-client.ts';
import { hubLied } from './hub-fault.ts';

interface Fetched {
  readonly versionId: string;
  readonly file: HubFile;
  readonly pieces: AsyncIterable<Uint8Array>;
}

/**
 * Stores the content of a file, and gives it to its version in the same change: so nobody takes it for one that no model has.
 * @throws RegistryError `upstream-failed` where it is not what was listed, `version-state`; BlobError `blobs-unavailable`
 */
export async function keepFile(
  { store, blobs, clock }: Pick<Registry, 'store' | 'blobs' | 'clock'>,
  { versionId, file, pieces }: Fetched,
): Promise<void> {
  const { path, bytes, sha256 } = file;
  const expected = sha256 === null ? {} : { expected: `sha256:${sha256}` };
  const info = await blobs.put(pieces, { maxBytes: bytes, ...expected }).catch((error: unknown) => {
    if (error instanceof BlobError && error.code === 'digest-mismatch') {
      throw hubLied(`${path} is not what its list of files says`, error);
    }
    throw error;
  });
  const place = { versionId, path };
  const { value: isWanted } = await store.change(async (change) => {
    if (await setDigest(change, place, info.digest)) {
      await writeContent(change, info, clock());
      return true;
    }
    await unnameBlobs(change, [info.digest], clock());
    return false;
  });
  if (!isWanted) throw RegistryError.of('version-state', 'somebody gave it up');
  // What removed the same bytes may have done so just before they were named.
  if ((await blobs.stat(info.digest)) !== undefined) return;
  await store.change((change) => setDigest(change, place, null));
  throw unsettled(info.digest);
}

/** False where the version does not take files any more. */
async function setDigest(
  { sql }: Change,
  { versionId, path }: { readonly versionId: string; readonly path: string },
  digest: string | null,
): Promise<boolean> {
  // Whoever gives it up at the same time waits, or was first.
  const version = await sql
    .updateTable('registry_versions')
    .set({ state: 'uploading' })
    .where('id', '=', versionId)
    .where('state', '=', 'uploading')
    .returning('id')
    .executeTakeFirst();
  if (version === undefined) return false;
  await sql
    .updateTable('registry_files')
    .set({ digest })
    .where('version_id', '=', versionId)
    .where('side', '=', 'source')
    .where('path', '=', path)
    .execute();
  return true;
}
