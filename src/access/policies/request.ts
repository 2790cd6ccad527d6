import type { z } from 'zod';
import type { ActionId, Role } from '../../contract/actions.ts';
import { actions } from '../../contract/actions.ts';
import type { PrincipalRef, Scope } from '../../contract/types/common.ts';
import { classification } from '../../contract/types/people.ts';

export type Classification = z.infer<typeof classification>;

/** From the least to the most sensitive; the place in this list is what policies see as `context.sensitivity`. */
export const classifications = classification.options;

/** What a request is about, with what contains it. */
export interface Resource {
  readonly scope: Scope;
  /** The project of a model; null where it has none, or is not known. */
  readonly projectId: string | null;
  readonly classification: Classification;
}

export interface PolicyContext {
  readonly level: 1 | 2;
  /** A passkey with user verification was used within the last minutes. */
  readonly recentlyVerified: boolean;
  readonly address: string;
  /** 0 to 23, in UTC. */
  readonly hour: number;
  /** 1 is Monday, 7 is Sunday, in UTC. */
  readonly weekday: number;
  /** Empty: none was named. */
  readonly purpose: string;
  readonly classification: Classification;
  readonly sensitivity: number;
  readonly credential: 'session' | 'key' | 'token';
}

/** A question to the policies, complete: the answer depends on nothing else. */
export interface PolicyRequest {
  readonly principal: PrincipalRef;
  /** Of the grants that hold for this request. */
  readonly roles: readonly Role[];
  readonly action: ActionId;
  readonly resource: Resource;
  readonly context: PolicyContext;
}

export interface PolicyOutcome {
  readonly allowed: boolean;
  /** Ids of the policies that decided: permits where allowed, forbids where denied, none where nothing allows it. */
  readonly policies: readonly string[];
  /** Roles that these policies name: grants of them took part. */
  readonly roles: readonly Role[];
  /** Policies that could not be evaluated. Cedar would skip them; a skipped `forbid` would allow, so any of them denies. */
  readonly failed: readonly string[];
}

const containing = {
  server: ['server'],
  project: ['server', 'project'],
  model: ['server', 'project', 'model'],
} as const;

/** Whether an action can be asked for on this kind of resource: an action on models also makes sense on what contains them. */
export function appliesTo(action: ActionId, kind: Scope['kind']): boolean {
  return (containing[actions[action].on] as readonly string[]).includes(kind);
}
