import type { Kysely } from 'kysely';
import type { Scope } from '../../contract/types/common.ts';
import type { Database } from '../../store/tables/index.ts';
import type { Resource } from '../policies/request.ts';
import { scopeKey } from './grant.ts';

type Reader = Pick<Kysely<Database>, 'selectFrom'>;

export const serverResource: Resource = { scope: { kind: 'server' }, projectId: null, classification: 'public' };

/**
 * What is known of the place. A place that does not exist is taken for a restricted one outside of all projects: who may do this
 * everywhere learns from the answer that it is missing, and nobody else does.
 */
export async function readResource(read: Reader, scope: Scope): Promise<Resource> {
  if (scope.kind === 'server') return serverResource;
  const row = await read
    .selectFrom('resources')
    .select(['parent_id', 'classification'])
    .where('id', '=', scope.id)
    .where('kind', '=', scope.kind)
    .executeTakeFirst();
  if (row === undefined) return { scope, projectId: null, classification: 'restricted' };
  return { scope, projectId: row.parent_id, classification: row.classification };
}

export async function scopeExists(read: Reader, scope: Scope): Promise<boolean> {
  if (scope.kind === 'server') return true;
  const found = await read
    .selectFrom('resources')
    .select('id')
    .where('id', '=', scope.id)
    .where('kind', '=', scope.kind)
    .executeTakeFirst();
  return found !== undefined;
}

/** Names to show, by `scopeKey`. What is missing is named by its id. */
export async function nameScopes(
  read: Reader,
  scopes: readonly Scope[],
): Promise<(scope: Scope) => Scope & { name: string }> {
  const ids = [...new Set(scopes.flatMap((scope) => (scope.kind === 'server' ? [] : [scope.id])))];
  const rows =
    ids.length === 0
      ? []
      : await read.selectFrom('resources').select(['id', 'kind', 'name']).where('id', 'in', ids).execute();
  const names = new Map(rows.map(({ id, kind, name }) => [scopeKey({ kind, id }), name]));
  return (scope) => ({
    ...scope,
    name: scope.kind === 'server' ? 'this server' : (names.get(scopeKey(scope)) ?? scope.id),
  });
}
