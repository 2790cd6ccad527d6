import type { ActionId } from '../../contract/actions.ts';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Grant } from '../grants/grant.ts';
import type { HeldGrants } from '../grants/held-grants.ts';
import type { Resource } from './request.ts';
import type { Situation } from './situation.ts';

/** An address for those who could call from anywhere (RFC 5737: for documentation, so nobody has it). */
export const ANY_ADDRESS = '192.0.2.1';
/** A purpose that no policy names, for policies that ask for any. */
export const ANY_PURPOSE = 'any';

export interface Asking {
  readonly principal: PrincipalRef;
  readonly action: ActionId;
  readonly resource: Resource;
  readonly held: HeldGrants;
  /** ms since 1970. */
  readonly nowMs: number;
}

/** The same grants with all conditions met, but for the classification, which nobody can choose, and the end. */
function unconditioned(held: HeldGrants): HeldGrants {
  const byScope = [...held.byScope].map(([key, grants]) => [key, grants.map(withoutConditions)] as const);
  return { count: held.count, byScope: new Map(byScope) };
}

function withoutConditions(grant: Grant): Grant {
  const { maxClassification } = grant.conditions;
  return { ...grant, conditions: maxClassification === undefined ? {} : { maxClassification } };
}

/** Somebody at his strongest: every factor proved a moment ago, a purpose named, and all conditions of his grants met. Programs have no factors. */
export function bestCase({ principal, action, resource, held, nowMs }: Asking): Situation {
  const isPerson = principal.kind === 'person';
  return {
    principal,
    action,
    resource,
    held: unconditioned(held),
    now: {
      level: isPerson ? 2 : 1,
      address: ANY_ADDRESS,
      atMs: nowMs,
      purpose: ANY_PURPOSE,
      classification: resource.classification,
    },
    recentlyVerified: isPerson,
    credential: isPerson ? 'session' : 'key',
  };
}
