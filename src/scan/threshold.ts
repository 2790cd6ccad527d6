import { verdicts, type Verdict } from './report.ts';
import type { ScanReport } from './scan-report.ts';

export const thresholds = ['inconclusive', 'suspicious', 'malicious', 'never'] as const;
/** The least bad verdict that makes a run fail; `inconclusive`, the default, is anything but clean. */
export type Threshold = (typeof thresholds)[number];

/** True when a verdict is at the threshold or worse. */
export function reaches(verdict: Verdict, threshold: Threshold): boolean {
  return threshold !== 'never' && verdicts.indexOf(verdict) >= verdicts.indexOf(threshold);
}

/**
 * The exit code of a run: 2 when nothing could be scanned, 1 when the verdict reaches the threshold or a named
 * target could not be read (whatever the threshold: a mistyped path must not pass a gate), else 0.
 */
export function exitCodeOf(report: ScanReport, threshold: Threshold): 0 | 1 | 2 {
  const { artifacts, unreadable, unreadableTargets } = report.summary;
  if (artifacts === unreadable) return 2;
  return unreadableTargets > 0 || reaches(report.verdict, threshold) ? 1 : 0;
}
