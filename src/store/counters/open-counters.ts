import type { CountersConfig } from './config.ts';
import type { Counters } from './counters.ts';
import { MemoryCounters } from './memory-counters.ts';

/** Opens the counters that the configuration names. @throws CounterError `counters-unavailable` */
export async function openCounters(config: CountersConfig): Promise<Counters> {
  if ('memory' in config) return new MemoryCounters();
  const { RedisCounters } = await import('./redis-counters.ts');
  return RedisCounters.open(config.redis);
}
