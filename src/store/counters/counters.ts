export interface Allowance {
  readonly allowed: boolean;
  readonly remaining: number;
  /** Seconds until one more would be allowed; 0 where it is now. */
  readonly retryAfterSeconds: number;
}

export interface Limit {
  /** How many at once, and in each window. */
  readonly count: number;
  readonly windowSeconds: number;
}

/** Counts what is limited, in this process or for all processes in Redis. A counter that cannot count refuses. */
export interface Counters {
  readonly column: 'memory' | 'redis';
  /** Takes `cost` (1 where absent) from the allowance of a key. Concurrent callers never get more than the limit together. */
  take(key: string, limit: Limit, cost?: number): Promise<Allowance>;
  /** Gives the whole allowance back, as after a success. */
  reset(key: string): Promise<void>;
  /** Remembers a key once: true for the first, false for all others until it expires. For one-time codes and replays. */
  once(key: string, ttlSeconds: number): Promise<boolean>;
  probe(): Promise<void>;
  close(): Promise<void>;
}
