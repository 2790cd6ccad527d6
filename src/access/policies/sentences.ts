import { type ActionId, actions, type Role } from '../../contract/actions.ts';
import type { Scope } from '../../contract/types/common.ts';
import type { Demand } from './demand.ts';
import type { PolicyOutcome } from './request.ts';

const demandTexts: Readonly<Record<Demand, string>> = {
  'step-up': 'it would be allowed after proving with a passkey who you are',
  'second-factor': 'it would be allowed after signing in with a second factor',
  purpose: 'it would be allowed with a purpose, named in the header x-purpose',
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
  const { title } = actions[action];
  if (failed.length > 0) {
    return `denied: ${listed(failed)} could not be evaluated, and what cannot be evaluated allows nothing`;
  }
  if (policies.length > 0) return `denied: ${listed(policies)} forbids to ${title}`;
  return `denied: no policy allows to ${title} here`;
}

export function allowedSentence({ policies }: PolicyOutcome): string {
  return `allowed by ${listed(policies)}`;
}

function listed(policies: readonly string[]): string {
  return `${policies.length === 1 ? 'policy' : 'policies'} ${policies.join(', ')}`;
}

const scopeTexts = { server: 'on the server', project: 'in the project', model: 'on the model' } as const;

/** Such as "engineer in the project". */
export function roleAt(role: Role, { kind }: Scope): string {
  return `${role} ${scopeTexts[kind]}`;
}
