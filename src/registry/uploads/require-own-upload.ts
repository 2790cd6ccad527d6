import type { Kysely } from 'kysely';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Database } from '../../store/tables/index.ts';
import { RegistryError } from '../errors.ts';

/**
 * Only whoever began an upload sends its parts and submits it: nobody decides about what he uploaded himself, and who that is, the version
 * says. Else somebody would put his files into the upload of another, and approve them. @throws RegistryError `not-your-upload`, `version-unknown`
 */
export async function requireOwnUpload(
  read: Pick<Kysely<Database>, 'selectFrom'>,
  versionId: string,
  { kind, id }: PrincipalRef,
): Promise<void> {
  const row = await read
    .selectFrom('registry_versions')
    .select(['created_by_kind', 'created_by_id'])
    .where('id', '=', versionId)
    .executeTakeFirst();
  if (row === undefined) throw RegistryError.of('version-unknown', versionId);
  if (row.created_by_kind !== kind || row.created_by_id !== id) throw RegistryError.of('not-your-upload');
}
