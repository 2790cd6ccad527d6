import { randomBytes } from 'node:crypto';
import type { Role } from '../../src/contract/actions.ts';
import type { Caller } from '../../src/access/caller.ts';
import { PeopleError } from '../../src/access/people/errors.ts';
import { makePasswordHasher } from '../../src/access/people/passwords/password-hasher.ts';
import { makePeople, type People, type PeopleOptions } from '../../src/access/people/people.ts';
import type { PeoplePorts } from '../../src/access/people/ports.ts';
import { makeServerSecrets } from '../../src/access/people/secrets/server-secrets.ts';
import { accessSettings, type PeopleSettings } from '../../src/access/people/settings.ts';
import type { Entry } from '../../src/ledger/entry.ts';
import { LocalBus } from '../../src/store/bus/local-bus.ts';
import { MemoryCounters } from '../../src/store/counters/memory-counters.ts';
import { eraseOpenings } from '../../src/store/ledger/erase.ts';
import type { Store } from '../../src/store/store.ts';

export const ORIGIN = 'https://vouchsafe.example';
export const client = { address: '192.0.2.7', agent: 'Test/1.0' };
export const GOOD_PASSWORD = 'violet lamp under nine bridges';

/** A clock that tests set: it begins on a fixed day. */
export interface TestClock {
  (): number;
  nowMs: number;
  passSeconds(seconds: number): void;
}

export function makeTestClock(): TestClock {
  const clock = (() => clock.nowMs) as TestClock;
  clock.nowMs = Date.UTC(2026, 10, 27, 12);
  clock.passSeconds = (seconds) => {
    clock.nowMs += seconds * 1000;
  };
  return clock;
}

export interface TestPeople {
  readonly people: People;
  readonly clock: TestClock;
  /** Roles by person; what the grants would say. */
  readonly roles: Map<string, readonly Role[]>;
  /** Entries of the ledger, the oldest first. */
  readonly entries: () => Promise<readonly Entry[]>;
}

export interface TestPeopleOptions extends Partial<Omit<PeopleOptions, 'settings'>> {
  readonly settings?: Partial<PeopleSettings>;
  readonly clock?: TestClock;
  readonly roles?: Map<string, readonly Role[]>;
}

/** The key of all servers in a test: several of them may work on the same records. */
const root = randomBytes(32);

export function makeTestPeople(store: Store, options: TestPeopleOptions = {}): TestPeople {
  const { settings, clock = makeTestClock(), roles = new Map<string, readonly Role[]>(), ...others } = options;
  const people = makePeople({
    store,
    counters: new MemoryCounters({ clock }),
    bus: new LocalBus(),
    clock,
    secrets: makeServerSecrets([root]),
    ports: testPorts(roles),
    settings: { ...accessSettings.parse({}), oidc: [], ...settings },
    origin: ORIGIN,
    fetch: async () => Promise.reject(new Error('this test asks no identity provider')),
    hasher: makePasswordHasher({ cost: { memoryKiB: 64, passes: 1, lanes: 1 } }),
    ...others,
  });
  return { people, clock, roles, entries: () => readEntries(store) };
}

async function readEntries(store: Store): Promise<readonly Entry[]> {
  const rows = await store.read.selectFrom('ledger_entry').select('bytes').orderBy('entry_index').execute();
  return rows.map(({ bytes }) => JSON.parse(Buffer.from(bytes ?? []).toString('utf8')) as Entry);
}

/** Grants as a map: what the real ones do is tested where they are. */
function testPorts(roles: Map<string, readonly Role[]>): PeoplePorts {
  const administrators = (): string[] =>
    [...roles].filter(([, held]) => held.includes('administrator')).map(([id]) => id);
  return {
    rolesOf: async (_sql, ids) => new Map(ids.map((id) => [id, roles.get(id) ?? []])),
    rolesOnServer: async (_sql, { principal }) => roles.get(principal?.id ?? '') ?? [],
    async hasAdministrator(sql) {
      const ids = administrators();
      if (ids.length === 0) return false;
      const active = await sql
        .selectFrom('people')
        .select('id')
        .where('id', 'in', ids)
        .where('state', '=', 'active')
        .execute();
      return active.length > 0;
    },
    async requireOthers({ sql }, personId) {
      if (!administrators().includes(personId)) return;
      const others = administrators().filter((id) => id !== personId);
      const active =
        others.length === 0
          ? []
          : await sql
              .selectFrom('people')
              .select('id')
              .where('id', 'in', others)
              .where('state', '=', 'active')
              .execute();
      if (active.length === 0) throw PeopleError.of('person-state', 'no administrator would be left');
    },
    async giveRole(_change, { personId, role }) {
      roles.set(personId, [...new Set([...(roles.get(personId) ?? []), role])]);
    },
    async takeAllRoles(_change, personId) {
      roles.delete(personId);
    },
    async eraseOpenings({ sql }, personId) {
      await eraseOpenings(sql, personId);
    },
  };
}

export function callerOf(personId: string, more: Partial<Caller> = {}): Caller {
  return {
    principal: { kind: 'person', id: personId },
    credential: { kind: 'session', id: 'ses_00000000000000000000000000' },
    level: 2,
    verifiedAtMs: null,
    enrolmentRequired: false,
    scopes: null,
    purpose: null,
    requestId: 'req_00000000000000000000000000',
    ...client,
    ...more,
  };
}

/** The code of an error that something must end with. */
export async function codeOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof PeopleError) return error.code;
    throw error;
  }
  return 'no error';
}
