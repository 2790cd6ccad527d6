import type { z } from 'zod';
import type { sampleAnswer, sampleRequest } from '../../contract/types/policies.ts';
import { readHeldGrants, type WeighedGrant } from '../grants/held-grants.ts';
import { findPrincipals, named } from '../grants/principals.ts';
import { readResource } from '../grants/resources.ts';
import { ANY_ADDRESS } from './best-case.ts';
import { askerOf, namedBy, type PolicyDesk } from './desk.ts';
import { AccessError } from './errors.ts';
import type { PolicyOutcome } from './request.ts';
import { allowedSentence, denialSentence, roleAt } from './sentences.ts';
import { questionOf, type Situation } from './situation.ts';
import { findWays } from './ways.ts';

export type SampleRequest = z.output<typeof sampleRequest>;
export type SampleAnswer = z.infer<typeof sampleAnswer>;

/**
 * What would be decided, why, and what would make it otherwise.
 * @throws AccessError `policy-invalid` where the text is none, `principal-unknown`.
 */
export async function tryPolicies(desk: PolicyDesk, sample: SampleRequest, text?: string): Promise<SampleAnswer> {
  const ask = await askerOf(desk, text);
  const situation = await situationOf(desk, sample);
  const { request, weighed } = questionOf(situation);
  const [outcome] = await ask([request]);
  if (outcome === undefined) throw AccessError.of('policy-examination-failed', 'no answer');
  const grants = weighed.map((one) => shownGrant(one, outcome));
  const reasons = outcome.allowed ? allowedReasons(outcome, weighed) : deniedReasons(situation, outcome, weighed);
  return {
    decision: outcome.allowed ? 'allow' : 'deny',
    reasons,
    policies: [...outcome.policies],
    grants,
    ways: outcome.allowed ? [] : await findWays(situation, ask, (await namedBy(desk, text)).purposes),
  };
}

async function situationOf(desk: PolicyDesk, sample: SampleRequest): Promise<Situation> {
  const { principal, action, scope, context } = sample;
  const { read } = desk.store;
  const known = await findPrincipals(read, [principal]);
  if (!known.has(principal.id)) throw AccessError.of('principal-unknown', named(known, principal).name);
  const found = await readResource(read, scope);
  const resource = context.classification === undefined ? found : { ...found, classification: context.classification };
  const isPerson = principal.kind === 'person';
  return {
    principal,
    action,
    resource,
    held: await readHeldGrants(read, principal.id),
    now: {
      level: context.level ?? (isPerson ? 2 : 1),
      address: context.address ?? ANY_ADDRESS,
      atMs: context.at === undefined ? desk.clock() : Date.parse(context.at),
      purpose: context.purpose ?? '',
      classification: resource.classification,
    },
    recentlyVerified: context.recentlyVerified ?? false,
    credential: isPerson ? 'session' : 'key',
  };
}

function shownGrant({ grant, unmet }: WeighedGrant, outcome: PolicyOutcome): SampleAnswer['grants'][number] {
  const { id, role, scope } = grant;
  const took = unmet === null && outcome.roles.includes(role);
  const why = unmet ?? (took ? 'its role is in a policy that decided' : 'no policy that decided names its role');
  return { id, role, scope, used: took, why };
}

function allowedReasons(outcome: PolicyOutcome, weighed: readonly WeighedGrant[]): string[] {
  const took = weighed.filter(({ grant, unmet }) => unmet === null && outcome.roles.includes(grant.role));
  return [allowedSentence(outcome), ...took.map(({ grant }) => `he is ${roleAt(grant.role, grant.scope)}`)];
}

function deniedReasons({ action }: Situation, outcome: PolicyOutcome, weighed: readonly WeighedGrant[]): string[] {
  const held = weighed.filter(({ unmet }) => unmet === null).map(({ grant }) => roleAt(grant.role, grant.scope));
  const holds = held.length === 0 ? 'he holds no role here' : `he is ${[...new Set(held)].join(', ')}`;
  const missed = weighed.flatMap(({ grant, unmet }) =>
    unmet === null ? [] : [`his grant as ${roleAt(grant.role, grant.scope)} does not count: ${unmet}`],
  );
  return [denialSentence(action, outcome), holds, ...missed];
}
