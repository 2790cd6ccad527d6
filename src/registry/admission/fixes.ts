import type { AdmissionRule, When } from './policy-schema.ts';

const byCondition: Partial<Record<keyof When, string>> = {
  verdictAtLeast: 'look at the findings and send a version without them',
  findings: 'send a version without these findings',
  code: 'send a version that needs no code of its own',
  formats: 'send the weights as safetensors',
  licences: 'state a licence that the policy takes',
  signatures: 'have it signed by somebody whom the policy names',
  conversion: 'send the weights as safetensors',
  examinedDaysAgo: 'have it examined again',
};

/** What to do about a rule that has no advice of its own. */
export function fixOf({ effect, when }: AdmissionRule): string {
  if (effect === 'convert') return 'it is converted to safetensors before release';
  if (effect === 'allow') return '';
  const asked = [when, when.not ?? {}, ...(when.anyOf ?? [])].flatMap((set) => Object.keys(set) as (keyof When)[]);
  const advice = asked.map((key) => byCondition[key]).find((text) => text !== undefined);
  return advice ?? (effect === 'review' ? 'somebody has to approve it' : 'ask whoever keeps the policy');
}
