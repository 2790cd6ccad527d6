import picomatch from 'picomatch/posix.js';
import type { Finding } from './report.ts';

/** One accepted finding of the policy file: what, where, why, and until when. */
export interface Suppression {
  readonly rule: string;
  /** Glob over the path in the report; without a slash it is matched against the file name alone. */
  readonly path: string;
  /** Glob over the member; absent: the whole file with everything in it. */
  readonly member?: string | undefined;
  /** Only for exactly these bytes, 64 hexadecimal digits. */
  readonly sha256?: string | undefined;
  readonly reason: string;
  /** The last day on which it holds, `YYYY-MM-DD` in UTC. */
  readonly expires: string;
}

/** Splits by date; each expired one is a note, since what it hid is back. */
export function activeSuppressions(
  all: readonly Suppression[],
  now: Date,
): { readonly active: readonly Suppression[]; readonly notes: readonly string[] } {
  const today = now.toISOString().slice(0, 10);
  const expired = all.filter((one) => one.expires < today);
  return {
    active: all.filter((one) => one.expires >= today),
    notes: expired.map(
      (one) => `the suppression of ${one.rule} for ${one.path} expired on ${one.expires}: ${one.reason}`,
    ),
  };
}

/** A compiled suppression. */
export interface SuppressionMatcher {
  readonly suppression: Suppression;
  readonly concerns: (path: string) => boolean;
  readonly accepts: (finding: Finding, sha256: string | undefined) => boolean;
}

export function compileSuppression(suppression: Suppression): SuppressionMatcher {
  const concerns = pathMatcher(suppression.path);
  const member = suppression.member === undefined ? undefined : pathMatcher(suppression.member);
  return {
    suppression,
    concerns,
    accepts: (finding, sha256) =>
      finding.ruleId === suppression.rule &&
      concerns(finding.location.path) &&
      (member === undefined || member(finding.location.member ?? '')) &&
      (suppression.sha256 === undefined || suppression.sha256.toLowerCase() === sha256),
  };
}

function pathMatcher(glob: string): (path: string) => boolean {
  const matches = picomatch(glob.replace(/^\.\//, ''), { dot: true, basename: !glob.includes('/') });
  return (path) => matches(path.replace(/^\.\//, ''));
}
