import type { ActionId } from '../../contract/actions.ts';
import type { PrincipalRef, Scope } from '../../contract/types/common.ts';
import type { Caller } from '../caller.ts';
import type { AccessDecision, Authorizer } from '../decision.ts';
import type { AccessRecords } from '../grants/access-records.ts';
import type { GrantUsage } from '../grants/grant-usage.ts';
import type { WeighedGrant } from '../grants/held-grants.ts';
import type { ActivePolicies } from './active-policies.ts';
import { demandFor } from './demand.ts';
import type { PolicyOutcome } from './request.ts';
import { allowedSentence, denialSentences } from './sentences.ts';
import { questionOf, type Situation, situationOf } from './situation.ts';

export interface AuthorizerOptions {
  readonly records: AccessRecords;
  readonly usage: Pick<GrantUsage, 'note'>;
  /** ms since 1970. */
  readonly clock: () => number;
  /** For how long a passkey with user verification counts as recent. */
  readonly stepUpSeconds: number;
}

/**
 * Decides by the policies in force and the grants of the caller. What is no policy comes first and cannot be changed by one: nobody
 * without a name, nobody who must enrol first, and no key beyond its scopes. Whatever fails throws, and so does not allow.
 */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  return { decide: (caller, action, scope) => decide(options, { caller, action, scope }) };
}

interface Asked {
  readonly caller: Caller;
  readonly action: ActionId;
  readonly scope: Scope;
}

async function decide(options: AuthorizerOptions, asked: Asked): Promise<AccessDecision> {
  const { records } = options;
  const stale = records.fresh();
  if (stale !== undefined) await stale;
  const { principal } = asked.caller;
  if (principal === null) return refusal(records, ['nobody is signed in']);
  const barred = barredBy(asked);
  if (barred !== null) return refusal(records, [barred.reason], barred.demand);
  return decideFor(options, asked, principal);
}

/** What holds whatever the policies say. */
export function barredBy({
  caller,
  action,
}: Omit<Asked, 'scope'>): { readonly reason: string; readonly demand?: 'second-factor' } | null {
  if (caller.enrolmentRequired) {
    return { reason: 'a role of yours demands a strong factor: enrol one first', demand: 'second-factor' };
  }
  if (caller.scopes !== null && !caller.scopes.includes(action)) {
    return { reason: `the ${caller.credential?.kind ?? 'key'} is not for ${action}` };
  }
  return null;
}

function refusal(
  records: AccessRecords,
  reasons: readonly string[],
  demand?: AccessDecision['demand'],
): AccessDecision {
  const denied = { allowed: false, policies: [], policyVersion: records.policies.version, grants: [], reasons };
  return demand === undefined ? denied : { ...denied, demand };
}

async function decideFor(
  { records, usage, clock, stepUpSeconds }: AuthorizerOptions,
  { caller, action, scope }: Asked,
  principal: PrincipalRef,
): Promise<AccessDecision> {
  const heldNow = records.grantsOf(principal.id);
  const held = heldNow instanceof Promise ? await heldNow : heldNow;
  const placeNow = records.resourceOf(scope);
  const resource = placeNow instanceof Promise ? await placeNow : placeNow;
  const atMs = clock();
  const situation = situationOf({ principal, action, resource, held }, caller, { atMs, stepUpSeconds });
  const { policies } = records;
  const { request, weighed } = questionOf(situation);
  const outcome = policies.prepared.evaluate(request);
  if (!outcome.allowed) return denial(situation, outcome, policies);
  const grants = grantsThatTookPart(outcome, weighed);
  usage.note(grants, atMs);
  const reasons = [allowedSentence(outcome)];
  return { allowed: true, policies: outcome.policies, policyVersion: policies.version, grants, reasons };
}

function denial(situation: Situation, outcome: PolicyOutcome, { version, prepared }: ActivePolicies): AccessDecision {
  const demand = demandFor(situation, prepared);
  const denied = {
    allowed: false,
    policies: outcome.policies,
    policyVersion: version,
    grants: [],
    reasons: denialSentences(situation.action, outcome, demand),
  };
  return demand === undefined ? denied : { ...denied, demand };
}

/** Grants whose role a deciding policy names; a policy that names no role needed none. */
export function grantsThatTookPart({ roles }: PolicyOutcome, weighed: readonly WeighedGrant[]): readonly string[] {
  return weighed
    .filter(({ grant, unmet }) => unmet === null && roles.includes(grant.role))
    .map(({ grant }) => grant.id);
}
