import type { Kysely } from 'kysely';
import type { Role } from '../../contract/actions.ts';
import { eraseOpenings } from '../../store/ledger/erase.ts';
import type { Database } from '../../store/tables/index.ts';
import { nextEpoch } from '../grants/access-epoch.ts';
import { giveGrant, giveGrantAs } from '../grants/give-grant.ts';
import { requireAdministrator } from '../grants/last-administrator.ts';
import { takeGrant } from '../grants/take-grant.ts';
import type { PeoplePorts } from './ports.ts';

/** Ids in one statement. */
const MAX_IN_STATEMENT = 500;

/** What accounts need of grants and of the ledger, from those that keep them. */
export function grantPorts(clock: () => number): PeoplePorts {
  return {
    rolesOf: (sql, principalIds) => readRoles(sql, principalIds, clock()),
    hasAdministrator: (sql) => hasAdministrator(sql, clock()),
    async requireOtherAdministrator(change, personId) {
      await nextEpoch(change);
      const held = (await readRoles(change.sql, [personId], clock())).get(personId) ?? [];
      // Whoever is none himself takes none away.
      if (held.includes('administrator')) await requireAdministrator(change, { personId });
    },
    async giveRole(change, { personId, role, scope, reason, by }) {
      const draft = { principal: { kind: 'person' as const, id: personId }, role, scope, reason };
      if (by === null) await giveGrant(change, draft, clock());
      else await giveGrantAs(change, by, { draft, atMs: clock() });
    },
    async takeAllRoles(change, personId, by) {
      const rows = await change.sql
        .selectFrom('grants')
        .select('id')
        .where('principal_id', '=', personId)
        .where('revoked_at', 'is', null)
        .execute();
      const taking = { reason: 'the person was erased', atMs: clock() };
      for (const { id } of rows) await takeGrant(change, by.principal, { grantId: id, ...taking });
    },
    async eraseOpenings({ sql }, personId) {
      await eraseOpenings(sql, personId);
    },
  };
}

function activeGrants(sql: Kysely<Database>, nowMs: number) {
  return sql
    .selectFrom('grants')
    .where('revoked_at', 'is', null)
    .where(({ eb, or }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', nowMs)]));
}

async function readRoles(
  sql: Kysely<Database>,
  principalIds: readonly string[],
  nowMs: number,
): Promise<ReadonlyMap<string, readonly Role[]>> {
  const held = new Map<string, Role[]>();
  for (let from = 0; from < principalIds.length; from += MAX_IN_STATEMENT) {
    const rows = await activeGrants(sql, nowMs)
      .select(['principal_id', 'role'])
      .distinct()
      .where('principal_id', 'in', principalIds.slice(from, from + MAX_IN_STATEMENT))
      .execute();
    for (const { principal_id, role } of rows) held.set(principal_id, [...(held.get(principal_id) ?? []), role as Role]);
  }
  return held;
}

async function hasAdministrator(sql: Kysely<Database>, nowMs: number): Promise<boolean> {
  const row = await activeGrants(sql, nowMs)
    .innerJoin('people', 'people.id', 'grants.principal_id')
    .select('grants.id')
    .where('grants.role', '=', 'administrator')
    .where('grants.scope_kind', '=', 'server')
    .where('people.state', '=', 'active')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
