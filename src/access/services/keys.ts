import type { Transaction } from 'kysely';
import type { ActionId } from '../../contract/actions.ts';
import type { JsonObject } from '../../ledger/canonical.ts';
import type { EntryDraft } from '../../ledger/entry.ts';
import type { Bus } from '../../store/bus/bus.ts';
import { newId } from '../../store/new-id.ts';
import type { Store } from '../../store/store.ts';
import type { Database } from '../../store/tables/index.ts';
import type { ServiceKeyTable } from '../../store/tables/services.ts';
import type { Caller } from '../caller.ts';
import type { Authorizer } from '../decision.ts';
import { actorOf } from '../people/record.ts';
import { ServiceError } from './errors.ts';
import type { GrantsOf } from './grants-of.ts';
import { type IssuedKey, type KeyView, keyView } from './key-view.ts';
import { serviceLimits } from './limits.ts';
import { checkOwnPower } from './own-power.ts';
import { type Paged, pageOf, type Paging } from './paging.ts';
import { announceEnd } from './revocation.ts';
import { makeSecret, type NewSecret } from './secret.ts';
import { findService, holdActiveService } from './service-row.ts';
import { keyEndsAt, keyState } from './state.ts';

export interface ServiceKeysParts {
  readonly store: Store;
  readonly bus: Bus;
  readonly clock: () => number;
  readonly authorizer: Authorizer;
  readonly grantsOf: GrantsOf;
}

interface KeyRequest {
  readonly name: string;
  readonly scopes: readonly ActionId[];
  readonly networks: readonly string[];
  /** 366 at most: the contract says so. */
  readonly expiresInDays: number;
}

interface KeyPlace {
  readonly serviceId: string;
  readonly keyId: string;
}

const DAY_MS = 86_400_000;

/** Long-lived secrets of services: issued by whoever could do the same himself, shown once, rotated with an overlap, revoked at once. */
export class ServiceKeys {
  readonly #parts: ServiceKeysParts;

  constructor(parts: ServiceKeysParts) {
    this.#parts = parts;
  }

  /** Newest first, ended ones too. @throws ServiceError `service-unknown`. */
  async list(serviceId: string, { limit, cursor }: Paging): Promise<Paged<KeyView>> {
    const { store, clock } = this.#parts;
    await findService(store.read, serviceId);
    const query = store.read
      .selectFrom('service_keys')
      .selectAll()
      .where('service_id', '=', serviceId)
      .orderBy('id', 'desc')
      .limit(limit + 1);
    const rows = await (cursor === undefined ? query : query.where('id', '<', cursor)).execute();
    const now = clock();
    return pageOf(rows, limit, (row) => keyView(row, now));
  }

  /** @throws ServiceError `service-unknown`, `service-disabled`, `beyond-own-power`, `too-many-keys`. */
  async issue(caller: Caller, serviceId: string, request: KeyRequest): Promise<IssuedKey> {
    const { store, clock } = this.#parts;
    await findService(store.read, serviceId);
    const scopes = [...new Set(request.scopes)].sort();
    await this.#checkPower(caller, serviceId, scopes);
    const now = clock();
    const secret = makeSecret('key');
    const row = newRow(secret, {
      serviceId,
      name: request.name,
      scopes: JSON.stringify(scopes),
      networks: JSON.stringify(request.networks),
      createdAt: now,
      createdBy: caller.principal?.id ?? '',
      expiresAt: now + request.expiresInDays * DAY_MS,
    });
    await store.change(async (change) => {
      await addKey(change.sql, row, now);
      change.record(entryOf(caller, 'key.issue', row));
    });
    return { key: keyView(row, now), secret: secret.secret };
  }

