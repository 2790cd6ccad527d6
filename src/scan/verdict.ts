import type { Finding, Verdict } from './report.ts';
import { verdicts } from './report.ts';

/** The verdict one finding alone would give. */
export function verdictOfFinding(finding: Finding, isInconclusive: (ruleId: string) => boolean): Verdict {
  if (finding.suppressed !== undefined) return 'clean';
  if (finding.severity === 'critical') return 'malicious';
  if (isInconclusive(finding.ruleId)) return 'inconclusive';
  return finding.severity === 'high' || finding.severity === 'medium' ? 'suspicious' : 'clean';
}

/** The worse of two verdicts. */
export function worse(a: Verdict, b: Verdict): Verdict {
  return verdicts.indexOf(a) >= verdicts.indexOf(b) ? a : b;
}

export function worstOf(all: Iterable<Verdict>): Verdict {
  let worst: Verdict = 'clean';
  for (const verdict of all) worst = worse(worst, verdict);
  return worst;
}
