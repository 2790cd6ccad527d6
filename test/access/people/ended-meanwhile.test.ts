import { afterEach, beforeEach, expect, test } from 'vitest';
import { disablePerson, enablePerson } from '../../../src/access/people/accounts/change-state.ts';
import { changePassword, confirmWithPassword } from '../../../src/access/people/own-account/change-password.ts';
import type { Self } from '../../../src/access/people/own-account/own-session.ts';
import { revokeSessions } from '../../../src/access/people/own-account/own-sessions.ts';
import { addPasskey, beginPasskey, removePasskey } from '../../../src/access/people/own-account/passkey-factor.ts';
import { beginTotp, confirmTotp, newCodes, removeTotp } from '../../../src/access/people/own-account/totp-factor.ts';
import { beginVerify, verifyAgain } from '../../../src/access/people/own-account/verify-again.ts';
import { makePasswordHasher } from '../../../src/access/people/passwords/password-hasher.ts';
import { system } from '../../../src/access/people/record.ts';
import { signInWithCode } from '../../../src/access/people/sign-in/sign-in-with-code.ts';
import { signInWithPassword } from '../../../src/access/people/sign-in/sign-in-with-password.ts';
import { hotp, totpStep } from '../../../src/access/people/totp/totp.ts';
import {
  callerOf,
  client,
  codeOf,
  GOOD_PASSWORD,
  makeTestPeople,
  ORIGIN,
  type TestPeople,
} from '../../build/people.ts';
import { enrolPasskey, enrolTotp, makeMember, selfOf } from '../../build/people-steps.ts';
import { SoftwareAuthenticator } from '../../build/software-authenticator.ts';
import { describeEachStore, type TestStore } from '../../build/store.ts';

const NEXT_PASSWORD = 'seven quiet owls on the roof';

// CWE-367: what was decided on a session is committed after somebody ended it.
describeEachStore('what a session began when it was ended meanwhile', ({ makeStore }) => {
  let at: TestStore;
  let world: TestPeople;

  beforeEach(async () => {
    at = await makeStore();
    world = makeTestPeople(at.store);
  });

  afterEach(async () => at.end());

  const admin = callerOf('per_00000000000000000000000000');

  test('a password is not set while the account is shut, to be good when it opens again', async () => {
    const { people } = world;
    const { personId, token } = await makeMember(people);
    const slow = makePasswordHasher({ cost: { memoryKiB: 64, passes: 1, lanes: 1 } });
    const act = { caller: admin, personId, reason: 'the laptop was stolen' };
    const hasher = {
      ...slow,
      hash: async (password: string) => {
        await disablePerson(people, act);
        return await slow.hash(password);
      },
    };
    const { people: late } = makeTestPeople(at.store, { clock: world.clock, hasher });
    const self = await selfOf(people, token);
    expect(await codeOf(changePassword(late, self, { next: NEXT_PASSWORD }))).toBe('sign-in-expired');
    await enablePerson(people, act);
    const signIn = (password: string) =>
      codeOf(signInWithPassword(people, { email: 'grace@example.org', password, client }));
    expect(await signIn(NEXT_PASSWORD)).toBe('sign-in-refused');
    expect(await signIn(GOOD_PASSWORD)).toBe('no error');
  });

  test('no factor is added, removed or proved by it', async () => {
    const { people, clock } = world;
    const { personId, token } = await makeMember(people);
    const authenticator = new SoftwareAuthenticator({ origin: ORIGIN });
    const withPasskey = await enrolPasskey(people, token, authenticator);
    const enrolled = await enrolTotp(people, withPasskey.token);
    clock.passSeconds(60);
    const self: Self = await selfOf(people, enrolled.token);
    const adding = new SoftwareAuthenticator({ origin: ORIGIN }).create(await beginPasskey(people, self));
    const verifying = authenticator.get(await beginVerify(people, self));
    const { secret } = await beginTotp(people, self);
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    await revokeSessions(people, { actor: system, personId });
    const attempts: readonly (() => Promise<unknown>)[] = [
      () => addPasskey(people, self, { name: 'attacker', response: adding }),
      () => removePasskey(people, self, withPasskey.id),
      () => verifyAgain(people, self, verifying),
      () => beginTotp(people, self),
      () => removeTotp(people, self),
      () => newCodes(people, self),
      () => confirmWithPassword(people, self, GOOD_PASSWORD),
      () => changePassword(people, self, { current: GOOD_PASSWORD, next: NEXT_PASSWORD }),
    ];
    for (const attempt of attempts) expect(await codeOf(attempt())).toBe('sign-in-expired');
    const passkeys = await at.store.read.selectFrom('people_passkeys').select(['id', 'last_used_at']).execute();
    expect(passkeys).toEqual([{ id: withPasskey.id, last_used_at: null }]);
  });

  test('an authenticator app is not confirmed by it', async () => {
    const { people, clock } = world;
    const { personId, token } = await makeMember(people);
    const { secret } = await enrolTotp(people, token);
    const { session } = await signInAgain(people, hotp(secret, totpStep(clock()) + 1));
    const self = await selfOf(people, session.token);
    await at.store.change(async ({ sql }) => {
      // The one that is in use, waiting to be confirmed once more: its code is known here.
      await sql
        .updateTable('people_totp')
        .set((row) => ({ pending: row.ref('secret'), pending_until: clock() + 60_000 }))
        .where('person_id', '=', personId)
        .execute();
    });
    await revokeSessions(people, { actor: system, personId });
    expect(await codeOf(confirmTotp(people, self, hotp(secret, totpStep(clock()))))).toBe('sign-in-expired');
  });
});

async function signInAgain(people: TestPeople['people'], code: string) {
  const first = await signInWithPassword(people, { email: 'grace@example.org', password: GOOD_PASSWORD, client });
  return await signInWithCode(people, { factor: 'totp', code, token: first.session.token, client });
}
