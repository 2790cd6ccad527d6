import { StartError } from './errors.ts';
import type { ServerConfig } from './schema.ts';

/**
 * Records that several servers share need counters that they share: else whoever guesses has as many tries as there are servers, and a
 * lock-out holds on one of them. An operator of a single server may say that he knows.
 * @throws StartError `counters-apart`
 */
export function checkCounters({ records, counters }: Pick<ServerConfig, 'records' | 'counters'>): void {
  if (!('postgres' in records) || !('memory' in counters) || counters.memory.eachAlone) return;
  throw StartError.of('counters-apart', 'records are in PostgreSQL, counters in memory');
}
