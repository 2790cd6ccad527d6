import type { Allowance, Limit } from './counters.ts';

/**
 * How counting works: a window slides in steps of a sixteenth, and what was taken in a step counts until the whole step is out of the
 * window. So no window, wherever it begins, ever holds more than the limit; an allowance comes back up to a step late instead.
 */
const STEPS = 16;

/** What was taken in a step that began at `startMs`. */
export interface Step {
  readonly startMs: number;
  taken: number;
}

/** A limit in whole ms. */
export interface Window {
  readonly count: number;
  readonly windowMs: number;
  readonly stepMs: number;
}

/** @throws RangeError for a limit or a cost (a whole number of at least one) that makes no sense, which is a defect of the caller. */
export function windowOf({ count, windowSeconds }: Limit, cost: number): Window {
  const windowMs = Math.ceil(windowSeconds * 1000);
  if (!Number.isSafeInteger(cost) || cost < 1 || !Number.isSafeInteger(count) || count < 0 || !(windowMs > 0)) {
    throw new RangeError(`cannot take ${cost} of ${count} in ${windowSeconds} seconds`);
  }
  return { count, windowMs, stepMs: Math.ceil(windowMs / STEPS) };
}

/** When what was taken in a step counts no more. */
export function endOf(startMs: number, { windowMs, stepMs }: Window): number {
  return startMs + windowMs + stepMs;
}

export function takenOf(steps: readonly Step[]): number {
  return steps.reduce((sum, { taken }) => sum + taken, 0);
}

/** How long until there is room for one more, in ms. `steps` from the oldest to the newest. */
export function freeMsOf(steps: readonly Step[], window: Window, nowMs: number): number {
  let taken = takenOf(steps);
  for (const step of steps) {
    if (taken < window.count) break;
    taken -= step.taken;
    if (taken < window.count) return endOf(step.startMs, window) - nowMs;
  }
  return taken < window.count ? 0 : window.windowMs;
}

export function allowanceOf(allowed: boolean, remaining: number, freeMs: number): Allowance {
  return { allowed, remaining: Math.max(0, remaining), retryAfterSeconds: Math.ceil(freeMs / 1000) };
}
