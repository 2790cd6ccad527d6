import type { PrincipalRef } from '../../contract/types/common.ts';
import { RegistryError } from '../errors.ts';
import { submitVersion } from '../pipeline/submit.ts';
import type { Registry } from '../registry.ts';
import { findUpload } from './find-upload.ts';
import { missingParts } from './missing-parts.ts';

const MAX_NAMED = 5;

/**
 * Everything has arrived: the version goes to examination. To say it twice is no mistake.
 * @throws RegistryError `version-unknown`, `version-state`, `upload-incomplete`
 */
export async function submitUpload(
  registry: Pick<Registry, 'store' | 'bus' | 'clock'>,
  versionId: string,
  by: PrincipalRef,
): Promise<void> {
  const { store, clock } = registry;
  await store.change(async (change) => {
    const upload = await findUpload(change.sql, versionId);
    const incomplete = (await missingParts(change.sql, upload)).filter(({ missing }) => missing.length > 0);
    if (incomplete.length > 0) throw RegistryError.of('upload-incomplete', namesOf(incomplete.map(({ path }) => path)));
    await submitVersion(change, registry, { versionId, by, atMs: clock() });
  });
}

function namesOf(paths: readonly string[]): string {
  const more = paths.length > MAX_NAMED ? ` and ${paths.length - MAX_NAMED} more` : '';
  return `${paths.slice(0, MAX_NAMED).join(', ')}${more}`;
}
