import type { Kysely } from 'kysely';
import type { Database } from '../../store/tables/index.ts';
import { RegistryError } from '../errors.ts';
import type { VersionRow } from '../versions/move-version.ts';

export type UploadRow = VersionRow & { readonly part_bytes: number };

/** A version whose files are being uploaded. @throws RegistryError `version-unknown`, `version-state` */
export async function findUpload(read: Pick<Kysely<Database>, 'selectFrom'>, versionId: string): Promise<UploadRow> {
  const row = await read.selectFrom('registry_versions').selectAll().where('id', '=', versionId).executeTakeFirst();
  if (row === undefined) throw RegistryError.of('version-unknown', versionId);
  const { state, part_bytes: partBytes } = row;
  if (state !== 'uploading') throw RegistryError.of('version-state', `it is ${state}, no longer uploading`);
  if (partBytes === null) throw RegistryError.of('version-state', 'its files are fetched, not uploaded');
  return { ...row, part_bytes: partBytes };
}
