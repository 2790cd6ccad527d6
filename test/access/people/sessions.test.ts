import { afterEach, beforeEach, expect, test } from 'vitest';
import { endOwnSession, revokeSessions } from '../../../src/access/people/own-account/own-sessions.ts';
import { changePassword } from '../../../src/access/people/own-account/change-password.ts';
import { newCodes, removeTotp } from '../../../src/access/people/own-account/totp-factor.ts';
import { personActor } from '../../../src/access/people/record.ts';
import { listSessions } from '../../../src/access/people/sessions/list-sessions.ts';
import { resolveSession } from '../../../src/access/people/sessions/resolve-session.ts';
import { signInWithPassword } from '../../../src/access/people/sign-in/sign-in-with-password.ts';
import { signInWithCode } from '../../../src/access/people/sign-in/sign-in-with-code.ts';
import { makePasswordHasher } from '../../../src/access/people/passwords/password-hasher.ts';
import type { Bus } from '../../../src/store/bus/bus.ts';
import { maxStaleMs } from '../../../src/store/bus/bus.ts';
import type { Store } from '../../../src/store/store.ts';
import { client, codeOf, GOOD_PASSWORD, makeTestPeople, type TestPeople } from '../../build/people.ts';
import { enrolTotp, makeAdministrator, makeMember, selfOf } from '../../build/people-steps.ts';
import { describeEachStore, type TestStore } from '../../build/store.ts';

/** Loses every message, as a network may. */
const deafBus: Bus = { publish: () => undefined, subscribe: () => () => undefined, close: async () => undefined };

