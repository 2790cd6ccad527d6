import type { Kysely } from 'kysely';
import type { Role } from '../../contract/actions.ts';
import type { Scope } from '../../contract/types/common.ts';
import type { Database } from '../../store/tables/index.ts';
import { activeAt, grantOfRow } from './grant.ts';

/** Ids in one statement. */
const MAX_IN_STATEMENT = 500;

export interface ActiveGrant {
  readonly principalId: string;
  readonly role: Role;
  readonly scope: Scope;
}

/** Grants that are active, of many principals at once, for those who list them. */
export async function activeGrantsOf(
  read: Kysely<Database>,
  principalIds: readonly string[],
  nowMs: number,
): Promise<ReadonlyMap<string, readonly ActiveGrant[]>> {
  const found: ActiveGrant[] = [];
  for (let from = 0; from < principalIds.length; from += MAX_IN_STATEMENT) {
    const rows = await read
      .selectFrom('grants')
      .selectAll()
      .where('principal_id', 'in', principalIds.slice(from, from + MAX_IN_STATEMENT))
      .where(activeAt(nowMs))
      .orderBy('id')
      .execute();
    found.push(
      ...rows.map(grantOfRow).map(({ principal, role, scope }) => ({ principalId: principal.id, role, scope })),
    );
  }
  return Map.groupBy(found, ({ principalId }) => principalId);
}
