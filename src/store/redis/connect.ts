import { readFile } from 'node:fs/promises';
import { Redis } from 'ioredis';
import type { RedisConfig } from './config.ts';

const CONNECT_TIMEOUT_MS = 3000;
/** A request waits for Redis; this long, and it is refused. */
const COMMAND_TIMEOUT_MS = 1000;
const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 2000;

/**
 * A connection that is made anew whenever it is lost. Commands fail at once while there is none, and are never sent twice: what was sent
 * may have been done. Throws what connecting throws.
 */
export async function connectRedis(config: RedisConfig): Promise<Redis> {
  const redis = new Redis(config.url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(FIRST_RETRY_MS * 2 ** Math.min(times, 10), MAX_RETRY_MS),
    // After a failover the old primary refuses to write.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    ...(config.passwordFile === undefined ? {} : { password: await secretOf(config.passwordFile) }),
  });
  // Each command that fails says so itself; without a listener the process would end.
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return redis;
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}

/** Why a command failed, without what was sent. */
export function redisReason(error: unknown): string {
  if (!(error instanceof Error)) return 'an error';
  const code = 'code' in error && typeof error.code === 'string' ? error.code.toLowerCase() : undefined;
  return code ?? error.message.split('\n')[0]?.slice(0, 120) ?? error.name;
}

async function secretOf(path: string): Promise<string> {
  return (await readFile(path, 'utf8')).trim();
}
