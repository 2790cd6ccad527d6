import { sql as fragment, type Transaction } from 'kysely';
import type { z } from 'zod';
import type { service } from '../../contract/types/people.ts';
import type { JsonObject } from '../../ledger/canonical.ts';
import type { EntryDraft } from '../../ledger/entry.ts';
import type { Bus } from '../../store/bus/bus.ts';
import { newId } from '../../store/new-id.ts';
import type { Store } from '../../store/store.ts';
import type { Database } from '../../store/tables/index.ts';
import type { ServiceTable } from '../../store/tables/services.ts';
import type { Caller } from '../caller.ts';
import { folded, foldedPattern } from '../folded.ts';
import { actorOf } from '../people/record.ts';
import { type ServiceAttention, serviceAttention } from './attention.ts';
import { activePeople, namePrincipals } from './directory.ts';
import { ServiceError } from './errors.ts';
import type { GrantsOf } from './grants-of.ts';
import { type Paged, pageOf, type Paging } from './paging.ts';
import { announceEnd } from './revocation.ts';
import { findService } from './service-row.ts';
import { keyState } from './state.ts';
import { timeText, timeTextOrNull } from '../../contract/time-text.ts';

export interface ServiceAccountsParts {
  readonly store: Store;
  readonly bus: Bus;
  readonly clock: () => number;
  readonly grantsOf: GrantsOf;
}

type ServiceView = z.infer<typeof service>;

interface NewService {
  readonly name: string;
  readonly description: string;
}

interface ServiceChanges {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly ownerId?: string | undefined;
  readonly state?: 'active' | 'disabled' | undefined;
}

/** Programs that call, each with a person who answers for it. */
export class ServiceAccounts {
  readonly #parts: ServiceAccountsParts;

  constructor(parts: ServiceAccountsParts) {
    this.#parts = parts;
  }

  /** Newest first. */
  async list({
    limit,
    cursor,
    search,
  }: Paging & { readonly search?: string | undefined }): Promise<Paged<ServiceView>> {
    let query = this.#parts.store.read
      .selectFrom('services')
      .selectAll()
      .orderBy('id', 'desc')
      .limit(limit + 1);
    if (cursor !== undefined) query = query.where('id', '<', cursor);
    if (search !== undefined && search !== '') query = query.where(nameContains(search));
    const rows = await query.execute();
    const toView = await this.#viewer(rows.slice(0, limit));
    return pageOf(rows, limit, toView);
  }

