import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeSetUpLink, setUp } from '../../../src/access/people/invitations/set-up.ts';
import { acceptInvitation, showInvitation } from '../../../src/access/people/invitations/accept.ts';
import { invite, inviteAgain } from '../../../src/access/people/invitations/invite.ts';
import { signInWithCode } from '../../../src/access/people/sign-in/sign-in-with-code.ts';
import { signInWithPassword } from '../../../src/access/people/sign-in/sign-in-with-password.ts';
import { resolveSession } from '../../../src/access/people/sessions/resolve-session.ts';
import { hotp, totpStep } from '../../../src/access/people/totp/totp.ts';
import { callerOf, client, codeOf, GOOD_PASSWORD, makeTestPeople, type TestPeople } from '../../build/people.ts';
import { enrolTotp, makeAdministrator, makeMember, tokenIn } from '../../build/people-steps.ts';
import { describeEachStore, type TestStore } from '../../build/store.ts';

describeEachStore('signing in', ({ makeStore }) => {
  let at: TestStore;
  let world: TestPeople;

  beforeEach(async () => {
    at = await makeStore();
    world = makeTestPeople(at.store);
  });

  afterEach(async () => at.end());

  const signIn = (password: string, email = 'grace@example.org', from = client) =>
    signInWithPassword(world.people, { email, password, client: from });

  test('the set-up link makes the first administrator, who must enrol a second factor', async () => {
    const { people, entries, roles } = world;
    const made = await makeSetUpLink(people);
    const token = tokenIn(made?.link ?? '');
    expect(made?.link).toMatch(/^https:\/\/vouchsafe\.example\/set-up#token=[\w-]{43}$/);
    const request = { token, name: 'Ada', email: 'Ada@Example.org', password: GOOD_PASSWORD, client };
    const { step, session } = await setUp(people, request);
    expect(step).toEqual({ state: 'enrolment-required' });
    const caller = await resolveSession(people, session.token, client);
    expect(caller).toMatchObject({ level: 1, enrolmentRequired: true, verifiedAtMs: null });
    expect(roles.get(caller?.principal?.id ?? '')).toEqual(['administrator']);
    expect(await makeSetUpLink(people)).toBeNull();
    expect(await codeOf(setUp(people, { ...request, email: 'eve@example.org' }))).toBe('link-refused');
    const recorded = await entries();
    expect(recorded.map(({ activity, outcome }) => `${activity} ${outcome}`)).toEqual([
      'people.make-set-up-link success',
      'people.set-up success',
      'people.set-up failure',
    ]);
    expect(JSON.stringify(recorded)).not.toMatch(/\bada\b|192\.0\.2/i);
  });

  test('of two who set up at once, one wins', async () => {
    const other = makeTestPeople(at.store, { roles: world.roles, clock: world.clock });
    const first = await makeSetUpLink(world.people);
    const request = { name: 'Ada', password: GOOD_PASSWORD, client, token: tokenIn(first?.link ?? '') };
    const outcomes = await Promise.all([
      codeOf(setUp(world.people, { ...request, email: 'a@example.org' })),
      codeOf(setUp(other.people, { ...request, email: 'b@example.org' })),
    ]);
    expect(outcomes.filter((code) => code === 'no error')).toHaveLength(1);
    const people = await at.store.read.selectFrom('people').select('id').execute();
    expect(people).toHaveLength(1);
  });

  test('a new set-up link ends the old one, and a link ends by itself', async () => {
    const { people, clock } = world;
    const old = await makeSetUpLink(people);
    const link = await makeSetUpLink(people);
    const request = { name: 'Ada', email: 'a@example.org', password: GOOD_PASSWORD, client };
    expect(await codeOf(setUp(people, { ...request, token: tokenIn(old?.link ?? '') }))).toBe('link-refused');
    clock.passSeconds(24 * 3600 + 1);
    expect(await codeOf(setUp(people, { ...request, token: tokenIn(link?.link ?? '') }))).toBe('link-refused');
  });

  test('an invitation is accepted once, renewed, and over after 72 hours', async () => {
    const { people, clock } = world;
    const caller = callerOf('per_00000000000000000000000000');
    const first = await invite(people, caller, { name: 'Grace Hopper', email: 'Grace@Example.org', grant: null });
    expect(await codeOf(invite(people, caller, { name: 'G', email: 'GRACE@example.ORG', grant: null }))).toBe(
      'email-taken',
    );
    const again = await inviteAgain(people, caller, first.personId);
    expect(await codeOf(showInvitation(people, { token: tokenIn(first.link), client }))).toBe('link-refused');
    const { account } = await showInvitation(people, { token: tokenIn(again.link), client });
    expect(account).toMatchObject({ name: 'Grace Hopper', email: 'Grace@Example.org', state: 'invited' });
    expect(await codeOf(signIn(GOOD_PASSWORD))).toBe('sign-in-refused');
    clock.passSeconds(72 * 3600 + 1);
    const accept = (token: string) =>
      acceptInvitation(people, { token, name: 'Grace', password: GOOD_PASSWORD, client });
    expect(await codeOf(accept(tokenIn(again.link)))).toBe('link-refused');
    const third = await inviteAgain(people, caller, first.personId);
    const outcomes = await Promise.all([codeOf(accept(tokenIn(third.link))), codeOf(accept(tokenIn(third.link)))]);
    expect(outcomes.toSorted()).toEqual(['link-refused', 'no error']);
    expect((await signIn(GOOD_PASSWORD)).step).toEqual({ state: 'signed-in' });
    expect(await codeOf(inviteAgain(people, caller, first.personId))).toBe('person-state');
  });

  test('wrong password, unknown address, disabled person: one answer, and the ledger tells them apart', async () => {
    const { people, entries } = world;
    const { personId } = await makeMember(people);
    expect(await codeOf(signIn('wrong'))).toBe('sign-in-refused');
    expect(await codeOf(signIn('wrong', 'nobody@example.org'))).toBe('sign-in-refused');
    await people.store.change(async ({ sql }) => {
      await sql.updateTable('people').set({ state: 'disabled' }).where('id', '=', personId).execute();
    });
    expect(await codeOf(signIn(GOOD_PASSWORD))).toBe('sign-in-refused');
    const failures = (await entries()).filter(({ outcome }) => outcome === 'failure');
    expect(failures.map(({ reasons, object, actor }) => [reasons?.[0], object?.id ?? null, actor.kind])).toEqual([
      ['wrong password', personId, 'anonymous'],
      ['no such person', null, 'anonymous'],
      ['the person is disabled', personId, 'anonymous'],
    ]);
  });

  test('an address may be written in any case', async () => {
    await makeMember(world.people, 'Grace@Example.ORG');
    expect((await signIn(GOOD_PASSWORD, 'gRACE@eXAMPLE.org ')).step.state).toBe('signed-in');
  });

  test('one network address is shut out of an account, others are not', async () => {
    const { people, clock } = world;
    await makeMember(people);
    for (let i = 0; i < 4; i++) expect(await codeOf(signIn('wrong'))).toBe('sign-in-refused');
    expect(await codeOf(signIn(GOOD_PASSWORD))).toBe('too-many-attempts');
    expect((await signIn(GOOD_PASSWORD, undefined, { ...client, address: '198.51.100.1' })).step.state).toBe(
      'signed-in',
    );
    clock.passSeconds(40);
    expect((await signIn(GOOD_PASSWORD)).step.state).toBe('signed-in');
  });

  test('many attempts at once are no more than the limit together', async () => {
    await makeMember(world.people);
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, i) => codeOf(signIn('wrong', undefined, { ...client, address: `192.0.2.${i}` }))),
    );
    expect(outcomes.filter((code) => code === 'sign-in-refused')).toHaveLength(5);
    expect(outcomes.filter((code) => code === 'too-many-attempts')).toHaveLength(25);
  });

  test('an account is locked after many failures from many places, says so, and opens by itself', async () => {
    const { people, clock, entries } = world;
    const { personId } = await makeMember(people);
    let refused = 0;
    for (let i = 0; i < 60; i++) {
      const code = await codeOf(signIn('wrong', undefined, { ...client, address: `203.0.113.${i}` }));
      if (code === 'too-many-attempts') refused += 1;
      clock.passSeconds(35);
    }
    expect(refused).toBeGreaterThan(20);
    expect(
      (await entries()).some(({ activity, object }) => activity === 'people.lock' && object?.id === personId),
    ).toBe(true);
    const row = await people.store.read.selectFrom('people').select('locked_until').executeTakeFirstOrThrow();
    expect(row.locked_until).toBeGreaterThan(clock.nowMs);
    clock.passSeconds(3 * 3600);
    expect((await signIn(GOOD_PASSWORD)).step.state).toBe('signed-in');
  });

  test('attempts for unknown addresses are counted and answered alike', async () => {
    await makeMember(world.people);
    const outcomesFor = async (email: string) => {
      const codes = [];
      for (let i = 0; i < 7; i++)
        codes.push(await codeOf(signIn('wrong', email, { ...client, address: `${email.length}::${i}` })));
      return codes;
    };
    expect(await outcomesFor('grace@example.org')).toEqual(await outcomesFor('nobody.here@example.org'));
  });

  test('after the password comes the code of the app, once; only then is anybody signed in', async () => {
    const { people, clock } = world;
    const { token } = await makeMember(people);
    const { secret } = await enrolTotp(people, token);
    clock.passSeconds(60);
    const first = await signIn(GOOD_PASSWORD);
    expect(first.step).toEqual({ state: 'factor-required', factors: ['totp', 'recovery-code'] });
    expect(await resolveSession(people, first.session.token, client)).toBeNull();
    const code = hotp(secret, totpStep(clock.nowMs));
    const second = (token_: string | null, code_: string) =>
      signInWithCode(people, { factor: 'totp', code: code_, token: token_, client });
    expect(await codeOf(second(null, code))).toBe('sign-in-expired');
    expect(await codeOf(second(first.session.token, code === '000000' ? '000001' : '000000'))).toBe('code-refused');
    const { session, step } = await second(first.session.token, code);
    expect(step).toEqual({ state: 'signed-in' });
    expect(session.token).not.toBe(first.session.token);
    expect(await resolveSession(people, session.token, client)).toMatchObject({ level: 2, enrolmentRequired: false });
    expect(await codeOf(second(first.session.token, code))).toBe('sign-in-expired');
    const next = await signIn(GOOD_PASSWORD);
    expect(await codeOf(second(next.session.token, code))).toBe('code-refused');
  });

  test('RFC 6238 section 5.2: two who send the same code at once are one too many', async () => {
    const { people, clock } = world;
    const { secret } = await enrolTotp(people, (await makeMember(people)).token);
    clock.passSeconds(60);
    const pending = await Promise.all([signIn(GOOD_PASSWORD), signIn(GOOD_PASSWORD)]);
    const code = hotp(secret, totpStep(clock.nowMs));
    const outcomes = await Promise.all(
      pending.map(({ session }) =>
        codeOf(signInWithCode(people, { factor: 'totp', code, token: session.token, client })),
      ),
    );
    expect(outcomes.toSorted()).toEqual(['code-refused', 'no error']);
  });

  test('guessing codes ends the sign-in, then rests the account', async () => {
    const { people, clock } = world;
    const { secret } = await enrolTotp(people, (await makeMember(people)).token);
    clock.passSeconds(60);
    const wrong = hotp(secret, totpStep(clock.nowMs) + 1000);
    const guess = (token: string) => codeOf(signInWithCode(people, { factor: 'totp', code: wrong, token, client }));
    const first = await signIn(GOOD_PASSWORD);
    for (let i = 0; i < 5; i++) expect(await guess(first.session.token)).toBe('code-refused');
    expect(await guess(first.session.token)).toBe('too-many-attempts');
    expect(await guess(first.session.token)).toBe('sign-in-expired');
    const second = await signIn(GOOD_PASSWORD);
    for (let i = 0; i < 5; i++) await guess(second.session.token);
    const third = await signIn(GOOD_PASSWORD);
    expect(await guess(third.session.token)).toBe('too-many-attempts');
  });

  test('a recovery code works once, however it is written', async () => {
    const { people } = world;
    const { codes } = await enrolTotp(people, (await makeMember(people)).token);
    expect(new Set(codes).size).toBe(10);
    const [code = ''] = codes;
    expect(code).toMatch(/^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$/);
    const recover = async (code_: string) => {
      const { session } = await signIn(GOOD_PASSWORD);
      return await codeOf(
        signInWithCode(people, { factor: 'recovery-code', code: code_, token: session.token, client }),
      );
    };
    expect(await recover(` ${code.toLowerCase().replaceAll('-', ' ')} `)).toBe('no error');
    expect(await recover(code)).toBe('recovery-code-refused');
    const stored = await people.store.read.selectFrom('people_recovery_codes').select('code_hash').execute();
    expect(JSON.stringify(stored)).not.toContain(code.replaceAll('-', ''));
  });

  test('the time between the factors is ten minutes', async () => {
    const { people, clock } = world;
    const { secret } = await enrolTotp(people, (await makeMember(people)).token);
    const { session } = await signIn(GOOD_PASSWORD);
    clock.passSeconds(601);
    const code = hotp(secret, totpStep(clock.nowMs));
    expect(await codeOf(signInWithCode(people, { factor: 'totp', code, token: session.token, client }))).toBe(
      'sign-in-expired',
    );
  });

  test('a code of one person opens nothing for another', async () => {
    const { people, clock } = world;
    const { secret } = await enrolTotp(people, (await makeMember(people)).token);
    await enrolTotp(people, (await makeAdministrator(people)).token);
    clock.passSeconds(60);
    const { session } = await signIn(GOOD_PASSWORD, 'ada@example.org');
    const code = hotp(secret, totpStep(clock.nowMs));
    expect(await codeOf(signInWithCode(people, { factor: 'totp', code, token: session.token, client }))).toBe(
      'code-refused',
    );
  });
});
