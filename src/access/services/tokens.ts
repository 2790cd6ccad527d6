import type { z } from 'zod';
import type { ActionId } from '../../contract/actions.ts';
import type { oauthToken } from '../../contract/types/server.ts';
import type { Bus } from '../../store/bus/bus.ts';
import type { Counters } from '../../store/counters/counters.ts';
import { newId } from '../../store/new-id.ts';
import type { Change, Store } from '../../store/store.ts';
import type { Bearers } from './bearers.ts';
import { clientCredentials, type ClientCredentials, type TokenRequest } from './client-credentials.ts';
import type { BearerIdentity } from './credential.ts';
import { ServiceError } from './errors.ts';
import { serviceLimits } from './limits.ts';
import { OAuthError } from './oauth-error.ts';
import { announceEnd } from './revocation.ts';
import { makeSecret, type NewSecret } from './secret.ts';
import { keyEndsAt, keyState } from './state.ts';

export interface AccessTokensParts {
  readonly store: Store;
  readonly bus: Bus;
  readonly counters: Counters;
  readonly clock: () => number;
  readonly bearers: Bearers;
  readonly ttlSeconds: number;
}

interface TokenCall {
  readonly request: TokenRequest;
  readonly basic: ClientCredentials | null;
  readonly address: string;
}

type TokenAnswer = z.infer<typeof oauthToken>;

interface KeyHolder {
  readonly serviceId: string;
  readonly keyId: string;
  readonly scopes: readonly ActionId[];
}

/** Short-lived tokens for keys: OAuth 2.0 client credentials (RFC 6749 section 4.4) and their revocation (RFC 7009). */
export class AccessTokens {
  readonly #parts: AccessTokensParts;

  constructor(parts: AccessTokensParts) {
    this.#parts = parts;
  }

  /**
   * A token that may do what its key may, or the part that is asked for, for `ttlSeconds` or until the key ends.
   * The client's identifier is the id of the key or of its service; its secret is the key.
   * @throws OAuthError as RFC 6749 section 5.2 has them.
   */
  async issue({ request, basic, address }: TokenCall): Promise<TokenAnswer> {
    const client = clientCredentials(request, basic);
    const holder = await this.#authenticate(client, address);
    const scopes = narrowed(holder.scopes, request.scope);
    await this.#count(holder.keyId);
    const secret = makeSecret('token');
    const { value: expiresIn } = await this.#parts.store.change((change) =>
      this.#add(change, { secret, holder, scopes, address }),
    );
    return { access_token: secret.secret, token_type: 'Bearer', expires_in: expiresIn, scope: scopes.join(' ') };
  }

  /** Ends a token. One that is unknown has ended, so that is a success too (RFC 7009 section 2.2). @throws OAuthError `temporarily_unavailable`. */
  async revoke(token: string, from: { readonly address: string }): Promise<void> {
    const { store, bus, clock, bearers } = this.#parts;
    const found = await bearers.find(token, from).catch(asOAuth);
    if (found?.kind !== 'token') return;
    await store.change(async (change) => {
      const { numUpdatedRows } = await change.sql
        .updateTable('service_tokens')
        .set({ revoked_at: clock() })
        .where('id', '=', found.id)
        .where('revoked_at', 'is', null)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return;
      change.record({
        class: 'authentication',
        activity: 'token.revoke',
        actor: { kind: 'service', id: found.serviceId },
        object: { kind: 'token', id: found.id },
        outcome: 'success',
        data: { keyId: found.keyId },
        personal: { address: from.address },
      });
      change.afterCommit(() => announceEnd(bus, { kind: 'token', id: found.id }));
    });
  }

  async #authenticate({ id, secret }: ClientCredentials, address: string): Promise<KeyHolder> {
    const identity = await this.#parts.bearers.resolve(secret, { address }).catch(asOAuth);
    const holder = identity && holderOf(identity);
    if (holder === undefined || (id !== holder.keyId && id !== holder.serviceId)) {
      throw OAuthError.of('invalid_client', 'expected the id of a key or its service, and the key');
    }
    return holder;
  }

  async #count(keyId: string): Promise<void> {
    const { allowed, retryAfterSeconds } = await this.#parts.counters.take(
      `oauth-token:${keyId}`,
      serviceLimits.tokensPerKey,
    );
    if (allowed) return;
    throw OAuthError.of('temporarily_unavailable', 'too many tokens for this key: use each until it expires', {
      retryAfterSeconds: Math.max(1, Math.ceil(retryAfterSeconds)),
    });
  }

  /** Seconds that the token holds. Tokens of the key that are over go, so that their number is bounded by how many hold at once. */
  async #add(change: Change, token: NewToken): Promise<number> {
    const { clock, ttlSeconds } = this.#parts;
    const { holder, scopes, address } = token;
    const now = clock();
    const key = await change.sql
      .selectFrom('service_keys')
      .select(['expires_at', 'retires_at', 'revoked_at'])
      .where('id', '=', holder.keyId)
      .executeTakeFirst();
    if (key === undefined || !['active', 'rotating'].includes(keyState(key, now))) {
      throw OAuthError.of('invalid_client', 'the key has ended');
    }
    const expiresAt = Math.min(now + ttlSeconds * 1000, keyEndsAt(key));
    await change.sql
      .deleteFrom('service_tokens')
      .where('key_id', '=', holder.keyId)
      .where('expires_at', '<', now)
      .execute();
    const id = newId('token', now);
    await change.sql
      .insertInto('service_tokens')
      .values(rowOf(id, token, { now, expiresAt }))
      .execute();
    change.record({
      class: 'authentication',
      activity: 'token.issue',
      actor: { kind: 'service', id: holder.serviceId },
      object: { kind: 'token', id },
      outcome: 'success',
      data: { keyId: holder.keyId, scopes, expiresAt },
      personal: { address },
    });
    return Math.max(1, Math.floor((expiresAt - now) / 1000));
  }
}

interface NewToken {
  readonly secret: NewSecret;
  readonly holder: KeyHolder;
  readonly scopes: readonly ActionId[];
  readonly address: string;
}

function rowOf(id: string, token: NewToken, times: { readonly now: number; readonly expiresAt: number }) {
  return {
    id,
    key_id: token.holder.keyId,
    prefix: token.secret.prefix,
    secret_hash: token.secret.digest,
    scopes: JSON.stringify(token.scopes),
    created_at: times.now,
    expires_at: times.expiresAt,
    revoked_at: null,
  };
}

/** A token makes no token: only a key does. */
function holderOf({ principal, credential, scopes }: BearerIdentity): KeyHolder | undefined {
  if (principal === null || credential?.kind !== 'key') return undefined;
  return { serviceId: principal.id, keyId: credential.id, scopes: scopes ?? [] };
}

/** @throws OAuthError `invalid_scope`. */
function narrowed(of: readonly ActionId[], asked: string | undefined): readonly ActionId[] {
  const names = new Set((asked ?? '').split(' ').filter((name) => name !== ''));
  if (names.size === 0) return of;
  const beyond = [...names].filter((name) => !of.includes(name as ActionId));
  if (beyond.length > 0) throw OAuthError.of('invalid_scope', `the key does not have the scope ${beyond.join(' ')}`);
  return of.filter((name) => names.has(name));
}

function asOAuth(error: unknown): never {
  if (!(error instanceof ServiceError)) throw error;
  if (error.code !== 'too-many-unknown') throw OAuthError.of('invalid_client', error.message);
  const wait = Number(error.data['retryAfterSeconds']);
  throw OAuthError.of('temporarily_unavailable', error.message, { retryAfterSeconds: wait });
}
