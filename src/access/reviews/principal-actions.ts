import { type ActionId, actionIds } from '../../contract/actions.ts';
import type { PrincipalRef, Scope } from '../../contract/types/common.ts';
import type { ActiveGrant } from '../grants/active-grants.ts';
import { scopeKey } from '../grants/grant.ts';
import type { HeldGrants } from '../grants/held-grants.ts';
import { imaginedGrant, NOBODY, NOWHERE } from '../grants/role-actions.ts';
import { bestCase } from '../policies/best-case.ts';
import type { PreparedPolicies } from '../policies/prepared-policies.ts';
import { appliesTo } from '../policies/request.ts';
import { questionOf } from '../policies/situation.ts';

export type ActionsOfPrincipal = (principal: PrincipalRef, grants: readonly ActiveGrant[]) => ReadonlySet<ActionId>;

/** Places of one principal that are looked at, where a policy names him. */
const MAX_SCOPES = 50;

/**
 * What principals may at best by all their grants together, and by policies that name them. Whoever is not named is like everybody of his
 * kind with the same roles in the same kinds of places, so that ten thousand people cost a few questions.
 */
export function actionsByPrincipal(policies: PreparedPolicies, nowMs: number): ActionsOfPrincipal {
  const named = new Set(policies.named.principals.map(({ id }) => id));
  const known = new Map<string, ReadonlySet<ActionId>>();
  return (principal, grants) => {
    const isNamed = named.has(principal.id);
    const held = isNamed ? grants : grants.map((grant) => ({ ...grant, scope: anywhere(grant.scope) }));
    const who = isNamed ? principal : { kind: principal.kind, id: NOBODY.id };
    const places = [...new Set(held.map(({ role, scope }) => `${role} ${scopeKey(scope)}`))].toSorted();
    const key = `${who.kind} ${who.id} ${places.join(', ')}`;
    const actions = known.get(key) ?? allowedTo(policies, { principal: who, grants: held, nowMs });
    known.set(key, actions);
    return actions;
  };
}

function anywhere({ kind }: Scope): Scope {
  return kind === 'server' ? { kind } : { kind, id: NOWHERE[kind] };
}

interface Holding {
  readonly principal: PrincipalRef;
  readonly grants: readonly ActiveGrant[];
  readonly nowMs: number;
}

function allowedTo(policies: PreparedPolicies, { principal, grants, nowMs }: Holding): ReadonlySet<ActionId> {
  const byScope = Map.groupBy(
    grants.map(({ role, scope }) => imaginedGrant(role, scope)),
    ({ scope }) => scopeKey(scope),
  );
  const held: HeldGrants = { count: grants.length, byScope };
  const scopes: readonly Scope[] = [{ kind: 'server' }, ...grants.map(({ scope }) => scope)];
  const distinct = [...new Map(scopes.map((scope) => [scopeKey(scope), scope])).values()].slice(0, MAX_SCOPES);
  const isAllowed = (action: ActionId, scope: Scope): boolean => {
    const resource = { scope, projectId: null, classification: 'public' } as const;
    return policies.evaluate(questionOf(bestCase({ principal, action, resource, held, nowMs })).request).allowed;
  };
  return new Set(
    actionIds.filter((action) => distinct.some((scope) => appliesTo(action, scope.kind) && isAllowed(action, scope))),
  );
}
