import { z } from 'zod';
import { type Role, roles } from '../../contract/actions.ts';

const oidcProvider = z.strictObject({
  /** Part of the redirect address: `ORIGIN/api/sign-in/oidc/ID/callback`. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and hyphens'),
  name: z.string().min(1).max(80),
  issuer: z.url().refine(isSafeIssuer, 'expected https, or http on loopback'),
  clientId: z.string().min(1).max(256),
  /** Absent for a public client: PKCE is used either way. */
  clientSecret: z.string().min(1).max(1024).optional(),
  scopes: z.array(z.string().min(1).max(64)).max(20).default(['openid', 'email', 'profile']),
  /** Makes people who were not invited, where their verified address is in one of `allowedDomains`. */
  createPeople: z.boolean().default(false),
  allowedDomains: z.array(z.string().toLowerCase().min(1).max(253)).max(100).default([]),
  /** Values of `acr` and `amr` that prove two factors; without them a sign-in there is one factor. */
  strongAcr: z.array(z.string().min(1).max(256)).max(20).default([]),
  strongAmr: z.array(z.string().min(1).max(64)).max(20).default([]),
});
export type OidcProvider = z.output<typeof oidcProvider>;

function isSafeIssuer(issuer: string): boolean {
  const { protocol, hostname } = new URL(issuer);
  const isLoopback = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
  return protocol === 'https:' || (protocol === 'http:' && isLoopback);
}

/** What an operator can choose about accounts; part of the configuration file. */
export const peopleSettings = z
  .strictObject({
    /** Roles whose holders must have a second factor. */
    strongFactorRoles: z.array(z.enum(roles)).default(['administrator', 'security', 'auditor']),
    /** For how long a proof counts as recent. */
    stepUpSeconds: z.int().min(30).max(3600).default(300),
    idleSeconds: z
      .int()
      .min(120)
      .max(24 * 3600)
      .default(1800),
    absoluteSeconds: z
      .int()
      .min(300)
      .max(30 * 24 * 3600)
      .default(12 * 3600),
    /** A sorted file of SHA-1 digests of stolen passwords, as Have I Been Pwned gives it. */
    breachedPasswordsFile: z.string().min(1).optional(),
    oidc: z.array(oidcProvider).max(20).default([]),
  })
  .refine(
    ({ oidc }) => new Set(oidc.map(({ id }) => id)).size === oidc.length,
    'expected providers with different ids',
  )
  .refine(
    ({ oidc }) => oidc.every(({ createPeople, allowedDomains }) => !createPeople || allowedDomains.length > 0),
    'expected allowedDomains where createPeople is true',
  );
export type PeopleSettings = Omit<z.output<typeof peopleSettings>, 'strongFactorRoles'> & {
  readonly strongFactorRoles: readonly Role[];
};
