import { buildAuthorizationUrl, calculatePKCECodeChallenge } from 'openid-client';
import { PeopleError } from '../errors.ts';
import { peopleLimits } from '../limits.ts';
import type { People } from '../people.ts';
import type { Client } from '../record.ts';
import { hashToken, newToken } from '../secrets/one-time-token.ts';
import { issueTicket, type TicketUse } from '../secrets/ticket.ts';
import { readSession } from '../sessions/known-session.ts';
import { addressKey, takeAttempt } from '../sign-in/attempts.ts';

export interface OidcBeginning {
  /** Where the browser goes. */
  readonly location: string;
  /** For the cookie of somebody who had none: only the browser that began may end. Null where there is one. */
  readonly cookie: { readonly token: string; readonly expiresAtMs: number } | null;
}

/**
 * Begins single sign-on. Nothing is stored: state, nonce and PKCE verifier are keyed digests of one another and of the cookie, so that they
 * count for this browser and provider alone. Somebody who is signed in links the identity to his account.
 * @throws PeopleError `oidc-provider-unknown`, `oidc-unavailable`, `too-many-attempts`, `proof-needed` and
 * `enrolment-required` for linking.
 */
export async function beginOidc(
  people: People,
  {
    providerId,
    token,
    client,
  }: { readonly providerId: string; readonly token: string | null; readonly client: Client },
): Promise<OidcBeginning> {
  await takeAttempt(people, { keys: [addressKey(client)], activity: 'session.sign-in-oidc', client });
  await requireProofToLink(people, token);
  const { configuration, provider } = await people.oidc.get(providerId, people.clock());
  const bound = token ?? newToken();
  const expiresAtMs = people.clock() + peopleLimits.oidcSeconds * 1000;
  const use = oidcUse(providerId, bound);
  const state = issueTicket(people.secrets, use, expiresAtMs).toString('base64url');
  const { nonce, verifier } = derived(people, use, state);
  const url = buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri(people, providerId),
    response_type: 'code',
    scope: provider.scopes.join(' '),
    state,
    nonce,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  return { location: url.href, cookie: token === null ? { token: bound, expiresAtMs } : null };
}

/** Linking an identity adds a way in, and needs what adding any other factor needs. */
async function requireProofToLink(people: People, token: string | null): Promise<void> {
  if (token === null) return;
  const session = await readSession(people, people.store.read, { tokenHash: hashToken(token) });
  if (session?.kind !== 'full' || session.expiresAt <= people.clock()) return;
  if (session.enrolmentRequired) throw PeopleError.of('enrolment-required');
  if (people.clock() - session.provedAt > people.settings.stepUpSeconds * 1000) throw PeopleError.of('proof-needed');
}

export function redirectUri({ origin }: People, providerId: string): string {
  return `${origin}/api/sign-in/oidc/${providerId}/callback`;
}

export function oidcUse(providerId: string, token: string): TicketUse {
  return { purpose: 'oidc', binding: `${providerId} ${hashToken(token)}` };
}

/** 43 characters each, as RFC 7636, section 4.1, wants the verifier. */
export function derived(
  { secrets }: People,
  { binding }: TicketUse,
  state: string,
): { readonly nonce: string; readonly verifier: string } {
  return {
    nonce: secrets.mac('oidc nonce', [binding, state]).toString('base64url'),
    verifier: secrets.mac('oidc verifier', [binding, state]).toString('base64url'),
  };
}
