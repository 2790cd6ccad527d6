import type { VersionState } from '../../contract/types/registry.ts';
import type { BlobInfo, Blobs } from '../../store/blobs/blobs.ts';
import { unnameBlobs } from '../../store/blobs/name-blob.ts';
import type { ThreadStore } from '../../store/jobs/threads/remote-store.ts';
import type { Change } from '../../store/store.ts';
import { RegistryError } from '../errors.ts';
import { writeContent } from './write-content.ts';

interface Means {
  readonly store: Pick<ThreadStore, 'change'>;
  readonly blobs: Blobs;
  readonly clock: () => number;
}

interface Given {
  readonly versionId: string;
  readonly path: string;
  readonly content: BlobInfo;
  /** States in which the version takes files. */
  readonly states: readonly VersionState[];
}

/**
 * Gives a stored content to a file of a version, and names it in the same change: so nobody takes it for one that no model has. False where what
 * removed the same bytes did so just before they were named: they are to be stored once more. @throws RegistryError `version-state`
 */
export async function giveContent({ store, blobs, clock }: Means, given: Given): Promise<boolean> {
  const { content } = given;
  const { value: isWanted } = await store.change(async (change) => {
    if (await setDigest(change, given, content.digest)) {
      await writeContent(change, content, clock());
      return true;
    }
    await unnameBlobs(change, [content.digest], clock());
    return false;
  });
  if (!isWanted) throw RegistryError.of('version-state', 'somebody gave it up');
  if ((await blobs.stat(content.digest)) !== undefined) return true;
  await store.change((change) => setDigest(change, given, null));
  return false;
}

/** False where the version takes no files any more: then nothing may be written down of it, for nobody would forget it again. */
async function setDigest(
  { sql }: Change,
  { versionId, path, states }: Omit<Given, 'content'>,
  digest: string | null,
): Promise<boolean> {
  // Whoever gives it up at the same time waits, or was first.
  const version = await sql
    .updateTable('registry_versions')
    .set((build) => ({ state: build.ref('state') }))
    .where('id', '=', versionId)
    .where('state', 'in', states)
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
