import type { Caller } from '../access/caller.ts';
import type { PeopleErrorCode } from '../access/people/errors.ts';
import { actorOf } from '../access/people/record.ts';
import { CodedError } from '../bytes/errors.ts';
import type { Route } from '../contract/route.ts';
import { recordedRefusals } from './record-refusal.ts';
import type { Services } from './services.ts';

/** What no policy refuses but a rule that holds always, and that tells of somebody who tries what he may not: a stolen session, for one. */
const telling: ReadonlySet<string> = new Set<PeopleErrorCode>([
  'enrolment-required',
  'last-strong-factor',
  'last-way-in',
  'passwords-closed',
  'person-above',
  'proof-needed',
]);

interface RuleRefusal {
  readonly caller: Caller;
  readonly route: Route;
  readonly error: unknown;
}

/** Records that such a rule refused somebody something; as often as what policies refuse. */
export async function recordRuleRefusal(
  { store, counters }: Pick<Services, 'store' | 'counters'>,
  { caller, route, error }: RuleRefusal,
): Promise<void> {
  if (!(error instanceof CodedError) || !telling.has(error.code) || caller.principal === null) return;
  const { kind, id } = caller.principal;
  const { allowed } = await counters.take(`refusals:${id}:${route.id}:${error.code}`, recordedRefusals);
  if (!allowed) return;
  await store.change(async ({ record }) =>
    record({
      class: 'api-activity',
      activity: 'access.refuse',
      actor: actorOf(caller),
      object: { kind, id },
      decision: 'deny',
      outcome: 'failure',
      severity: 'medium',
      reasons: [error.code],
      data: { route: route.id, request: caller.requestId },
      personal: { address: caller.address },
    }),
  );
}
