import { type ActionId, actions } from '../../contract/actions.ts';
import type { Scope } from '../../contract/types/common.ts';
import type { Caller } from '../caller.ts';
import type { Authorizer } from '../decision.ts';
import { ServiceError } from './errors.ts';
import type { HeldGrant } from './grants-of.ts';

export interface PowerQuestion {
  readonly issuer: Caller;
  readonly actions: readonly ActionId[];
  /** What the service that the key is for holds now. */
  readonly grants: readonly HeldGrant[];
}

const SERVER: Scope = { kind: 'server' };

/** Where a grant can be that allows an action on a thing of this kind: on it, or on what contains it. */
const kinds: Readonly<Record<Scope['kind'], readonly Scope['kind'][]>> = {
  server: ['server'],
  project: ['server', 'project'],
  model: ['server', 'project', 'model'],
};

/**
 * Whoever issues a key has seen its secret, so he could act as the service. Therefore he must be allowed each action of the key himself,
 * wherever the service holds a grant that could allow it; and on the whole server where it holds none, because one may be given later.
 * @throws ServiceError `beyond-own-power`, naming what is missing.
 */
export async function checkOwnPower(authorizer: Authorizer, question: PowerQuestion): Promise<void> {
  const missing: string[] = [];
  for (const action of question.actions) {
    for (const scope of placesOf(action, question.grants)) {
      const { allowed } = await authorizer.decide(question.issuer, action, scope);
      if (!allowed) missing.push(`${action} on ${placeName(scope)}`);
    }
  }
  if (missing.length > 0) throw ServiceError.of('beyond-own-power', `not allowed to you: ${missing.join(', ')}`);
}

function placesOf(action: ActionId, grants: readonly HeldGrant[]): readonly Scope[] {
  const places = grants.map(({ scope }) => scope).filter(({ kind }) => kinds[actions[action].on].includes(kind));
  if (places.length === 0) return [SERVER];
  return [...new Map(places.map((scope) => [placeName(scope), scope])).values()];
}

function placeName(scope: Scope): string {
  return scope.kind === 'server' ? 'the server' : `${scope.kind} ${scope.id}`;
}
