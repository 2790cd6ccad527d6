import type { Caller } from '../access/caller.ts';
import type { AccessDecision, Authorizer } from '../access/decision.ts';
import { enrolmentRoutes } from '../access/people/sessions/enrolment.ts';
import type { ActionId } from '../contract/actions.ts';
import type { Route } from '../contract/route.ts';
import type { RouteId } from '../contract/routes/index.ts';
import type { Scope } from '../contract/types/common.ts';
import { RequestError, type RequestErrorCode } from './errors.ts';

/** What is about the caller himself and yet open to keys and tokens; everything else needs a person with a session. */
const openToServices: ReadonlySet<RouteId> = new Set<RouteId>([
  'me.show',
  'projects.list',
  'events.stream',
  'models.list',
  'notices.list',
  'notices.seen',
  'recalls.list',
  'registry.summary',
]);

const demandCodes: Readonly<Record<NonNullable<AccessDecision['demand']>, RequestErrorCode>> = {
  'step-up': 'step-up-required',
  'second-factor': 'second-factor-required',
  purpose: 'purpose-required',
};

export interface Refusal {
  readonly caller: Caller;
  readonly action: ActionId;
  readonly scope: Scope;
  readonly decision: AccessDecision;
}

export interface AccessRules {
  readonly authorizer: Authorizer;
  /** Told of every refusal. */
  readonly refused: (refusal: Refusal) => Promise<void>;
}

/**
 * Refuses whoever may not call a route at all, before anything that he sent is read.
 * @throws {RequestError} `unauthenticated`, `enrolment-required`, `session-required`
 */
export function checkCaller(route: Route, caller: Caller): void {
  if (route.access.kind === 'public') return;
  if (caller.principal === null) throw RequestError.of('unauthenticated');
  const id = route.id as RouteId;
  if (caller.enrolmentRequired && !enrolmentRoutes.has(id)) throw RequestError.of('enrolment-required');
  if (route.access.kind === 'self' && caller.credential?.kind !== 'session' && !openToServices.has(id)) {
    throw RequestError.of('session-required');
  }
}

/**
 * Lets the policies decide. What is not allowed is refused with the reasons, and recorded.
 * @throws {RequestError} `forbidden`, or what would make it allowed: `step-up-required`, `second-factor-required`, `purpose-required`
 */
export async function checkAction(rules: AccessRules, asked: Omit<Refusal, 'decision'>): Promise<void> {
  const { caller, action, scope } = asked;
  const decision = await rules.authorizer.decide(caller, action, scope);
  if (decision.allowed) return;
  await rules.refused({ ...asked, decision });
  const code = decision.demand === undefined ? 'forbidden' : demandCodes[decision.demand];
  throw RequestError.of(code, decision.reasons.join('; '), { policies: decision.policies });
}