describeEachStore('sessions', ({ makeStore }) => {
  let at: TestStore;
  let world: TestPeople;

  beforeEach(async () => {
    at = await makeStore();
    world = makeTestPeople(at.store);
  });

  afterEach(async () => at.end());

  const isGood = async (token: string, people = world.people) => (await resolveSession(people, token, client)) !== null;
  const signIn = async (people = world.people) =>
    (await signInWithPassword(people, { email: 'grace@example.org', password: GOOD_PASSWORD, client })).session.token;

  // OWASP ASVS 5, 7.3.1: an open page that only listens is no use of a session.
  test('a session that is only looked at idles out', async () => {
    const { people, clock } = world;
    const { token } = await makeMember(people);
    const listening = { ...client, isUnattended: true };
    for (let minute = 0; minute < 29; minute += 2) {
      clock.passSeconds(120);
      expect((await resolveSession(people, token, listening)) !== null).toBe(minute < 28);
      await at.store.change(async () => undefined);
    }
  });

  test('only the hash of a token is kept; what is no token is nobody', async () => {
    const { token } = await makeMember(world.people);
    const rows = await at.store.read.selectFrom('people_sessions').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(token);
    for (const other of ['', 'x', `${token}=`, token.toLowerCase(), 'A'.repeat(43)])
      expect(await isGood(other)).toBe(false);
  });

  test('a session idles out after 30 minutes, slides with use, and ends after 12 hours all the same', async () => {
    const { clock } = world;
    const { token } = await makeMember(world.people);
    const idle = await signIn();
    for (let minute = 0; minute < 700; minute += 20) {
      clock.passSeconds(20 * 60);
      expect(await isGood(token)).toBe(true);
      await at.store.change(async () => undefined);
    }
    expect(await isGood(idle)).toBe(false);
    clock.passSeconds(20 * 60 + 1);
    expect(await isGood(token)).toBe(false);
  });

  test('being seen is written down at most once a minute', async () => {
    const { clock } = world;
    const { token } = await makeMember(world.people);
    let changes = 0;
    const counting: Store = { ...at.store, change: (run) => ((changes += 1), at.store.change(run)) };
    const { people } = makeTestPeople(counting, { clock, roles: world.roles });
    for (let second = 0; second < 180; second++) {
      clock.passSeconds(1);
      expect(await isGood(token, people)).toBe(true);
    }
    expect(changes).toBe(3);
  });

  test('the warm path asks no database', async () => {
    const { token } = await makeMember(world.people);
    let reads = 0;
    const read = new Proxy(at.store.read, {
      get(target, name) {
        if (name === 'selectFrom') reads += 1;
        const value = Reflect.get(target, name) as unknown;
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const { people } = makeTestPeople({ ...at.store, read }, { clock: world.clock, roles: world.roles });
    await Promise.all(Array.from({ length: 100 }, () => isGood(token, people)));
    const first = reads;
    for (let i = 0; i < 100; i++) await isGood(token, people);
    expect(reads).toBe(first);
    expect(first).toBeLessThanOrEqual(4);
    world.clock.nowMs += maxStaleMs;
    await isGood(token, people);
    expect(reads).toBeGreaterThan(first);
  });

  test('a revoked session ends here at once, and elsewhere within a second even where the message is lost', async () => {
    const { people, clock, roles } = world;
    const elsewhere = makeTestPeople(at.store, { clock, roles, bus: deafBus }).people;
    const { token, personId } = await makeMember(people);
    const other = await signIn();
    expect(await isGood(other, elsewhere)).toBe(true);
    await revokeSessions(people, {
      actor: personActor(personId),
      personId,
      except: (await selfOf(people, token)).session.id,
    });
    expect([await isGood(other), await isGood(token)]).toEqual([false, true]);
    clock.nowMs += 999;
    expect(await isGood(other, elsewhere)).toBe(false);
  });

  test('a message of the bus ends a session in other processes at once', async () => {
    const { people, clock, roles } = world;
    const elsewhere = makeTestPeople(at.store, { clock, roles, bus: people.bus }).people;
    const { token } = await makeMember(people);
    expect(await isGood(token, elsewhere)).toBe(true);
    const self = await selfOf(people, token);
    await endOwnSession(people, self, self.session.id);
    await Promise.resolve();
    expect(await isGood(token, elsewhere)).toBe(false);
  });

  test('nobody ends the session of somebody else', async () => {
    const { people } = world;
    const { token } = await makeMember(people);
    const administrator = await makeAdministrator(people);
    const self = await selfOf(people, token);
    const { session } = await selfOf(people, administrator.token);
    expect(await codeOf(endOwnSession(people, self, session.id))).toBe('session-unknown');
    expect(await isGood(administrator.token)).toBe(true);
  });

  test('a person has at most 50 sessions, listed page by page, the newest first', async () => {
    const { people, clock } = world;
    const { token: first, personId } = await makeMember(people);
    for (let i = 0; i < 52; i++) {
      clock.passSeconds(1);
      await signIn();
    }
    expect(await isGood(first)).toBe(false);
    const one = await listSessions(people, { personId, page: { limit: 30 } });
    const two = await listSessions(people, { personId, page: { limit: 30, cursor: one.next ?? '' } });
    const ids = [...one.items, ...two.items].map(({ id }) => id);
    expect([one.items.length, two.items.length, two.next, new Set(ids).size]).toEqual([30, 20, null, 50]);
    expect(ids).toEqual(ids.toSorted().toReversed());
  });

  test('a role that demands a second factor makes a running session good for enrolling only', async () => {
    const { people, roles, clock } = world;
    const { token, personId } = await makeMember(people);
    expect(await resolveSession(people, token, client)).toMatchObject({ enrolmentRequired: false });
    roles.set(personId, ['auditor']);
    clock.nowMs += maxStaleMs;
    expect(await resolveSession(people, token, client)).toMatchObject({ enrolmentRequired: true });
    const enrolled = await enrolTotp(people, token);
    expect(await resolveSession(people, enrolled.token, client)).toMatchObject({ enrolmentRequired: false, level: 2 });
    expect(await codeOf(removeTotp(people, await selfOf(people, enrolled.token)))).toBe('last-strong-factor');
  });

  test('what changes how somebody signs in ends the other sessions and needs a recent proof', async () => {
    const { people, clock } = world;
    const { token } = await makeMember(people);
    const other = await signIn();
    const enrolled = await enrolTotp(people, token);
    expect([await isGood(other), await isGood(token), await isGood(enrolled.token)]).toEqual([false, false, true]);
    clock.passSeconds(301);
    const self = await selfOf(people, enrolled.token);
    expect(await codeOf(newCodes(people, self))).toBe('proof-needed');
    expect(await codeOf(removeTotp(people, self))).toBe('proof-needed');
    expect(await codeOf(changePassword(people, self, { next: 'seven quiet owls on the roof' }))).toBe('proof-needed');
  });

  test('new recovery codes end the old ones', async () => {
    const { people, clock } = world;
    const { token } = await makeMember(people);
    const { codes, token: raised } = await enrolTotp(people, token);
    const fresh = await newCodes(people, await selfOf(people, raised));
    clock.passSeconds(60);
    const recover = async (code = '') =>
      codeOf(signInWithCode(people, { factor: 'recovery-code', code, token: await signIn(), client }));
    expect(await recover(codes[0])).toBe('recovery-code-refused');
    expect(await recover(fresh[0])).toBe('no error');
  });

  test('a password is hashed again at sign-in when hashes became stronger', async () => {
    const { people, clock, roles } = world;
    await makeMember(people);
    const stronger = makeTestPeople(at.store, {
      clock,
      roles,
      hasher: makePasswordHasher({ cost: { memoryKiB: 128, passes: 2, lanes: 1 } }),
    }).people;
    await signIn(stronger);
    const { phc } = await at.store.read.selectFrom('people_passwords').select('phc').executeTakeFirstOrThrow();
    expect(phc).toContain('$m=128,t=2,p=1$');
    expect(await isGood(await signIn(stronger))).toBe(true);
  });
});
