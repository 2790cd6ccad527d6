import type { ActionId } from '../../src/contract/actions.ts';
import type { Scope } from '../../src/contract/types/common.ts';
import { type Access, openAccess } from '../../src/access/access.ts';
import type { DualControl } from '../../src/access/policies/settings.ts';
import type { Caller } from '../../src/access/caller.ts';
import type { Authorizer } from '../../src/access/decision.ts';
import type { Bus } from '../../src/store/bus/bus.ts';
import type { Counters } from '../../src/store/counters/counters.ts';
import { newId } from '../../src/store/new-id.ts';
import type { Store } from '../../src/store/store.ts';

/** A clock that the test moves. */
export function testClock(startMs = Date.UTC(2026, 0, 5, 9)) {
  const clock = Object.assign(() => clock.now, { now: startMs });
  return clock;
}

/** Several of them are the buses of several processes. `isDeaf` ones lose every message. */
export function testBus(
  others: Set<(topic: string, message: string) => void> = new Set(),
  { isDeaf = false } = {},
): Bus {
  return {
    publish: (topic, message) => {
      for (const hear of others) hear(topic, message);
    },
    subscribe: (topic, listener) => {
      if (isDeaf) return () => undefined;
      const hear = (at: string, message: string) => {
        if (at === topic) listener(message);
      };
      others.add(hear);
      return () => void others.delete(hear);
    },
    close: async () => undefined,
  };
}

/** Counts in fixed windows of the given clock. */
export function testCounters(clock: () => number): Counters {
  const taken = new Map<string, { count: number; until: number }>();
  return {
    column: 'memory',
    take: async (key, { count, windowSeconds }, cost = 1) => {
      const before = taken.get(key);
      const now = clock();
      const window =
        before !== undefined && before.until > now ? before : { count: 0, until: now + windowSeconds * 1000 };
      const allowed = window.count + cost <= count;
      if (allowed) window.count += cost;
      taken.set(key, window);
      return { allowed, remaining: count - window.count, retryAfterSeconds: allowed ? 0 : (window.until - now) / 1000 };
    },
    reset: async (key) => void taken.delete(key),
    once: async () => true,
    probe: async () => undefined,
    close: async () => undefined,
  };
}

/** Allows what `allow` says. */
export function testAuthorizer(allow: (action: ActionId, scope: Scope) => boolean): Authorizer {
  return {
    decide: async (_caller, action, scope) => ({
      allowed: allow(action, scope),
      policies: [],
      policyVersion: 1,
      grants: [],
      reasons: [],
    }),
  };
}

export function callerOf(kind: 'person' | 'service', id: string): Caller {
  return {
    principal: { kind, id },
    credential: { kind: kind === 'person' ? 'session' : 'key', id: newId(kind === 'person' ? 'session' : 'key') },
    level: 2,
    verifiedAtMs: null,
    enrolmentRequired: false,
    scopes: null,
    address: '192.0.2.1',
    agent: 'test',
    purpose: null,
    requestId: newId('request'),
  };
}

interface NewPerson {
  readonly name: string;
  readonly state?: 'active' | 'disabled' | 'erased';
}

/** A person in the records, as the account code would have left him. Answers with his id. */
export async function addPerson(store: Store, { name, state = 'active' }: NewPerson): Promise<string> {
  const id = newId('person');
  await store.change(async ({ sql }) => {
    await sql
      .insertInto('people')
      .values({
        id,
        state,
        webauthn_id: id,
        created_at: 1,
        activated_at: 1,
        last_seen_at: null,
        locked_until: null,
      })
      .execute();
    if (state === 'erased') return;
    const email = `${id}@example.org`;
    await sql
      .insertInto('people_data')
      .values({ person_id: id, name, name_key: name.toLowerCase(), email, email_key: email })
      .execute();
  });
  return id;
}

interface NewService {
  readonly ownerId: string;
  /** Who was shown a key of it. */
  readonly keyShownTo?: string;
}

/** A service in the records. Answers with its id. */
export async function addService(store: Store, { ownerId, keyShownTo }: NewService): Promise<string> {
  const id = newId('service');
  await store.change(async ({ sql }) => {
    const facts = { name: 'trainer', name_key: 'trainer', description: '', state: 'active', created_at: 1 } as const;
    await sql
      .insertInto('services')
      .values({ id, owner_id: ownerId, ...facts })
      .execute();
    if (keyShownTo === undefined) return;
    const key = { id: newId('key'), service_id: id, name: 'k', prefix: 'p', secret_hash: new Uint8Array(32) };
    const more = { scopes: '[]', networks: '[]', created_at: 1, created_by: keyShownTo, expires_at: 2 };
    const never = { retires_at: null, replaced_by: null, revoked_at: null, last_used_at: null, last_used_from: null };
    await sql
      .insertInto('service_keys')
      .values({ ...key, ...more, ...never })
      .execute();
  });
  return id;
}

interface RecordedEntry {
  readonly activity: string;
  readonly actor: { readonly kind: string; readonly id: string };
  readonly object?: { readonly kind: string; readonly id: string; readonly digest?: string };
  readonly reasons?: readonly string[];
  readonly data?: Readonly<Record<string, unknown>>;
  readonly personal?: Readonly<Record<string, string>>;
  readonly decision?: string;
  readonly outcome: string;
}

/** What the ledger holds, in its order. */
export async function entriesOf(store: Store): Promise<readonly RecordedEntry[]> {
  const rows = await store.read.selectFrom('ledger_entry').select('bytes').orderBy('entry_index').execute();
  return rows.map(({ bytes }) => JSON.parse(Buffer.from(bytes ?? []).toString('utf8')) as RecordedEntry);
}

interface OpenTestAccess {
  readonly store: Store;
  readonly bus: Bus;
  readonly clock: () => number;
  readonly dualControl?: DualControl;
}

/** Grants and policies as a server has them. What fails beside a request fails the test. */
export function openTestAccess({ dualControl = 'always', ...parts }: OpenTestAccess): Promise<Access> {
  const onError = (error: unknown): void => {
    throw error;
  };
  return openAccess({ ...parts, stepUpSeconds: 300, dualControl, onError });
}
