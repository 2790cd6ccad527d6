import type { Allowance, Counters, Limit } from './counters.ts';
import { CounterError } from './errors.ts';
import { allowanceOf, endOf, freeMsOf, takenOf, windowOf, type Step, type Window } from './window.ts';

/** Some 300 bytes each. */
const DEFAULT_MAX_KEYS = 200_000;
/** Looked at for one that may be forgotten when all are in use. */
const EVICTION_SAMPLE = 64;

interface Counter {
  /** From the oldest to the newest. */
  steps: Step[];
  window: Window;
  untilMs: number;
}

export interface MemoryCountersOptions {
  /** Monotonic, ms: setting the clock of the machine must not end a lock-out. */
  readonly clock?: () => number;
  readonly maxKeys?: number;
}

/**
 * Counters of one process. Their number is bounded: when all are in use, one that has not reached its limit is forgotten, the one that is
 * farthest from it of the longest unused, so that a flood of new keys pushes out itself and never a lock-out. Where only exhausted ones are
 * found, the new key is refused.
 */
export class MemoryCounters implements Counters {
  readonly column = 'memory';
  readonly #clock: () => number;
  readonly #maxKeys: number;
  /** From the longest unused to the last used. */
  readonly #counters = new Map<string, Counter>();
  readonly #seen = new Map<string, number>();

  constructor(options: MemoryCountersOptions = {}) {
    this.#clock = options.clock ?? (() => performance.now());
    this.#maxKeys = options.maxKeys ?? DEFAULT_MAX_KEYS;
  }

  async take(key: string, limit: Limit, cost = 1): Promise<Allowance> {
    const window = windowOf(limit, cost);
    const now = this.#clock();
    const counter = this.#counterOf(key, window, now);
    counter.steps = counter.steps.filter(({ startMs }) => endOf(startMs, window) > now);
    const isAllowed = takenOf(counter.steps) + cost <= window.count;
    if (isAllowed) add(counter, cost, now);
    const remaining = window.count - takenOf(counter.steps);
    return Promise.resolve(allowanceOf(isAllowed, remaining, freeMsOf(counter.steps, window, now)));
  }

  async reset(key: string): Promise<void> {
    this.#counters.delete(key);
    return Promise.resolve();
  }

  async once(key: string, ttlSeconds: number): Promise<boolean> {
    const now = this.#clock();
    const until = this.#seen.get(key);
    if (until !== undefined && until > now) return Promise.resolve(false);
    this.#forgetExpired(this.#seen, (one) => one <= now);
    // Forgetting one early would let a code be used twice.
    if (this.#seen.size >= this.#maxKeys) throw CounterError.of('counters-full', { maxKeys: this.#maxKeys });
    this.#seen.delete(key);
    this.#seen.set(key, now + ttlSeconds * 1000);
    return Promise.resolve(true);
  }

  probe(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #counterOf(key: string, window: Window, now: number): Counter {
    const counter = this.#counters.get(key) ?? this.#newCounter(window, now);
    counter.window = window;
    this.#moveBack(key, counter);
    return counter;
  }

  #newCounter(window: Window, now: number): Counter {
    this.#forgetExpired(this.#counters, ({ untilMs }) => untilMs <= now);
    if (this.#counters.size >= this.#maxKeys) this.#evict();
    return { steps: [], window, untilMs: now };
  }

  /** Looks at two for each that comes, so that the number sinks; at more where there is no room. */
  #forgetExpired<T>(entries: Map<string, T>, isExpired: (entry: T) => boolean): void {
    const looks = entries.size >= this.#maxKeys ? EVICTION_SAMPLE : 2;
    for (const [key, entry] of entries.entries().take(looks)) {
      if (isExpired(entry)) entries.delete(key);
    }
  }

  #evict(): void {
    let farthest: { readonly key: string; readonly use: number } | undefined;
    for (const [key, counter] of this.#counters.entries().take(EVICTION_SAMPLE)) {
      const use = takenOf(counter.steps) / counter.window.count;
      if (use < 1 && use < (farthest?.use ?? 1)) farthest = { key, use };
      // So that the next look is at others.
      if (use >= 1) this.#moveBack(key, counter);
    }
    if (farthest === undefined) throw CounterError.of('counters-full', { maxKeys: this.#maxKeys });
    this.#counters.delete(farthest.key);
  }

  #moveBack(key: string, counter: Counter): void {
    this.#counters.delete(key);
    this.#counters.set(key, counter);
  }
}

function add(counter: Counter, cost: number, now: number): void {
  const { window, steps } = counter;
  const startMs = Math.floor(now / window.stepMs) * window.stepMs;
  const last = steps.at(-1);
  if (last?.startMs === startMs) last.taken += cost;
  else steps.push({ startMs, taken: cost });
  counter.untilMs = Math.max(counter.untilMs, endOf(startMs, window));
}
