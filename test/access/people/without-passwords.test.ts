import { afterEach, beforeEach, expect, test } from 'vitest';
import { acceptInvitation } from '../../../src/access/people/invitations/accept.ts';
import { invite } from '../../../src/access/people/invitations/invite.ts';
import { beginLinkPasskey } from '../../../src/access/people/invitations/link-passkey.ts';
import { makeSetUpLink, setUp } from '../../../src/access/people/invitations/set-up.ts';
import { changePassword } from '../../../src/access/people/own-account/change-password.ts';
import { beginPasskey } from '../../../src/access/people/own-account/passkey-factor.ts';
import { resolveSession } from '../../../src/access/people/sessions/resolve-session.ts';
import { beginPasskeySignIn, signInWithPasskey } from '../../../src/access/people/sign-in/sign-in-with-passkey.ts';
import { signInWithPassword } from '../../../src/access/people/sign-in/sign-in-with-password.ts';
import { accessSettings } from '../../../src/access/people/settings.ts';
import {
  callerOf,
  client,
  codeOf,
  GOOD_PASSWORD,
  makeTestPeople,
  ORIGIN,
  type TestPeople,
} from '../../build/people.ts';
import { makeMember, selfOf, tokenIn } from '../../build/people-steps.ts';
import { SoftwareAuthenticator } from '../../build/software-authenticator.ts';
import { describeEachStore, type TestStore } from '../../build/store.ts';

const { passwords } = accessSettings.parse({ passwords: { isAllowed: false } });

describeEachStore('a server where passwords open nothing', ({ makeStore }) => {
  let at: TestStore;
  let world: TestPeople;
  let authenticator: SoftwareAuthenticator;

  beforeEach(async () => {
    at = await makeStore();
    world = makeTestPeople(at.store, { settings: { passwords } });
    authenticator = new SoftwareAuthenticator({ origin: ORIGIN });
  });

  afterEach(async () => at.end());

  const invited = async (email = 'grace@example.org') => {
    const caller = callerOf('per_00000000000000000000000000');
    const { link, personId } = await invite(world.people, caller, { name: 'Grace', email, grant: null });
    return { token: tokenIn(link), personId };
  };

  const passkeyFor = async (token: string, email?: string) => ({
    name: 'laptop',
    response: authenticator.create(await beginLinkPasskey(world.people, { token, name: 'Grace', email, client })),
  });

  async function signInAlone() {
    const { options, cookie } = await beginPasskeySignIn(world.people, null);
    const attempt = { response: authenticator.get(options), token: cookie?.token ?? null, client };
    return await signInWithPasskey(world.people, attempt);
  }

  test('an invitation is accepted with a passkey, which signs in alone from then on', async () => {
    const { people } = world;
    const { token, personId } = await invited();
    const { step, session } = await acceptInvitation(people, {
      token,
      name: 'Grace',
      passkey: await passkeyFor(token),
      client,
    });
    expect(step).toEqual({ state: 'signed-in' });
    const caller = await resolveSession(people, session.token, client);
    expect(caller).toMatchObject({ principal: { id: personId }, level: 2, verifiedAtMs: null });
    expect((await signInAlone()).step).toEqual({ state: 'signed-in' });
    const accepted = (await world.entries()).find(({ activity }) => activity === 'people.accept');
    expect(accepted).toMatchObject({ outcome: 'success', data: { factor: 'passkey' } });
  });

  test('the first administrator is made with a passkey, and signs in with it', async () => {
    const { people } = world;
    const made = await makeSetUpLink(people);
    const token = tokenIn(made?.link ?? '');
    const passkey = await passkeyFor(token, 'ada@example.org');
    const { step } = await setUp(people, { token, name: 'Ada', email: 'ada@example.org', passkey, client });
    expect(step).toEqual({ state: 'signed-in' });
    expect((await signInAlone()).step).toEqual({ state: 'signed-in' });
  });

  test('a password makes nobody, and leaves the link as it was', async () => {
    const { people } = world;
    const made = await makeSetUpLink(people);
    const setting = { token: tokenIn(made?.link ?? ''), name: 'Ada', email: 'ada@example.org', client };
    expect(await codeOf(setUp(people, { ...setting, password: GOOD_PASSWORD }))).toBe('passwords-closed');
    expect(await at.store.read.selectFrom('people').selectAll().execute()).toEqual([]);
    const { token } = await invited();
    const accepting = { token, name: 'Grace', client };
    expect(await codeOf(acceptInvitation(people, { ...accepting, password: GOOD_PASSWORD }))).toBe('passwords-closed');
    expect(await codeOf(acceptInvitation(people, accepting))).toBe('factor-missing');
    const passkey = await passkeyFor(token);
    expect(await codeOf(acceptInvitation(people, { ...accepting, passkey, password: GOOD_PASSWORD }))).toBe(
      'factor-missing',
    );
    expect(await codeOf(acceptInvitation(people, { ...accepting, passkey }))).toBe('no error');
    expect(await codeOf(acceptInvitation(people, { ...accepting, passkey }))).toBe('link-refused');
  });

  test('a challenge for one link counts for no other, nor does that of an account', async () => {
    const { people } = world;
    const grace = await invited();
    const mallory = await invited('mallory@example.org');
    const passkey = await passkeyFor(mallory.token);
    const accepting = { token: grace.token, name: 'Grace', client };
    expect(await codeOf(acceptInvitation(people, { ...accepting, passkey }))).toBe('passkey-refused');
    const { session } = await acceptInvitation(people, { token: mallory.token, name: 'Mallory', passkey, client });
    const options = await beginPasskey(people, await selfOf(people, session.token));
    const other = { name: 'other', response: new SoftwareAuthenticator({ origin: ORIGIN }).create(options) };
    expect(await codeOf(acceptInvitation(people, { ...accepting, passkey: other }))).toBe('passkey-refused');
    expect(await codeOf(passkeyFor('A'.repeat(43)))).toBe('link-refused');
  });

  test('passwords from before open nothing, and none is set', async () => {
    const { people } = makeTestPeople(at.store, { clock: world.clock });
    const { token } = await makeMember(people);
    const attempt = { email: 'grace@example.org', password: GOOD_PASSWORD, client };
    expect(await codeOf(signInWithPassword(world.people, attempt))).toBe('sign-in-refused');
    const next = 'seven quiet owls on the roof';
    expect(await codeOf(changePassword(world.people, { ...(await selfOf(people, token)) }, { next }))).toBe(
      'passwords-closed',
    );
  });
});
