import { type ActionId, actions } from '../../contract/actions.ts';
import type { Demand } from './demand.ts';
import type { PolicyOutcome } from './request.ts';

const demandTexts: Readonly<Record<Demand, string>> = {
  'step-up': 'it would be allowed after you prove with a passkey that it is you',
  'second-factor': 'it would be allowed after you sign in with a second factor',
  purpose: 'it would be allowed with a purpose, in the header x-purpose',
};

/** Why not, for the caller himself: the deciding sentence first. */
export function denialSentences(
  action: ActionId,
  outcome: PolicyOutcome,
  demand: Demand | undefined,
): readonly string[] {
  const what = demand === undefined ? [] : [demandTexts[demand]];
  return [denialSentence(action, outcome), ...what];
}

export function denialSentence(action: ActionId, { policies, failed }: PolicyOutcome): string {
  const title = actions[action].title;
  if (failed.length > 0) {
    return `denied: ${named(failed)} could not be evaluated, and what cannot be evaluated does not allow anything`;
  }
  if (policies.length > 0) return `denied: ${named(policies)} forbids it ("${title}")`;
  return `denied: no policy allows you to ${title} here`;
}

export function named(policies: readonly string[]): string {
  return `policy ${policies.join(', ')}`;
}
