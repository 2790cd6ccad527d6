import type { Redis } from 'ioredis';
import type { RedisConfig } from '../redis/config.ts';
import { connectRedis, redisReason } from '../redis/connect.ts';
import type { Allowance, Counters, Limit } from './counters.ts';
import { CounterError } from './errors.ts';
import { allowanceOf, windowOf } from './window.ts';

/**
 * The same counting as in memory, in one step that nothing can come between, by the clock of Redis. A hash holds what was taken, by the ms
 * at which each step began.
 */
const TAKE = `
local count, window, step, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local found = redis.call('HGETALL', KEYS[1])
local steps, taken = {}, 0
for i = 1, #found, 2 do
  local start = tonumber(found[i])
  if start + window + step > now then
    local n = tonumber(found[i + 1])
    taken = taken + n
    steps[#steps + 1] = {start, n}
  else
    redis.call('HDEL', KEYS[1], found[i])
  end
end
local allowed = 0
if taken + cost <= count then
  allowed = 1
  local start = now - now % step
  redis.call('HINCRBY', KEYS[1], string.format('%.0f', start), cost)
  redis.call('PEXPIRE', KEYS[1], math.max(redis.call('PTTL', KEYS[1]), window + step))
  steps[#steps + 1] = {start, cost}
  taken = taken + cost
end
local left, free = taken, 0
if left >= count then
  free = window
  table.sort(steps, function(one, other) return one[1] < other[1] end)
  for _, entry in ipairs(steps) do
    left = left - entry[2]
    if left < count then
      free = entry[1] + window + step - now
      break
    end
  end
end
return {allowed, count - taken, free}
`;

type CountingRedis = Redis & {
  takeAllowance(key: string, ...limit: readonly number[]): Promise<readonly [number, number, number]>;
};

/** Counters of all processes. Where Redis does not answer in time nothing is allowed: every method throws then. */
export class RedisCounters implements Counters {
  readonly column = 'redis';
  readonly #redis: CountingRedis;
  readonly #prefix: string;

  private constructor(redis: CountingRedis, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /** @throws CounterError `counters-unavailable` when Redis cannot be reached. */
  static async open(config: RedisConfig): Promise<RedisCounters> {
    const redis = await ask(() => connectRedis(config));
    redis.defineCommand('takeAllowance', { numberOfKeys: 1, lua: TAKE });
    return new RedisCounters(redis as CountingRedis, config.prefix);
  }

  async take(key: string, limit: Limit, cost = 1): Promise<Allowance> {
    const { count, windowMs, stepMs } = windowOf(limit, cost);
    const work = (): ReturnType<CountingRedis['takeAllowance']> =>
      this.#redis.takeAllowance(this.#keyOf('count', key), count, windowMs, stepMs, cost);
    const [allowed, remaining, freeMs] = await ask(work);
    return allowanceOf(allowed === 1, remaining, freeMs);
  }

  async reset(key: string): Promise<void> {
    await ask(() => this.#redis.del(this.#keyOf('count', key)));
  }

  async once(key: string, ttlSeconds: number): Promise<boolean> {
    const ttlMs = Math.ceil(ttlSeconds * 1000);
    return (await ask(() => this.#redis.set(this.#keyOf('once', key), '1', 'PX', ttlMs, 'NX'))) === 'OK';
  }

  async probe(): Promise<void> {
    await ask(() => this.#redis.set(this.#keyOf('probe', ''), '1', 'PX', 1000));
  }

  close(): Promise<void> {
    this.#redis.disconnect();
    return Promise.resolve();
  }

  #keyOf(kind: 'count' | 'once' | 'probe', key: string): string {
    return `${this.#prefix}${kind}:${key}`;
  }
}

async function ask<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw CounterError.of('counters-unavailable', { reason: redisReason(error) }, error);
  }
}
