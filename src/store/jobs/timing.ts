import { jobLimits } from './limits.ts';

/** The pace of a worker; tests are less patient. All in ms. */
export interface JobTiming {
  readonly leaseMs: number;
  readonly renewMs: number;
  readonly pollMs: number;
  readonly progressMs: number;
  readonly firstRetryMs: number;
  readonly stopGraceMs: number;
  readonly upkeepMs: number;
}

/** Three words of a worker may get lost before its lease ends; jobs of the dead are looked for twice in that time. */
export function timingOf(leaseSeconds: number): JobTiming {
  const leaseMs = leaseSeconds * 1000;
  return { ...jobLimits, leaseMs, renewMs: leaseMs / 4, upkeepMs: leaseMs / 2 };
}
