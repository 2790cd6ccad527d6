import type { PostgresPlace } from '../postgres/place.ts';
import type { RedisConfig } from '../redis/config.ts';
import type { Bus } from './bus.ts';
import { LocalBus } from './local-bus.ts';

/** What processes share: Redis where there is one, else PostgreSQL; neither for a process that is alone. */
export interface BusMeans {
  readonly redis?: RedisConfig | undefined;
  readonly postgres?: PostgresPlace | undefined;
}

/** Opens the best bus there is. Throws what connecting throws. */
export async function openBus({ redis, postgres }: BusMeans): Promise<Bus> {
  if (redis !== undefined) return (await import('./redis-bus.ts')).RedisBus.open(redis);
  if (postgres !== undefined) return (await import('./postgres-bus.ts')).PostgresBus.open(postgres);
  return new LocalBus();
}
