import type { Severity } from '../rules/rule.ts';

/** How a policy file changes one rule. */
export interface RuleSetting {
  readonly severity: Severity | 'off';
  readonly reason?: string | undefined;
}

/** True for settings after which a rule no longer counts towards a verdict. */
export function isSilent(severity: RuleSetting['severity']): boolean {
  return severity === 'off' || severity === 'info' || severity === 'low';
}
