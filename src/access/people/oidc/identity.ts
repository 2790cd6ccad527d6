import { authorizationCodeGrant, fetchUserInfo, type IDToken } from 'openid-client';
import { z } from 'zod';
import { email, label } from '../../../contract/types/common.ts';
import { PeopleError } from '../errors.ts';
import type { People } from '../people.ts';
import { checkTicket } from '../secrets/ticket.ts';
import type { OidcProvider } from '../settings.ts';
import { derived, oidcUse, redirectUri } from './begin-oidc.ts';
import type { OidcClient } from './clients.ts';

/** Whom an identity provider vouches for. */
export interface Identity {
  readonly provider: OidcProvider;
  readonly subject: string;
  /** Null where the provider names none, or does not say that it verified it. */
  readonly email: string | null;
  readonly hasUnverifiedEmail: boolean;
  readonly name: string | null;
  readonly level: 1 | 2;
}

export interface AnsweredOidc {
  readonly identity: Identity;
  readonly ticket: string;
  readonly expiresAtMs: number;
}

export interface OidcAnswer {
  readonly providerId: string;
  /** Of the address that the browser came back with. */
  readonly query: Readonly<Record<string, unknown>>;
  /** Of the cookie. */
  readonly token: string | null;
}

const claims = z.object({
  sub: z.string().min(1).max(255),
  email: email.optional().catch(undefined),
  // Some providers write it as text; anything else is no promise.
  email_verified: z.union([z.boolean(), z.stringbool()]).optional().catch(undefined),
  name: label.optional().catch(undefined),
  acr: z.string().optional().catch(undefined),
  amr: z.array(z.string()).optional().catch(undefined),
});
type Claims = z.output<typeof claims>;

/**
 * Exchanges the code that a browser came back with, and checks everything that has to be checked: state, issuer, PKCE, nonce, signature,
 * audience, time.
 * @throws PeopleError `oidc-refused`, `oidc-unavailable`, `oidc-provider-unknown`.
 */
export async function identityOf(people: People, { providerId, query, token }: OidcAnswer): Promise<AnsweredOidc> {
  const state = query['state'];
  if (token === null || typeof state !== 'string')
    throw PeopleError.of('oidc-refused', 'the sign-in did not begin here');
  const use = oidcUse(providerId, token);
  const expiresAtMs = checkTicket(people.secrets, use, state, people.clock());
  if (expiresAtMs === null) throw PeopleError.of('oidc-refused', 'the sign-in did not begin here, or is over');
  const client = await people.oidc.get(providerId, people.clock());
  const { nonce, verifier } = derived(people, use, state);
  const all = await grant(client, { url: callbackUrl(people, providerId, query), state, nonce, verifier });
  return { identity: toIdentity(client.provider, all), ticket: state, expiresAtMs };
}

function callbackUrl(people: People, providerId: string, query: OidcAnswer['query']): URL {
  const url = new URL(redirectUri(people, providerId));
  for (const [name, value] of Object.entries(query)) {
    if (typeof value === 'string') url.searchParams.set(name, value);
  }
  return url;
}

interface Exchange {
  readonly url: URL;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

async function grant({ configuration }: OidcClient, { url, state, nonce, verifier }: Exchange): Promise<Claims> {
  try {
    const tokens = await authorizationCodeGrant(configuration, url, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    });
    const idToken = tokens.claims() as IDToken;
    const inToken = claims.parse(idToken);
    if (inToken.email !== undefined || configuration.serverMetadata().userinfo_endpoint === undefined) return inToken;
    const info = claims.parse(await fetchUserInfo(configuration, tokens.access_token, inToken.sub));
    return { ...inToken, email: info.email, email_verified: info.email_verified, name: inToken.name ?? info.name };
  } catch (error) {
    throw PeopleError.of('oidc-refused', '', error);
  }
}

function toIdentity(provider: OidcProvider, found: Claims): Identity {
  const isVerified = found.email !== undefined && found.email_verified === true;
  return {
    provider,
    subject: found.sub,
    email: isVerified ? (found.email ?? null) : null,
    hasUnverifiedEmail: found.email !== undefined && !isVerified,
    name: found.name ?? null,
    level: isStrong(provider, found) ? 2 : 1,
  };
}

/** What `acr` and `amr` mean is between the provider and the operator: only values that he named count. */
function isStrong({ strongAcr, strongAmr }: OidcProvider, { acr, amr = [] }: Claims): boolean {
  return (acr !== undefined && strongAcr.includes(acr)) || amr.some((method) => strongAmr.includes(method));
}
