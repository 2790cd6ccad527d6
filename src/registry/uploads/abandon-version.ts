import type { PrincipalRef } from '../../contract/types/common.ts';
import { unnameBlobs } from '../../store/blobs/name-blob.ts';
import type { Change } from '../../store/store.ts';
import { forgetContents } from '../contents/forget-contents.ts';
import type { Registry } from '../registry.ts';
import { moveVersion } from '../versions/move-version.ts';

interface Abandonment {
  readonly versionId: string;
  /** Null: the server itself, because it rested for too long. */
  readonly by: PrincipalRef | null;
  readonly atMs: number;
}

/**
 * Gives up a version that was never released: what arrived of it goes, unless something else has the same bytes; what is known about it stays.
 * @throws RegistryError `version-unknown`, `version-state`
 */
export async function abandonVersion(
  change: Change,
  { bus, store }: Pick<Registry, 'bus' | 'store'>,
  { versionId, by, atMs }: Abandonment,
): Promise<void> {
  await moveVersion(change, bus, { versionId, to: 'abandoned', set: { step: null, job_id: null }, by, atMs });
  const parts = await change.sql
    .deleteFrom('registry_parts')
    .where('version_id', '=', versionId)
    .returning('digest')
    .execute();
  await unnameBlobs(
    change,
    parts.map(({ digest }) => digest),
    atMs,
  );
  await forgetContents(change, store.dialect, { versionId, atMs });
}
