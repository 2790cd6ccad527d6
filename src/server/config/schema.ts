import { z } from 'zod';
import { accessSettings, oidcProviderSettings } from '../../access/people/settings.ts';
import { dualControl } from '../../access/policies/settings.ts';
import { parseVerifierKey } from '../../ledger/verifier-key.ts';
import { registrySettings, upstreamSettings } from '../../registry/settings.ts';
import { blobsConfig } from '../../store/blobs/config.ts';
import { countersConfig } from '../../store/counters/config.ts';
import { jobsConfig } from '../../store/jobs/config.ts';
import { secretReference } from './secret.ts';

const file = z.string().min(1);
const seconds = z.int().min(1);
const count = z.int().min(1);
const network = z.union([z.cidrv4(), z.cidrv6()]);

const tls = z.strictObject({
  certificateFile: file.describe('PEM, the certificate and its chain'),
  keyFile: file.describe('PEM, readable by the server only'),
  clientCaFile: file.optional().describe('PEM; callers must show a certificate of one of these authorities'),
});

const listen = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('address to listen on'),
  port: z.int().min(0).max(65_535).default(4800).describe('0: any that is free'),
  tls: tls.optional(),
  behindProxy: z
    .strictObject({
      trustedNetworks: z
        .array(network)
        .min(1)
        .max(50)
        .default(['127.0.0.0/8', '::1/128'])
        .describe('networks of the proxies; x-forwarded-for counts only from there'),
    })
    .optional()
    .describe('a proxy in front ends TLS'),
});

const oidcProvider = z
  .strictObject({ ...oidcProviderSettings.shape, clientSecret: secretReference.optional() })
  .describe('an identity provider for single sign-on (OpenID Connect)');

const records = z
  .union([
    z.strictObject({ sqlite: z.strictObject({}) }),
    z.strictObject({
      postgres: z.strictObject({
        url: z
          .url({ protocol: /^postgres(ql)?$/ })
          .refine((url) => new URL(url).password === '', 'expected no password here; name it in password')
          .describe('postgres://USER@HOST:PORT/DATABASE'),
        password: secretReference.optional(),
        schema: z
          .string()
          .regex(/^[a-z_][a-z0-9_]{0,62}$/, 'expected a plain lower-case name')
          .default('vouchsafe'),
        tls: z
          .strictObject({ caFile: file.optional().describe('PEM; default: the authorities of the system') })
          .optional()
          .describe('present: over TLS, and the certificate is checked'),
        maxReaders: z.int().min(1).max(200).default(10).describe('connections that read at the same time'),
      }),
    }),
  ])
  .describe('where records and the ledger are: SQLite in the data folder, or PostgreSQL for several servers');

function isVerifierKey(text: string): boolean {
  try {
    parseVerifierKey(text);
    return true;
  } catch {
    return false;
  }
}

const ledger = z.strictObject({
  origin: z
    .string()
    .regex(/^[^\s+]{1,200}$/, 'expected no spaces and no plus sign (C2SP signed-note)')
    .optional()
    .describe('name of the log in its checkpoints; default: the host of origin at the first start, and /ledger'),
  retentionDays: z
    .int()
    .min(180)
    .nullable()
    .default(null)
    .describe('bytes of entries are kept this long; null: for ever'),
  formerKeys: z
    .array(
      z.string().max(4000).refine(isVerifierKey, 'expected a verifier key: a name, a hash and a key, joined by plus'),
    )
    .max(20)
    .default([])
    .describe(
      'verifier keys (C2SP vkey) of the keys that signed before those of now; that keys were changed is recorded',
    ),
  acceptRestored: z
    .boolean()
    .default(false)
    .describe('for one start: go on with records that are older or other than what was signed; this is recorded'),
  witnesses: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(120),
        url: z.url(),
        key: z.string().min(1).max(4000).describe('verifier key of the witness (C2SP vkey)'),
      }),
    )
    .max(20)
    .default([]),
});

const rate = (count_: number, windowSeconds: number) =>
  z.strictObject({ count: count.default(count_), windowSeconds: seconds.default(windowSeconds) }).prefault({});

