import { afterEach, beforeEach, expect, test } from 'vitest';
import { beginOidc } from '../../../src/access/people/oidc/begin-oidc.ts';
import { resolveSession } from '../../../src/access/people/sessions/resolve-session.ts';
import { signInWithCode } from '../../../src/access/people/sign-in/sign-in-with-code.ts';
import { signInWithPassword } from '../../../src/access/people/sign-in/sign-in-with-password.ts';
import { hotp, totpStep } from '../../../src/access/people/totp/totp.ts';
import type { Store } from '../../../src/store/store.ts';
import { client, codeOf, GOOD_PASSWORD, makeTestPeople, type TestPeople } from '../../build/people.ts';
import { enrolTotp, makeAdministrator, makeMember } from '../../build/people-steps.ts';
import { makeTestStore, type TestStore } from '../../build/store.ts';

let at: TestStore;
let world: TestPeople;

beforeEach(async () => {
  at = await makeTestStore();
  world = makeTestPeople(at.store);
});

afterEach(async () => at.end());

const attempt = (password: string, more: { readonly email?: string; readonly address?: string } = {}) =>
  signInWithPassword(world.people, {
    email: more.email ?? 'grace@example.org',
    password,
    client: { ...client, address: more.address ?? client.address },
  });

test('whoever owns an IPv6 network shuts out himself, not the person, whichever of its addresses he takes', async () => {
  await makeMember(world.people);
  for (let i = 1; i <= 4; i += 1) {
    expect(await codeOf(attempt('wrong', { address: `2001:db8:1:2::${i}` }))).toBe('sign-in-refused');
  }
  expect(await codeOf(attempt('wrong', { address: '2001:db8:1:2:ffff::5' }))).toBe('too-many-attempts');
  expect(await codeOf(attempt(GOOD_PASSWORD, { address: '2001:db8:1:3::1' }))).toBe('no error');
});

// CWE-208: a lock-out that costs a second commit tells which addresses have an account.
test('an account that is locked costs as many changes of the records as an address that nobody has', async () => {
  await makeMember(world.people);
  let changes = 0;
  const store: Store = {
    ...at.store,
    read: at.store.read,
    ledger: at.store.ledger,
    change: async (run) => {
      changes += 1;
      return await at.store.change(run);
    },
  };
  const { people } = makeTestPeople(at.store, { store, clock: world.clock });
  const changesFor = async (email: string): Promise<number> => {
    changes = 0;
    for (let i = 0; i < 21; i += 1) {
      world.clock.passSeconds(60);
      const from = { ...client, address: `198.51.100.${i}` };
      await codeOf(signInWithPassword(people, { email, password: 'wrong', client: from }));
    }
    return changes;
  };
  expect(await changesFor('grace@example.org')).toBe(await changesFor('nobody@example.org'));
  expect((await world.entries()).map(({ activity }) => activity)).toContain('people.lock');
});

test('who knows a password has 40 guesses a day at the code, not 480', async () => {
  const { people, clock } = world;
  const { token } = await makeMember(people);
  const { secret } = await enrolTotp(people, token);
  let guesses = 0;
  for (let hour = 0; hour < 23; hour += 1) {
    for (let i = 0; i < 4; i += 1) {
      clock.passSeconds(900);
      const { session } = await attempt(GOOD_PASSWORD);
      const wrong = { factor: 'totp', code: '000000', token: session.token, client } as const;
      for (let guess = 0; guess < 5; guess += 1) {
        if ((await codeOf(signInWithCode(people, wrong))) === 'code-refused') guesses += 1;
      }
    }
  }
  expect(guesses).toBe(40);
  clock.passSeconds(25 * 3600);
  const { session } = await attempt(GOOD_PASSWORD);
  const code = hotp(secret, totpStep(clock()));
  expect(await codeOf(signInWithCode(people, { factor: 'totp', code, token: session.token, client }))).toBe('no error');
});

test('who only knows a password does not push the sessions of the person out', async () => {
  const { people, clock } = world;
  const { token } = await makeMember(people);
  const { token: own } = await enrolTotp(people, token);
  for (let i = 0; i < 60; i += 1) {
    clock.passSeconds(1);
    await attempt(GOOD_PASSWORD, { address: `198.51.100.${i % 4}` });
  }
  expect(await resolveSession(people, own, client)).not.toBeNull();
});

test('a session that must enrol first links no identity', async () => {
  const { people } = world;
  const { token } = await makeAdministrator(people);
  expect(await codeOf(beginOidc(people, { providerId: 'corporate', token, client }))).toBe('enrolment-required');
});
