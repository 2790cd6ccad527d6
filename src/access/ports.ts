import type { Access } from './access.ts';
import type { Caller } from './caller.ts';
import { activeGrantsOf } from './grants/active-grants.ts';
import { giveGrant, giveGrantAs } from './grants/give-grant.ts';
import { readHeldGrants, rolesOf, weighGrants } from './grants/held-grants.ts';
import { activeAdministrators, requireAdministrator } from './grants/last-administrator.ts';
import { readResource } from './grants/resources.ts';
import { takeAllGrants } from './grants/take-grant.ts';
import type { PeoplePorts } from './people/ports.ts';
import type { ActivePolicies } from './policies/active-policies.ts';
import { circumstancesOf } from './policies/situation.ts';
import { requireWayBackWithoutPerson, type WayBackView } from './policies/way-back.ts';
import type { GrantsOf } from './services/grants-of.ts';

type Parts = Pick<Access, 'clock' | 'bus' | 'records'>;

/** What accounts need of grants. Only what the ledger keeps of persons is missing. */
export function grantPorts({ clock, bus, records }: Parts): Omit<PeoplePorts, 'eraseOpenings'> {
  const viewOf = ({ address }: Caller): WayBackView => ({ policies: records.policies, address, atMs: clock() });
  return {
    rolesOf: async (sql, ids) => {
      const grants = await activeGrantsOf(sql, ids, clock());
      return new Map(ids.map((id) => [id, [...new Set((grants.get(id) ?? []).map(({ role }) => role))]]));
    },
    rolesOnServer: async (sql, caller) => {
      const resource = await readResource(sql, { kind: 'server' });
      const held = await readHeldGrants(sql, caller.principal?.id ?? '');
      return rolesOf(weighGrants(held, resource, circumstancesOf(caller, resource, clock())));
    },
    hasAdministrator: async (sql) => (await activeAdministrators(sql)).length > 0,
    requireOthers: async (change, personId, by) => {
      await requireAdministrator(change, { personId });
      await requireWayBackWithoutPerson(change, viewOf(by), personId);
    },
    giveRole: async (change, { personId, role, scope, reason, by }) => {
      const draft = { principal: { kind: 'person', id: personId } as const, role, scope, reason };
      if (by === null) await giveGrant(change, draft, clock());
      else await giveGrantAs(change, by, { draft, atMs: clock() });
      change.afterCommit(() => bus.publish('access', personId));
    },
    takeAllRoles: async (change, personId, by) => {
      await takeAllGrants(change, by.principal, { principalId: personId, reason: 'erased', view: viewOf(by) });
      change.afterCommit(() => bus.publish('access', personId));
    },
  };
}

/** The policies in force now, for reviews. */
export function policiesInForce({ records }: Pick<Access, 'records'>): () => Promise<ActivePolicies> {
  return async () => {
    await records.fresh();
    return records.policies;
  };
}

/** What services need of grants, to be listed with their roles. */
export function serviceGrants({ store, clock }: Access): GrantsOf {
  return (ids) => activeGrantsOf(store.read, ids, clock());
}