const limits = z.strictObject({
  maxBodyBytes: count.default(1_048_576).describe('of a request, where its route has no limit of its own'),
  maxHeaderBytes: z.int().min(2048).max(131_072).default(16_384),
  maxAddressBytes: z.int().min(256).max(65_536).default(8192).describe('of path and query'),
  maxParameterCharacters: z.int().min(64).max(4096).default(256).describe('of one parameter of a path'),
  maxJsonDepth: z.int().min(4).max(1000).default(32),
  headersSeconds: seconds.default(10).describe('the headers of a request must have arrived'),
  requestSeconds: seconds.default(60).describe('a request must have arrived'),
  answerSeconds: seconds.default(60).describe('an answer must have begun'),
  keepAliveSeconds: seconds.default(20).describe('an idle connection is closed'),
  stopSeconds: seconds.default(20).describe('requests under way may end when the server stops'),
  maxConnections: count.default(2000),
  maxRequestsPerConnection: count.default(1000),
  maxEventStreams: count.default(500),
  maxEventStreamsPerPrincipal: count.default(8),
  perAddress: rate(1200, 60).describe('requests from one address'),
  perPrincipal: rate(1200, 60).describe('requests of one person or service'),
  signInPerAddress: rate(60, 60).describe('steps of signing in from one address'),
});

const fetching = z.strictObject({
  allowNetworks: z
    .array(network)
    .max(50)
    .default([])
    .describe('private networks that the server may call: an identity provider or witness of your own'),
  allowHttp: z.boolean().default(false).describe('call addresses without TLS in these networks'),
  timeoutSeconds: seconds.default(10),
});

const log = z.strictObject({
  level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  addresses: z
    .enum(['full', 'network', 'none'])
    .default('network')
    .describe('network addresses of callers: as they are, without their last part, or not at all'),
});

const services = z.strictObject({
  tokenSeconds: z.int().min(60).max(86_400).default(900).describe('how long a token for a key holds'),
});

const reviews = z.strictObject({
  unusedDays: z
    .int()
    .min(1)
    .max(3650)
    .default(90)
    .describe('a grant that was not used for so many days is proposed for removal'),
  webhook: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }),
      secret: secretReference.describe('whsec_ and the base64 of 24 bytes or more (Standard Webhooks)'),
    })
    .optional()
    .describe('told of reminders and escalations, in messages that are signed'),
});

const masterKey = z
  .union([
    z.strictObject({ file: file.optional().describe('default: registry.key in the folder of keys, made if missing') }),
    z.strictObject({
      vault: z.strictObject({
        address: z.url({ protocol: /^https?$/ }),
        token: secretReference,
        keyName: z.string().min(1).max(200).describe('name of the transit key, NAME or MOUNT/NAME'),
        namespace: z.string().max(200).optional(),
      }),
    }),
    z.strictObject({
      awsKms: z.strictObject({
        keyName: z.string().min(1).max(2048).describe('ARN of a key or alias, key id, or alias/NAME'),
        region: z.string().max(60).optional(),
        endpoint: z.url({ protocol: /^https?$/ }).optional(),
      }),
    }),
  ])
  .describe('what wraps the keys that models are encrypted with at rest: a file of this machine, or a key service');

const registry = registrySettings.extend({
  masterKey: masterKey.prefault({}),
  signingKey: file
    .optional()
    .describe('PEM of an elliptic-curve key that signs what is released; default: model-signing.pem, made if missing'),
  work: file.optional().describe('folder for files that are being worked on; default: work in the data folder'),
  upstream: upstreamSettings
    .extend({ token: secretReference.optional() })
    .optional()
    .describe('a hub that models may be fetched from'),
});

/** The configuration of the server, before the sections of the store are added. Every key is optional. */
const serverSection = {
  listen: listen.prefault({}),
  origin: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'public address of the server, such as https://vouchsafe.example.org; passkeys and links are made for it',
    ),
  data: file.optional().describe('data folder'),
  keys: file
    .optional()
    .describe(
      'folder of the server’s keys; default: keys in the data folder. Servers that share records need the same keys',
    ),
  records: records.prefault({ sqlite: {} }),
  blobs: blobsConfig.optional().describe('default: the folder blobs in the data folder'),
  jobs: jobsConfig.prefault({}),
  counters: countersConfig.prefault({ memory: {} }),
  access: accessSettings.extend({ dualControl }).prefault({}),
  oidc: z.array(oidcProvider).max(20).default([]),
  ledger: ledger.prefault({}),
  services: services.prefault({}),
  reviews: reviews.prefault({}),
  registry: registry.prefault({}),
  limits: limits.prefault({}),
  fetch: fetching.prefault({}),
  log: log.prefault({}),
};

export const serverConfigSchema = z.strictObject(serverSection);

export type ServerConfig = z.output<typeof serverConfigSchema>;
export type ServerConfigInput = z.input<typeof serverConfigSchema>;
