import { z } from 'zod';
import { roles } from '../../contract/actions.ts';

/** What an operator can choose about accounts; a section of the configuration file. */
export const accessSettings = z.strictObject({
  sessionHours: z.int().min(1).max(720).default(12).describe('a session ends after this, used or not'),
  sessionIdleMinutes: z.int().min(2).max(1440).default(30).describe('a session that is not used ends after this'),
  strongFactorRoles: z
    .array(z.enum(roles))
    .default(['administrator', 'security', 'auditor'])
    .describe('roles that need a second factor or a passkey'),
  stepUpSeconds: z
    .int()
    .min(30)
    .max(3600)
    .default(300)
    .describe('how long a passkey with user verification, or another proof, counts as recent'),
  passwords: z
    .strictObject({
      isAllowed: z.boolean().default(true).describe('false: only passkeys and single sign-on'),
      minLength: z.int().min(12).max(128).default(12).describe('in characters'),
      breachedFile: z
        .string()
        .min(1)
        .optional()
        .describe('SHA-1 digests of stolen passwords, sorted, one a line, as Have I Been Pwned gives them'),
    })
    .prefault({}),
});

/** An identity provider for single sign-on (OpenID Connect). */
export const oidcProviderSettings = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and hyphens')
      .describe('part of the address to come back to: ORIGIN/api/sign-in/oidc/ID/callback'),
    name: z.string().min(1).max(80).describe('what the sign-in page calls it'),
    issuer: z.url().refine(isSafeIssuer, 'expected https, or http on loopback'),
    clientId: z.string().min(1).max(255),
    clientSecret: z
      .string()
      .min(1)
      .max(1024)
      .optional()
      .describe('absent for a public client; PKCE is used either way'),
    scopes: z.array(z.string().min(1).max(64)).max(20).default(['openid', 'email', 'profile']),
    createPeople: z.boolean().default(false).describe('makes people who were not invited, of allowedDomains'),
    allowedDomains: z
      .array(z.string().min(1).max(253).toLowerCase())
      .max(100)
      .default([])
      .describe('of the verified e-mail addresses of people who are made'),
    strongAcr: z.array(z.string().min(1).max(255)).max(20).default([]).describe('values of acr that prove two factors'),
    strongAmr: z.array(z.string().min(1).max(64)).max(20).default([]).describe('values of amr that prove two factors'),
  })
  .refine(
    ({ createPeople, allowedDomains }) => !createPeople || allowedDomains.length > 0,
    'expected allowedDomains where createPeople is true',
  );

type AccessSettings = z.output<typeof accessSettings>;
export type OidcProvider = z.output<typeof oidcProviderSettings>;

export interface PeopleSettings extends AccessSettings {
  readonly oidc: readonly OidcProvider[];
}

function isSafeIssuer(issuer: string): boolean {
  const { protocol, hostname } = new URL(issuer);
  const isLoopback = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
  return protocol === 'https:' || (protocol === 'http:' && isLoopback);
}
