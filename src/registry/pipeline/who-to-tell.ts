import { activeAt } from '../../access/grants/grant.ts';
import { findPrincipals, isActive } from '../../access/grants/principals.ts';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Change } from '../../store/store.ts';
import { askersOf } from '../versions/askers.ts';
import type { VersionRow } from '../versions/move-version.ts';

type About = Pick<VersionRow, 'id' | 'model_id' | 'created_by_kind' | 'created_by_id'>;

/** Roles that may approve by the policies that come with the program. Others find what waits for them in their queue. */
const APPROVING_ROLES = ['administrator', 'security'];
/** More than these are a crowd of which nobody feels asked. */
const MAX_APPROVERS = 200;

/** The owner of a model and whoever brought a version of it, or asked for it to be fetched: as far as they still are there. */
export async function ownersOf({ sql }: Pick<Change, 'sql'>, version: About): Promise<readonly PrincipalRef[]> {
  const model = await sql
    .selectFrom('registry_models')
    .select(['owner_kind', 'owner_id'])
    .where('id', '=', version.model_id)
    .executeTakeFirst();
  return active({ sql }, [
    ...refOf(model?.owner_kind, model?.owner_id),
    ...refOf(version.created_by_kind, version.created_by_id),
    ...(await askersOf(sql, version.id)),
  ]);
}

/** Whoever has now a role around a model with which he may approve its versions. */
export async function approversOf(
  { sql }: Pick<Change, 'sql'>,
  { model_id: modelId }: Pick<VersionRow, 'model_id'>,
  atMs: number,
): Promise<readonly PrincipalRef[]> {
  const model = await sql
    .selectFrom('registry_models')
    .select('project_id')
    .where('id', '=', modelId)
    .executeTakeFirst();
  const rows = await sql
    .selectFrom('grants')
    .select(['principal_kind', 'principal_id'])
    .distinct()
    .where(activeAt(atMs))
    .where('principal_kind', '=', 'person')
    .where('role', 'in', APPROVING_ROLES)
    .where('scope_id', 'in', ['', modelId, ...(model === undefined ? [] : [model.project_id])])
    .orderBy('principal_id')
    .limit(MAX_APPROVERS)
    .execute();
  return active(
    { sql },
    rows.map((row) => ({ kind: row.principal_kind, id: row.principal_id })),
  );
}

async function active({ sql }: Pick<Change, 'sql'>, refs: readonly PrincipalRef[]): Promise<readonly PrincipalRef[]> {
  const known = await findPrincipals(sql, refs);
  return refs.filter((ref) => isActive(known, ref));
}

function refOf(kind: PrincipalRef['kind'] | null | undefined, id: string | null | undefined): PrincipalRef[] {
  return kind === null || kind === undefined || id === null || id === undefined ? [] : [{ kind, id }];
}
