import { afterEach, beforeEach, expect, test } from 'vitest';
import { disablePerson } from '../../../src/access/people/accounts/change-state.ts';
import { makeSetUpLink, setUp } from '../../../src/access/people/invitations/set-up.ts';
import { openAccess, type Access } from '../../../src/access/access.ts';
import { beginPasskeySignIn, signInWithPasskey } from '../../../src/access/people/sign-in/sign-in-with-passkey.ts';
import { signInWithCode } from '../../../src/access/people/sign-in/sign-in-with-code.ts';
import { signInWithPassword } from '../../../src/access/people/sign-in/sign-in-with-password.ts';
import { hotp, totpStep } from '../../../src/access/people/totp/totp.ts';
import { grantPorts } from '../../../src/access/ports.ts';
import { giveGrant } from '../../../src/access/grants/give-grant.ts';
import { CodedError } from '../../../src/bytes/errors.ts';
import { LocalBus } from '../../../src/store/bus/local-bus.ts';
import type { Store } from '../../../src/store/store.ts';
import { callerOf, client, GOOD_PASSWORD, makeTestPeople, ORIGIN, type TestPeople } from '../../build/people.ts';
import { enrolPasskey, enrolTotp, makeAdministrator, makeMember, tokenIn } from '../../build/people-steps.ts';
import { SoftwareAuthenticator } from '../../build/software-authenticator.ts';
import { describeEachStore, type TestStore } from '../../build/store.ts';

/** What an attempt ended with, whoever's error it is. */
async function endOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return 'done';
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
}

const wins = (ends: readonly string[]) => ends.filter((one) => one === 'done').length;

describeEachStore('two processes, with the real grants', ({ column, makeStore }) => {
  let at: TestStore;
  let second: Store;
  let accesses: Access[];
  let one: TestPeople;
  let two: TestPeople;

  /** A process of its own on PostgreSQL; SQLite has one. */
  async function process(store: Store): Promise<TestPeople> {
    const bus = new LocalBus();
    const settings = { stepUpSeconds: 300, dualControl: 'single-administrator-may', onError: () => undefined } as const;
    const access = await openAccess({ store, bus, clock: () => Date.now(), ...settings });
    accesses.push(access);
    const clock = Object.assign(() => Date.now(), { nowMs: 0, passSeconds: () => undefined });
    return makeTestPeople(store, {
      bus,
      clock,
      ports: { ...grantPorts(access), eraseOpenings: async () => undefined },
    });
  }

  beforeEach(async () => {
    accesses = [];
    at = await makeStore();
    second = column === 'postgres' ? await at.place.open() : at.store;
    one = await process(at.store);
    two = await process(second);
  });

  afterEach(async () => {
    for (const access of accesses) await access.close();
    if (second !== at.store) await second.close();
    await at.end();
  });

  test('of many who set up at once, with several links, one becomes administrator', async () => {
    const links = await Promise.all([makeSetUpLink(one.people), makeSetUpLink(two.people)]);
    const ends = await Promise.all(
      [0, 1, 2, 3].map((i) =>
        endOf(
          setUp((i % 2 === 0 ? one : two).people, {
            token: tokenIn(links[i < 2 ? 0 : 1]?.link ?? ''),
            name: 'Ada',
            email: `ada${i}@example.org`,
            password: GOOD_PASSWORD,
            client,
          }),
        ),
      ),
    );
    expect(wins(ends)).toBe(1);
    const people = await at.store.read.selectFrom('people').select('id').execute();
    const grants = await at.store.read.selectFrom('grants').select('role').execute();
    expect([people.length, grants]).toEqual([1, [{ role: 'administrator' }]]);
  });

  test('a code, a recovery code and a challenge count once whichever process they come to', async () => {
    const { token } = await makeMember(one.people);
    const { secret, codes, token: raised } = await enrolTotp(one.people, token);
    const authenticator = new SoftwareAuthenticator({ origin: ORIGIN });
    await enrolPasskey(one.people, raised, authenticator);
    const pending = async ({ people }: TestPeople) =>
      (await signInWithPassword(people, { email: 'grace@example.org', password: GOOD_PASSWORD, client })).session.token;
    const both = async (factor: 'totp' | 'recovery-code', code: string) => {
      const tokens = [await pending(one), await pending(two)];
      return await Promise.all(
        [one, two].map(({ people }, i) =>
          endOf(signInWithCode(people, { factor, code, token: tokens[i] ?? '', client })),
        ),
      );
    };
    expect(wins(await both('totp', hotp(secret, totpStep(Date.now()) + 1)))).toBe(1);
    expect(wins(await both('recovery-code', codes[0] ?? ''))).toBe(1);
    const { options, cookie } = await beginPasskeySignIn(one.people, null);
    const attempt = { response: authenticator.get(options), token: cookie?.token ?? '', client };
    expect(wins(await Promise.all([one, two].map(({ people }) => endOf(signInWithPasskey(people, attempt)))))).toBe(1);
  });

  test('two administrators who disable each other at once: one stays', async () => {
    const ada = await makeAdministrator(one.people);
    const grace = await makeMember(one.people);
    await at.store.change(async (change) => {
      const principal = { kind: 'person', id: grace.personId } as const;
      await giveGrant(
        change,
        { principal, role: 'administrator', scope: { kind: 'server' }, reason: 'test' },
        Date.now(),
      );
    });
    const ends = await Promise.all([
      endOf(disablePerson(one.people, { caller: callerOf(ada.personId), personId: grace.personId, reason: 'x' })),
      endOf(disablePerson(two.people, { caller: callerOf(grace.personId), personId: ada.personId, reason: 'x' })),
    ]);
    expect(wins(ends)).toBe(1);
    expect(ends).toContain('grant-last-administrator');
  });
});
