import { type ActionId, type Role, roles } from '../../contract/actions.ts';
import type { Scope } from '../../contract/types/common.ts';
import type { Grant } from '../grants/grant.ts';
import { type AccessListing, allowedBy } from '../grants/list-access.ts';

/** What a role allows in a place of a kind, by the active policies, to whoever meets all conditions. */
export type RoleActions = (role: Role, kind: Scope['kind']) => ReadonlySet<ActionId>;

/** Asks for every role in each of the kinds of places, once. */
export async function readRoleActions(listing: AccessListing, kinds: Iterable<Scope['kind']>): Promise<RoleActions> {
  const known = new Map<string, ReadonlySet<ActionId>>();
  for (const kind of new Set(kinds)) {
    for (const role of roles) {
      const { actions } = await allowedBy(listing, supposedGrant(role, kind));
      known.set(`${role} ${kind}`, new Set(actions));
    }
  }
  return (role, kind) => known.get(`${role} ${kind}`) ?? new Set();
}

/** A grant that nobody holds, in a place that is not there: what the policies say of the role alone. */
function supposedGrant(role: Role, kind: Scope['kind']): Grant {
  return {
    id: 'supposed',
    principal: { kind: 'person', id: 'supposed' },
    role,
    scope: kind === 'server' ? { kind } : { kind, id: 'supposed' },
    conditions: {},
    reason: '',
    givenBy: null,
    createdAtMs: 0,
    expiresAtMs: null,
    revokedAtMs: null,
    lastUsedAtMs: null,
  };
}
