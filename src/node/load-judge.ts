import type { AnyRule } from '../rules/rule.ts';
import type { Decisions, Judge } from '../scan/judge.ts';
import { sha256Text } from './digest.ts';

/** A judge when there is anything to decide; loading it costs a glob library, so most runs go without. */
export async function loadJudge(
  decisions: Decisions,
  rules: () => Promise<readonly AnyRule[]>,
): Promise<Judge | undefined> {
  const { rules: settings, suppressions, baseline } = decisions;
  if (Object.keys(settings).length === 0 && suppressions.length === 0 && baseline === undefined) return undefined;
  const [{ Judge }, all] = await Promise.all([import('../scan/judge.ts'), rules()]);
  return new Judge(decisions, all, sha256Text);
}
