import {
  allowInsecureRequests,
  type Configuration,
  customFetch,
  type CustomFetch,
  ClientSecretBasic,
  discovery,
  None,
} from 'openid-client';
import { PeopleError } from '../errors.ts';
import type { OidcProvider } from '../settings.ts';

interface OidcRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer> | ArrayBuffer | URLSearchParams | ReadableStream | null | undefined;
  readonly redirect: 'manual';
  readonly signal?: AbortSignal;
}

/** Asks an identity provider; the server gives one that refuses addresses it must not reach. */
export type OidcFetch = (url: string, request: OidcRequest) => Promise<Response>;

/** What a provider says of itself is asked for again after this: keys and addresses change. */
const MAX_AGE_MS = 3600_000;
const TIMEOUT_SECONDS = 10;

export interface OidcClient {
  readonly provider: OidcProvider;
  readonly configuration: Configuration;
}

export interface OidcClients {
  /** @throws PeopleError `oidc-provider-unknown`, `oidc-unavailable`. */
  get(providerId: string, nowMs: number): Promise<OidcClient>;
}

interface Discovered {
  readonly client: Promise<OidcClient>;
  readonly atMs: number;
}

export function makeOidcClients(providers: readonly OidcProvider[], fetch: OidcFetch): OidcClients {
  const known = new Map<string, Discovered>();
  return {
    async get(providerId, nowMs) {
      const provider = providers.find(({ id }) => id === providerId);
      if (provider === undefined) throw PeopleError.of('oidc-provider-unknown');
      const cached = known.get(providerId);
      if (cached !== undefined && nowMs - cached.atMs < MAX_AGE_MS) return await cached.client;
      const client = discover(provider, fetch);
      known.set(providerId, { client, atMs: nowMs });
      try {
        return await client;
      } catch (error) {
        if (known.get(providerId)?.client === client) known.delete(providerId);
        throw PeopleError.of('oidc-unavailable', `${provider.name} did not say how to sign in there`, error);
      }
    },
  };
}

async function discover(provider: OidcProvider, fetch: OidcFetch): Promise<OidcClient> {
  const issuer = new URL(provider.issuer);
  const { clientId, clientSecret } = provider;
  const configuration = await discovery(
    issuer,
    clientId,
    {},
    clientSecret === undefined ? None() : ClientSecretBasic(clientSecret),
    {
      // It sends forms or nothing; its type says besides that bytes may be shared between threads.
      [customFetch]: fetch as CustomFetch,
      timeout: TIMEOUT_SECONDS,
      // Only ever loopback: the settings allow no other issuer without TLS.
      execute: issuer.protocol === 'http:' ? [allowInsecureRequests] : [],
    },
  );
  return { provider, configuration };
}
