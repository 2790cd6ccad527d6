import { z } from 'zod';
import { redisConfig } from '../redis/config.ts';

/** The section `counters` of the configuration. */
export const countersConfig = z
  .union([
    z.strictObject({
      memory: z.strictObject({
        eachAlone: z
          .boolean()
          .default(false)
          .describe(
            'with PostgreSQL: every server counts for itself, so that a limit holds as often as there are servers',
          ),
      }),
    }),
    z.strictObject({ redis: redisConfig }),
  ])
  .describe('where rates, lock-outs and one-time codes are counted: in this process, or in Redis for all');

export type CountersConfig = z.infer<typeof countersConfig>;

/** The same with each path made absolute by `at`. */
export function withCounterPaths(config: CountersConfig, at: (path: string) => string): CountersConfig {
  if ('memory' in config) return config;
  const { passwordFile } = config.redis;
  return passwordFile === undefined ? config : { redis: { ...config.redis, passwordFile: at(passwordFile) } };
}
