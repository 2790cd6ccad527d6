import { jobLimits } from './limits.ts';

/**
 * How long to wait after an attempt failed, in ms: twice as long each time, and half of it up to chance, so that what failed together does
 * not try again together.
 */
export function backoffMs(attempt: number, firstMs: number, random: () => number = Math.random): number {
  const whole = Math.min(jobLimits.maxRetryMs, firstMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(whole / 2 + (whole / 2) * random());
}