  /**
   * Makes a successor that may do the same for as long as the old key could when it was new. The old one goes on for the overlap.
   * @throws ServiceError `key-unknown`, `key-ended`, and what `issue` throws.
   */
  async rotate(caller: Caller, { serviceId, keyId }: KeyPlace, overlapSeconds: number): Promise<IssuedKey> {
    const { store, clock } = this.#parts;
    const old = await findKey(store.read, serviceId, keyId);
    await this.#checkPower(caller, serviceId, JSON.parse(old.scopes) as ActionId[]);
    const now = clock();
    const secret = makeSecret('key');
    const row = newRow(secret, {
      serviceId,
      name: old.name,
      scopes: old.scopes,
      networks: old.networks,
      createdAt: now,
      createdBy: caller.principal?.id ?? '',
      expiresAt: now + (old.expires_at - old.created_at),
    });
    await store.change(async (change) => {
      await addKey(change.sql, row, now);
      await retire(change.sql, { old, successorId: row.id, nowMs: now, retiresAt: now + overlapSeconds * 1000 });
      change.record(entryOf(caller, 'key.rotate', row, { replaces: keyId, overlapSeconds }));
      change.afterCommit(() => announceEnd(this.#parts.bus, { kind: 'key', id: keyId }));
    });
    return { key: keyView(row, now), secret: secret.secret };
  }

  /** Ends a key and its tokens, everywhere within a second. A key that has ended already stays as it is. @throws ServiceError `key-unknown`. */
  async revoke(caller: Caller, { serviceId, keyId }: KeyPlace): Promise<void> {
    const { store, bus, clock } = this.#parts;
    await store.change(async (change) => {
      const row = await findKey(change.sql, serviceId, keyId);
      const { numUpdatedRows } = await change.sql
        .updateTable('service_keys')
        .set({ revoked_at: clock() })
        .where('id', '=', keyId)
        .where('revoked_at', 'is', null)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return;
      change.record(entryOf(caller, 'key.revoke', row));
      change.afterCommit(() => announceEnd(bus, { kind: 'key', id: keyId }));
    });
  }

  async #checkPower(issuer: Caller, serviceId: string, actions: readonly ActionId[]): Promise<void> {
    const { authorizer, grantsOf } = this.#parts;
    const held = await grantsOf([serviceId]);
    await checkOwnPower(authorizer, { issuer, actions, grants: held.get(serviceId) ?? [] });
  }
}

interface KeyFacts {
  readonly serviceId: string;
  readonly name: string;
  readonly scopes: string;
  readonly networks: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly expiresAt: number;
}

function newRow({ prefix, digest }: NewSecret, facts: KeyFacts): ServiceKeyTable {
  return {
    id: newId('key', facts.createdAt),
    service_id: facts.serviceId,
    name: facts.name,
    prefix,
    secret_hash: digest,
    scopes: facts.scopes,
    networks: facts.networks,
    created_at: facts.createdAt,
    created_by: facts.createdBy,
    expires_at: facts.expiresAt,
    retires_at: null,
    replaced_by: null,
    revoked_at: null,
    last_used_at: null,
    last_used_from: null,
  };
}

/** @throws ServiceError `key-unknown`. */
async function findKey(
  read: Pick<Transaction<Database>, 'selectFrom'>,
  serviceId: string,
  keyId: string,
): Promise<ServiceKeyTable> {
  const row = await read
    .selectFrom('service_keys')
    .selectAll()
    .where('id', '=', keyId)
    .where('service_id', '=', serviceId)
    .executeTakeFirst();
  if (row === undefined) throw ServiceError.of('key-unknown', keyId);
  return row;
}

async function addKey(sql: Transaction<Database>, row: ServiceKeyTable, nowMs: number): Promise<void> {
  await holdActiveService(sql, row.service_id);
  const times = await sql
    .selectFrom('service_keys')
    .select(['expires_at', 'retires_at', 'revoked_at'])
    .where('service_id', '=', row.service_id)
    .where('expires_at', '>', nowMs)
    .where('revoked_at', 'is', null)
    .execute();
  const live = times.filter((one) => keyState(one, nowMs) !== 'expired').length;
  if (live >= serviceLimits.maxLiveKeys) {
    throw ServiceError.of('too-many-keys', `${live} have not ended, ${serviceLimits.maxLiveKeys} are allowed`);
  }
  await sql.insertInto('service_keys').values(row).execute();
}

interface Retirement {
  readonly old: ServiceKeyTable;
  readonly successorId: string;
  readonly nowMs: number;
  readonly retiresAt: number;
}

/** Of two who rotate the same key at once, the second finds a key that has a successor. @throws ServiceError `key-ended`. */
async function retire(sql: Transaction<Database>, { old, successorId, nowMs, retiresAt }: Retirement): Promise<void> {
  const { numUpdatedRows } = await sql
    .updateTable('service_keys')
    .set({ retires_at: Math.min(retiresAt, keyEndsAt(old)), replaced_by: successorId })
    .where('id', '=', old.id)
    .where('replaced_by', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', nowMs)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) {
    throw ServiceError.of('key-ended', `${old.id} has expired, was revoked, or has a successor already`);
  }
}

function entryOf(caller: Caller, activity: string, row: ServiceKeyTable, more: JsonObject = {}): EntryDraft {
  const networks = JSON.parse(row.networks) as readonly string[];
  return {
    class: 'entity-management',
    activity,
    actor: actorOf(caller),
    object: { kind: 'key', id: row.id },
    outcome: 'success',
    data: {
      serviceId: row.service_id,
      prefix: row.prefix,
      scopes: JSON.parse(row.scopes) as readonly string[],
      expiresAt: row.expires_at,
      networks: networks.length,
      ...more,
    },
    ...(networks.length === 0 ? {} : { personal: { networks: networks.join(' ') } }),
  };
}