  /** @throws ServiceError `service-unknown`. */
  async show(id: string): Promise<ServiceView> {
    const row = await findService(this.#parts.store.read, id);
    const toView = await this.#viewer([row]);
    return toView(row);
  }

  /** A service is owned by the person who makes it. @throws ServiceError `owner-unacceptable` to a service. */
  async make(caller: Caller, { name, description }: NewService): Promise<ServiceView> {
    if (caller.principal?.kind !== 'person') {
      throw ServiceError.of('owner-unacceptable', 'a service is made by the person who answers for it');
    }
    const ownerId = caller.principal.id;
    const createdAt = this.#parts.clock();
    const id = newId('service', createdAt);
    await this.#parts.store.change(async (change) => {
      await change.sql
        .insertInto('services')
        .values({
          id,
          name,
          name_key: folded(name),
          description,
          owner_id: ownerId,
          state: 'active',
          created_at: createdAt,
        })
        .execute();
      change.record(entryOf(caller, 'service.make', { id, data: { ownerId }, personal: { name } }));
    });
    return this.show(id);
  }

  /**
   * Disabling ends its keys and tokens for good, everywhere within a second; enabling again does not bring them back.
   * @throws ServiceError `service-unknown`, `owner-unacceptable`.
   */
  async change(caller: Caller, id: string, changes: ServiceChanges): Promise<ServiceView> {
    await this.#parts.store.change(async (change) => {
      const before = await findService(change.sql, id);
      if (changes.ownerId !== undefined) await checkOwner(change.sql, changes.ownerId);
      await change.sql.updateTable('services').set(columnsOf(before, changes)).where('id', '=', id).execute();
      if (changes.state === 'disabled') {
        await endKeys(change.sql, id, this.#parts.clock());
        change.afterCommit(() => announceEnd(this.#parts.bus, { kind: 'service', id }));
      }
      change.record(changeEntry(caller, before, changes));
    });
    return this.show(id);
  }

  /** For the overview: what somebody should look at. */
  async attention(): Promise<ServiceAttention> {
    return serviceAttention(this.#parts.store.read, this.#parts.clock());
  }

  async #viewer(rows: readonly ServiceTable[]): Promise<(row: ServiceTable) => ServiceView> {
    const { store, grantsOf, clock } = this.#parts;
    const ids = rows.map(({ id }) => id);
    const name = await namePrincipals(
      store.read,
      rows.map((row) => ({ kind: 'person', id: row.owner_id })),
    );
    const grants = await grantsOf(ids);
    const keys = await this.#keyFacts(ids, clock());
    return (row) => ({
      id: row.id,
      name: row.name,
      description: row.description,
      owner: name({ kind: 'person', id: row.owner_id }),
      state: row.state,
      createdAt: timeText(row.created_at),
      lastUsedAt: timeTextOrNull(keys.get(row.id)?.lastUsedAt),
      keys: keys.get(row.id)?.live ?? 0,
      roles: [...new Set((grants.get(row.id) ?? []).map(({ role }) => role))],
    });
  }

  async #keyFacts(ids: readonly string[], nowMs: number) {
    if (ids.length === 0) return new Map<string, never>();
    const rows = await this.#parts.store.read
      .selectFrom('service_keys')
      .select(['service_id', 'expires_at', 'retires_at', 'revoked_at', 'last_used_at'])
      .where('service_id', 'in', ids)
      .execute();
    const facts = new Map<string, { live: number; lastUsedAt: number | null }>();
    for (const row of rows) {
      const one = facts.get(row.service_id) ?? { live: 0, lastUsedAt: null };
      if (['active', 'rotating'].includes(keyState(row, nowMs))) one.live++;
      if (row.last_used_at !== null) one.lastUsedAt = Math.max(one.lastUsedAt ?? 0, row.last_used_at);
      facts.set(row.service_id, one);
    }
    return facts;
  }
}

function nameContains(search: string) {
  return fragment<boolean>`name_key like ${foldedPattern(search)} escape '\\'`;
}

async function checkOwner(sql: Transaction<Database>, ownerId: string): Promise<void> {
  const active = await activePeople(sql, [ownerId]);
  if (!active.has(ownerId)) throw ServiceError.of('owner-unacceptable', ownerId);
}

function columnsOf(before: ServiceTable, changes: ServiceChanges) {
  return {
    name: changes.name ?? before.name,
    name_key: folded(changes.name ?? before.name),
    description: changes.description ?? before.description,
    owner_id: changes.ownerId ?? before.owner_id,
    state: changes.state ?? before.state,
  };
}

async function endKeys(sql: Transaction<Database>, serviceId: string, atMs: number): Promise<void> {
  await sql
    .updateTable('service_keys')
    .set({ revoked_at: atMs })
    .where('service_id', '=', serviceId)
    .where('revoked_at', 'is', null)
    .execute();
}

function changeEntry(caller: Caller, before: ServiceTable, changes: ServiceChanges): EntryDraft {
  const isStateNew = changes.state !== undefined && changes.state !== before.state;
  const activity = isStateNew
    ? changes.state === 'disabled'
      ? 'service.disable'
      : 'service.enable'
    : 'service.change';
  return entryOf(caller, activity, {
    id: before.id,
    data: {
      changed: Object.entries(changes).flatMap(([field, value]) => (value === undefined ? [] : [field])),
      ...(changes.ownerId === undefined ? {} : { ownerBefore: before.owner_id, ownerId: changes.ownerId }),
    },
    personal: changes.name === undefined ? {} : { name: changes.name },
  });
}

interface Told {
  readonly id: string;
  readonly data: JsonObject;
  readonly personal: Readonly<Record<string, string>>;
}

function entryOf(caller: Caller, activity: string, { id, data, personal }: Told): EntryDraft {
  return {
    class: 'entity-management',
    activity,
    actor: actorOf(caller),
    object: { kind: 'service', id },
    outcome: 'success',
    data,
    ...(Object.keys(personal).length === 0 ? {} : { personal }),
  };
}
