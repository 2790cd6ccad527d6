import { type ActionId, actionIds, type Role } from '../../contract/actions.ts';
import type { Scope } from '../../contract/types/common.ts';
import { bestCase } from '../policies/best-case.ts';
import type { PreparedPolicies } from '../policies/prepared-policies.ts';
import { appliesTo, type Resource } from '../policies/request.ts';
import { questionOf } from '../policies/situation.ts';
import { type Grant, scopeKey } from './grant.ts';
import type { HeldGrants } from './held-grants.ts';

/** Stands for any place of its kind and any holder of a role. */
export const NOBODY = { kind: 'person', id: 'per_00000000000000000000000000' } as const;
export const NOWHERE = { project: 'prj_00000000000000000000000000', model: 'mdl_00000000000000000000000000' } as const;

/** A grant that nobody has. */
export function imaginedGrant(role: Role, scope: Scope): Grant {
  return {
    id: `imagined ${role} ${scopeKey(scope)}`,
    principal: NOBODY,
    role,
    scope,
    conditions: {},
    reason: '',
    givenBy: null,
    createdAtMs: 0,
    expiresAtMs: null,
    revokedAtMs: null,
    lastUsedAtMs: null,
  };
}

/** What a role allows at best in a place of a kind, that is not restricted. */
export function roleActions(
  policies: PreparedPolicies,
  role: Role,
  kind: Scope['kind'],
  nowMs: number,
): ReadonlySet<ActionId> {
  const scope: Scope = kind === 'server' ? { kind } : { kind, id: NOWHERE[kind] };
  const resource: Resource = { scope, projectId: null, classification: 'public' };
  const held: HeldGrants = { count: 1, byScope: new Map([[scopeKey(scope), [imaginedGrant(role, scope)]]]) };
  // A program that holds the role has no factors, so what it may is among what a person may.
  const isAllowed = (action: ActionId): boolean =>
    policies.evaluate(questionOf(bestCase({ principal: NOBODY, action, resource, held, nowMs })).request).allowed;
  return new Set(actionIds.filter((action) => appliesTo(action, kind) && isAllowed(action)));
}
