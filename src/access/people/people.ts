import type { Bus } from '../../store/bus/bus.ts';
import type { Counters } from '../../store/counters/counters.ts';
import type { Store } from '../../store/store.ts';
import { makeOidcClients, type OidcClients, type OidcFetch } from './oidc/clients.ts';
import { type BreachedPasswords, breachedPasswordsIn } from './passwords/breached-passwords.ts';
import { makePasswordHasher, type PasswordHasher } from './passwords/password-hasher.ts';
import type { PeoplePorts } from './ports.ts';
import type { ServerSecrets } from './secrets/server-secrets.ts';
import { makeSessionCache, type SessionCache } from './sessions/session-cache.ts';
import type { PeopleSettings } from './settings.ts';

export interface PeopleOptions {
  readonly store: Store;
  readonly counters: Counters;
  readonly bus: Bus;
  /** ms since 1970. */
  readonly clock: () => number;
  readonly secrets: ServerSecrets;
  readonly ports: PeoplePorts;
  readonly settings: PeopleSettings;
  /** Where people reach the server, such as `https://vouchsafe.example`: links, passkeys and redirects are bound to it. */
  readonly origin: string;
  /** Asks identity providers; refuses addresses that the server must not reach. */
  readonly fetch: OidcFetch;
  /** Lighter in tests. */
  readonly hasher?: PasswordHasher;
}

/** Everything that accounts and signing in need; made once. */
export interface People extends Omit<PeopleOptions, 'hasher'> {
  readonly hasher: PasswordHasher;
  readonly breached: BreachedPasswords | null;
  readonly sessions: SessionCache;
  readonly oidc: OidcClients;
  /** The domain that passkeys belong to (WebAuthn 3, section 5.1.2). */
  readonly rpId: string;
}

export function makePeople(options: PeopleOptions): People {
  const { settings, bus, fetch, hasher = makePasswordHasher() } = options;
  const { origin, hostname } = new URL(options.origin);
  const { breachedFile } = settings.passwords;
  return {
    ...options,
    origin,
    rpId: hostname,
    hasher,
    breached: breachedFile === undefined ? null : breachedPasswordsIn(breachedFile),
    sessions: makeSessionCache(bus),
    oidc: makeOidcClients(settings.oidc, fetch),
  };
}
