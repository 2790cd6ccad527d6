import type { PrincipalRef } from '../../contract/types/common.ts';
import { RegistryError } from '../errors.ts';
import { submitVersion } from '../pipeline/submit.ts';
import type { Registry } from '../registry.ts';
import { findUpload } from './find-upload.ts';
import { missingParts } from './missing-parts.ts';

const MAX_NAMED = 5;

type Means = Pick<Registry, 'store' | 'bus' | 'clock'>;

/**
 * Everything has arrived: the version goes to examination. To say it again changes nothing, whatever became of the version since: a client
 * whose answer was lost asks once more.
 * @throws RegistryError `version-unknown`, `upload-incomplete`, and `version-state` where it was given up, or is fetched and not uploaded
 */
export async function submitUpload(registry: Means, versionId: string, by: PrincipalRef): Promise<void> {
  try {
    await submitNow(registry, versionId, by);
  } catch (error) {
    // Also where somebody else submits it at this moment.
    const isElsewhere = error instanceof RegistryError && error.code === 'version-state';
    if (!isElsewhere || !(await wasSubmitted(registry, versionId))) throw error;
  }
}

async function submitNow(registry: Means, versionId: string, by: PrincipalRef): Promise<void> {
  const { store, clock } = registry;
  await store.change(async (change) => {
    const upload = await findUpload(change.sql, versionId);
    const incomplete = (await missingParts(change.sql, upload)).filter(({ missing }) => missing.length > 0);
    if (incomplete.length > 0) throw RegistryError.of('upload-incomplete', namesOf(incomplete.map(({ path }) => path)));
    await submitVersion(change, registry, { versionId, by, atMs: clock() });
  });
}

async function wasSubmitted({ store }: Means, versionId: string): Promise<boolean> {
  const row = await store.read
    .selectFrom('registry_versions')
    .select(['state', 'part_bytes'])
    .where('id', '=', versionId)
    .executeTakeFirst();
  return row !== undefined && row.part_bytes !== null && row.state !== 'uploading' && row.state !== 'abandoned';
}

function namesOf(paths: readonly string[]): string {
  const more = paths.length > MAX_NAMED ? ` and ${paths.length - MAX_NAMED} more` : '';
  return `${paths.slice(0, MAX_NAMED).join(', ')}${more}`;
}
