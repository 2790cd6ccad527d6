import { z } from 'zod';

/** How to reach Redis or Valkey. */
export const redisConfig = z.strictObject({
  url: z
    .url({ protocol: /^rediss?$/ })
    .refine((url) => new URL(url).password === '', 'expected no password here; name a passwordFile')
    .describe('redis://HOST:PORT/DATABASE, or rediss:// for TLS'),
  passwordFile: z.string().min(1).optional().describe('file that holds the password alone'),
  prefix: z
    .string()
    .regex(/^[\w.-]{1,40}:$/, 'expected a name that ends with :')
    .default('vouchsafe:')
    .describe('of every key and channel, so that several servers can share one Redis'),
});

export type RedisConfig = z.infer<typeof redisConfig>;
