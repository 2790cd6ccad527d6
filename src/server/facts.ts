import type { Metrics } from './plugins/metrics/index.ts';
import type { ServerConfig } from './config/schema.ts';

/** What the server knows of itself. */
export interface ServerFacts {
  readonly version: string;
  /** ms since 1970. */
  readonly startedAtMs: number;
  readonly config: ServerConfig;
  /** Public address, without a slash at the end. */
  readonly origin: string;
  readonly metrics: Metrics;
}
