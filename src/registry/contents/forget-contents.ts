import { unnameBlobs } from '../../store/blobs/name-blob.ts';
import type { Change, Store } from '../../store/store.ts';

const DIGESTS_AT_ONCE = 500;

/** Takes the contents from the files of a version that was given up; what no other file has is removed. */
export async function forgetContents(
  change: Change,
  dialect: Store['dialect'],
  { versionId, atMs }: { readonly versionId: string; readonly atMs: number },
): Promise<void> {
  const files = await change.sql
    .selectFrom('registry_files')
    .select('digest')
    .distinct()
    .where('version_id', '=', versionId)
    .where('digest', 'is not', null)
    .orderBy('digest')
    .execute();
  await change.sql.updateTable('registry_files').set({ digest: null }).where('version_id', '=', versionId).execute();
  const digests = files.flatMap(({ digest }) => digest ?? []);
  for (let at = 0; at < digests.length; at += DIGESTS_AT_ONCE) {
    await forgetUnused(change, dialect, { digests: digests.slice(at, at + DIGESTS_AT_ONCE), atMs });
  }
}

/** Held before it is looked for who has them, so that nobody begins to meanwhile. */
async function forgetUnused(
  change: Change,
  dialect: Store['dialect'],
  { digests, atMs }: { readonly digests: readonly string[]; readonly atMs: number },
): Promise<void> {
  const held = change.sql.selectFrom('registry_contents').select('digest').where('digest', 'in', digests);
  await (dialect === 'postgres' ? held.orderBy('digest').forUpdate() : held).execute();
  const gone = await change.sql
    .deleteFrom('registry_contents')
    .where('digest', 'in', digests)
    .where((build) =>
      build.not(
        build.exists(
          build
            .selectFrom('registry_files')
            .select('registry_files.digest')
            .whereRef('registry_files.digest', '=', 'registry_contents.digest'),
        ),
      ),
    )
    .returning(['digest', 'sealed_digest'])
    .execute();
  const blobs = gone.flatMap(({ digest, sealed_digest: sealed }) => (sealed === null ? [digest] : [digest, sealed]));
  await unnameBlobs(change, blobs, atMs);
}
