import type { ActionId } from '../../contract/actions.ts';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Caller } from '../caller.ts';
import type { Circumstances } from '../grants/conditions.ts';
import { type HeldGrants, rolesOf, type WeighedGrant, weighGrants } from '../grants/held-grants.ts';
import { classifications, type PolicyRequest, type Resource } from './request.ts';

/** Somebody asks for something under some circumstances: all that a decision depends on, besides the policies. */
export interface Situation {
  readonly principal: PrincipalRef;
  readonly action: ActionId;
  readonly resource: Resource;
  readonly held: HeldGrants;
  readonly now: Circumstances;
  readonly recentlyVerified: boolean;
  readonly credential: 'session' | 'key' | 'token';
}

/** As in the contract; a longer purpose is none. */
const MAX_PURPOSE_CHARACTERS = 120;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** 1 January 1970 was a Thursday. */
const EPOCH_WEEKDAY = 4;

export function circumstancesOf(caller: Caller, resource: Resource, atMs: number): Circumstances {
  const purpose = caller.purpose ?? '';
  return {
    level: caller.level,
    address: caller.address,
    atMs,
    purpose: purpose.length > MAX_PURPOSE_CHARACTERS ? '' : purpose,
    classification: resource.classification,
  };
}

/** The situation of a caller now. */
export function situationOf(
  asked: Pick<Situation, 'principal' | 'action' | 'resource' | 'held'>,
  caller: Caller,
  { atMs, stepUpSeconds }: { readonly atMs: number; readonly stepUpSeconds: number },
): Situation {
  return {
    ...asked,
    now: circumstancesOf(caller, asked.resource, atMs),
    recentlyVerified: isRecent(caller, atMs, stepUpSeconds),
    credential: caller.credential?.kind ?? 'session',
  };
}

function isRecent({ verifiedAtMs, credential }: Caller, atMs: number, stepUpSeconds: number): boolean {
  if (verifiedAtMs === null || credential?.kind !== 'session') return false;
  return verifiedAtMs <= atMs && atMs - verifiedAtMs <= stepUpSeconds * 1000;
}

/** A question to the policies, with the grants that count for it. */
export interface Question {
  readonly request: PolicyRequest;
  readonly weighed: readonly WeighedGrant[];
}

export function questionOf(situation: Situation): Question {
  const weighed = weighGrants(situation.held, situation.resource, situation.now);
  return { weighed, request: requestOf(situation, weighed) };
}

function requestOf(situation: Situation, weighed: readonly WeighedGrant[]): PolicyRequest {
  const { principal, action, resource, now, recentlyVerified, credential } = situation;
  return {
    principal,
    roles: rolesOf(weighed),
    action,
    resource,
    context: {
      level: now.level,
      recentlyVerified,
      address: now.address,
      hour: Math.floor((now.atMs % DAY_MS) / HOUR_MS),
      weekday: ((Math.floor(now.atMs / DAY_MS) + EPOCH_WEEKDAY - 1) % 7) + 1,
      purpose: now.purpose,
      classification: now.classification,
      sensitivity: classifications.indexOf(now.classification),
      credential,
    },
  };
}
