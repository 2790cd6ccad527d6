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

export const usualTiming: JobTiming = jobLimits;
