import { afterEach, beforeEach, expect, test } from 'vitest';
import { addPasskey, beginPasskey, removePasskey } from '../../../src/access/people/own-account/passkey-factor.ts';
import { beginVerify, verifyAgain } from '../../../src/access/people/own-account/verify-again.ts';
import { beginPasskeySignIn, signInWithPasskey } from '../../../src/access/people/sign-in/sign-in-with-passkey.ts';
import { signInWithPassword } from '../../../src/access/people/sign-in/sign-in-with-password.ts';
import { resolveSession } from '../../../src/access/people/sessions/resolve-session.ts';
import { client, codeOf, GOOD_PASSWORD, makeTestPeople, ORIGIN, type TestPeople } from '../../build/people.ts';
import { enrolPasskey, makeAdministrator, makeMember, selfOf } from '../../build/people-steps.ts';
import { type Deviations, SoftwareAuthenticator } from '../../build/software-authenticator.ts';
import { describeEachStore, type TestStore } from '../../build/store.ts';

describeEachStore('passkeys', ({ makeStore }) => {
  let at: TestStore;
  let world: TestPeople;
  let authenticator: SoftwareAuthenticator;

  beforeEach(async () => {
    at = await makeStore();
    world = makeTestPeople(at.store);
    authenticator = new SoftwareAuthenticator({ origin: ORIGIN });
  });

  afterEach(async () => at.end());

  /** Signs in with the passkey alone, as a browser would. */
  async function signIn(deviations: Deviations = {}, from = authenticator) {
    const { options, cookie } = await beginPasskeySignIn(world.people, null);
    const token = cookie?.token ?? null;
    return await signInWithPasskey(world.people, { response: from.get(options, deviations), token, client });
  }

  const lastReason = async () => (await world.entries()).at(-1)?.reasons?.[0] ?? '';

  test('a passkey is enrolled with user verification and lifts the session to level 2', async () => {
    const { people, entries } = world;
    const { token } = await makeAdministrator(people);
    const enrolled = await enrolPasskey(people, token, authenticator);
    expect(enrolled.codes).toHaveLength(10);
    expect(enrolled.token).not.toBe(token);
    expect(await resolveSession(people, token, client)).toBeNull();
    const caller = await resolveSession(people, enrolled.token, client);
    expect(caller).toMatchObject({ level: 2, enrolmentRequired: false, verifiedAtMs: null });
    expect((await entries()).at(-1)).toMatchObject({ activity: 'account.add-passkey', outcome: 'success' });
    const second = await enrolPasskey(people, enrolled.token, new SoftwareAuthenticator({ origin: ORIGIN }));
    expect(second.codes).toHaveLength(0);
  });

  test('a passkey alone signs in at level 2', async () => {
    const { people, clock } = world;
    await enrolPasskey(people, (await makeMember(people)).token, authenticator);
    const { step, session } = await signIn();
    expect(step).toEqual({ state: 'signed-in' });
    expect(await resolveSession(people, session.token, client)).toMatchObject({ level: 2, verifiedAtMs: clock.nowMs });
  });

  test('a passkey is the second factor after a password', async () => {
    const { people } = world;
    await enrolPasskey(people, (await makeMember(people)).token, authenticator);
    const first = await signInWithPassword(people, { email: 'grace@example.org', password: GOOD_PASSWORD, client });
    expect(first.step).toEqual({ state: 'factor-required', factors: ['passkey', 'recovery-code'] });
    const { token } = first.session;
    const { options, cookie } = await beginPasskeySignIn(people, token);
    expect(cookie).toBeNull();
    const response = authenticator.get(options, { isUserVerified: false, userHandle: null });
    const { session, step } = await signInWithPasskey(people, { response, token, client });
    expect(step).toEqual({ state: 'signed-in' });
    // Without user verification it is a second factor, and no step-up.
    expect(await resolveSession(people, session.token, client)).toMatchObject({ level: 2, verifiedAtMs: null });
  });

  test.each<[string, Deviations, RegExp]>([
    ['another origin (phishing)', { origin: 'https://vouchsafe.example.evil.example' }, /origin/],
    ['another RP id', { rpId: 'evil.example' }, /RP ID/i],
    ['no user verification', { isUserVerified: false }, /verif/],
    ['no user presence', { isUserPresent: false }, /present/],
    ['a frame of another site', { crossOrigin: true }, /challenge/],
    ['another challenge', { challenge: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAA' }, /challenge/],
    ['another kind of answer', { type: 'webauthn.create' }, /type/],
    ['no user handle', { userHandle: null }, /whose it is/],
    ['the user handle of somebody else', { userHandle: Buffer.alloc(32, 1).toString('base64url') }, /somebody else/],
  ])('signing in with %s is refused', async (_, deviations, reason) => {
    await enrolPasskey(world.people, (await makeMember(world.people)).token, authenticator);
    expect(await codeOf(signIn(deviations))).toBe('passkey-refused');
    expect(await lastReason()).toMatch(reason);
    expect(await codeOf(signIn())).toBe('no error');
  });

  test.each<[string, Deviations, RegExp]>([
    ['another origin', { origin: 'https://evil.example' }, /origin/],
    ['another RP id', { rpId: 'evil.example' }, /RP ID/i],
    ['no user verification', { isUserVerified: false }, /verif/],
    ['another challenge', { challenge: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAA' }, /challenge/],
    ['a frame of another site', { crossOrigin: true }, /challenge/],
    [
      'an attestation whose certificates name addresses to fetch (SSRF)',
      { attestation: { fmt: 'packed', attStmt: new Map([['x5c', new Map()]]) } },
      /not asked for/,
    ],
    ['an attestation of a platform', { attestation: { fmt: 'apple', attStmt: new Map() } }, /not asked for/],
  ])('enrolling with %s is refused', async (_, deviations, reason) => {
    const { people } = world;
    const { token } = await makeMember(people);
    const options = await beginPasskey(people, await selfOf(people, token));
    const add = async (response: unknown) =>
      codeOf(addPasskey(people, await selfOf(people, token), { name: 'x', response }));
    expect(await add(authenticator.create(options, deviations))).toBe('passkey-refused');
    expect(await lastReason()).toMatch(reason);
  });

  test('an answer counts once, a challenge is over after five minutes, and for one cookie only', async () => {
    const { people, clock } = world;
    await enrolPasskey(people, (await makeMember(people)).token, authenticator);
    const { options, cookie } = await beginPasskeySignIn(people, null);
    const token = cookie?.token ?? '';
    const response = authenticator.get(options);
    const other = await beginPasskeySignIn(people, null);
    expect(await codeOf(signInWithPasskey(people, { response, token: other.cookie?.token ?? '', client }))).toBe(
      'passkey-refused',
    );
    expect(await codeOf(signInWithPasskey(people, { response, token: null, client }))).toBe('passkey-refused');
    const outcomes = await Promise.all(
      [1, 2].map(() => codeOf(signInWithPasskey(people, { response, token, client }))),
    );
    expect(outcomes.toSorted()).toEqual(['no error', 'passkey-refused']);
    expect(await codeOf(signInWithPasskey(people, { response, token, client }))).toBe('passkey-refused');
    // The same challenge, answered anew.
    expect(await codeOf(signInWithPasskey(people, { response: authenticator.get(options), token, client }))).toBe(
      'passkey-refused',
    );
    const late = await beginPasskeySignIn(people, null);
    clock.passSeconds(301);
    expect(
      await codeOf(
        signInWithPasskey(people, {
          response: authenticator.get(late.options),
          token: late.cookie?.token ?? '',
          client,
        }),
      ),
    ).toBe('passkey-refused');
  });

  test('a challenge for one purpose counts for no other', async () => {
    const { people } = world;
    const { token } = await enrolPasskey(people, (await makeMember(people)).token, authenticator);
    const signInOptions = await beginPasskeySignIn(people, token);
    const response = authenticator.get(signInOptions.options);
    expect(await codeOf(verifyAgain(people, await selfOf(people, token), response))).toBe('passkey-refused');
    const verifyOptions = await beginVerify(people, await selfOf(people, token));
    const answer = authenticator.get(verifyOptions);
    expect(await codeOf(signInWithPasskey(people, { response: answer, token, client }))).toBe('passkey-refused');
  });

  test('WebAuthn 3, section 6.1.1: a counter that goes backwards suspends the passkey, and the password is not enough then', async () => {
    const { people, entries } = world;
    await enrolPasskey(people, (await makeMember(people)).token, authenticator);
    await signIn({ count: 10 });
    expect(await codeOf(signIn({ count: 10 }))).toBe('passkey-refused');
    expect((await entries()).at(-1)).toMatchObject({ severity: 'high', outcome: 'failure' });
    expect(await codeOf(signIn({ count: 20 }))).toBe('passkey-refused');
    expect(await lastReason()).toMatch(/suspended/);
    const first = await signInWithPassword(people, { email: 'grace@example.org', password: GOOD_PASSWORD, client });
    expect(first.step).toEqual({ state: 'factor-required', factors: ['recovery-code'] });
  });

  test('a synced passkey, which counts nothing, works again and again', async () => {
    const { people } = world;
    const synced = new SoftwareAuthenticator({ origin: ORIGIN, isSynced: true });
    await enrolPasskey(people, (await makeMember(people)).token, synced);
    for (let i = 0; i < 3; i++) expect((await signIn({}, synced)).step.state).toBe('signed-in');
  });

  test('step-up: verified now, with a new token, only with a passkey of this person and user verification', async () => {
    const { people, clock } = world;
    const { token } = await enrolPasskey(people, (await makeMember(people)).token, authenticator);
    const stranger = new SoftwareAuthenticator({ origin: ORIGIN });
    const { token: other } = await enrolPasskey(people, (await makeAdministrator(people)).token, stranger);
    const verify = async (from: SoftwareAuthenticator, deviations: Deviations = {}) => {
      const self = await selfOf(people, token);
      const options = await beginVerify(people, self);
      // A stranger is not asked for by the options: he answers all the same.
      return verifyAgain(people, self, from.get({ ...options, allowCredentials: [] }, deviations));
    };
    expect(await codeOf(verify(stranger))).toBe('passkey-refused');
    expect(await codeOf(verify(authenticator, { isUserVerified: false }))).toBe('passkey-refused');
    clock.passSeconds(20);
    const { session, verifiedAtMs } = await verify(authenticator);
    expect(verifiedAtMs).toBe(clock.nowMs);
    expect(await resolveSession(people, token, client)).toBeNull();
    const caller = await resolveSession(people, session.token, client);
    expect(caller).toMatchObject({ verifiedAtMs: clock.nowMs, level: 2 });
    const foreign = await beginVerify(people, await selfOf(people, other));
    const answer = authenticator.get({ ...foreign, allowCredentials: [] });
    expect(await codeOf(verifyAgain(people, await selfOf(people, session.token), answer))).toBe('passkey-refused');
  });

  test('a challenge of one session counts for no other session of the same person', async () => {
    const { people } = world;
    const { token } = await enrolPasskey(people, (await makeMember(people)).token, authenticator);
    const { session } = await signIn();
    const options = await beginVerify(people, await selfOf(people, token));
    const answer = authenticator.get(options);
    expect(await codeOf(verifyAgain(people, await selfOf(people, session.token), answer))).toBe('passkey-refused');
  });

  test('a passkey opens an account that somebody has locked by guessing, and lifts the lock', async () => {
    const { people, clock } = world;
    const { personId, token } = await makeMember(people);
    await enrolPasskey(people, token, authenticator);
    await people.store.change(async ({ sql }) => {
      const locked_until = clock.nowMs + 3600_000;
      await sql.updateTable('people').set({ locked_until }).where('id', '=', personId).execute();
    });
    const password = () => signInWithPassword(people, { email: 'grace@example.org', password: GOOD_PASSWORD, client });
    expect(await codeOf(password())).toBe('sign-in-refused');
    expect((await signIn()).step.state).toBe('signed-in');
    expect((await password()).step.state).toBe('factor-required');
  });

  test('the answer that enrolled a passkey enrols no other', async () => {
    const { people } = world;
    const { token } = await makeMember(people);
    const options = await beginPasskey(people, await selfOf(people, token));
    const response = authenticator.create(options);
    const added = await addPasskey(people, await selfOf(people, token), { name: 'a', response });
    expect(await codeOf(addPasskey(people, await selfOf(people, added.session.token), { name: 'b', response }))).toBe(
      'passkey-refused',
    );
  });

  test('the last strong factor of somebody whose role demands one stays', async () => {
    const { people, roles } = world;
    const { personId, token } = await makeMember(people);
    const enrolled = await enrolPasskey(people, token, authenticator);
    roles.set(personId, ['security']);
    expect(await codeOf(removePasskey(people, await selfOf(people, enrolled.token), enrolled.id))).toBe(
      'last-strong-factor',
    );
    roles.set(personId, ['member']);
    expect(await codeOf(removePasskey(people, await selfOf(people, enrolled.token), enrolled.id))).toBe('no error');
    const left = await people.store.read.selectFrom('people_recovery_codes').selectAll().execute();
    expect(left).toHaveLength(0);
  });
});
