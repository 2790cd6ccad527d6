import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { invite } from '../../../src/access/people/invitations/invite.ts';
import { beginOidc } from '../../../src/access/people/oidc/begin-oidc.ts';
import { finishOidc } from '../../../src/access/people/oidc/finish-oidc.ts';
import { resolveSession } from '../../../src/access/people/sessions/resolve-session.ts';
import { oidcProviderSettings } from '../../../src/access/people/settings.ts';
import { CLIENT_ID, CLIENT_SECRET, LocalProvider } from '../../build/local-provider.ts';
import { callerOf, client, codeOf, makeTestPeople, type TestPeople } from '../../build/people.ts';
import { enrolTotp, makeAdministrator, makeMember } from '../../build/people-steps.ts';
import { makeTestStore, type TestStore } from '../../build/store.ts';

/** Follows redirects as a browser with a jar would, until one leads back to the server. */
async function browse(location: string): Promise<URL> {
  const jar = new Map<string, string>();
  let at = new URL(location);
  for (let hop = 0; hop < 10 && at.hostname !== 'vouchsafe.example'; hop++) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(at, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const [name = '', ...value] = pair.split('=');
      jar.set(name, value.join('='));
    }
    const next = response.headers.get('location');
    if (next === null) throw new Error(`${at.href} answered ${response.status}: ${await response.text()}`);
    at = new URL(next, at);
  }
  return at;
}

describe('single sign-on with a local identity provider', () => {
  let provider: LocalProvider;
  let at: TestStore;
  let world: TestPeople;
  let counter = 0;

  beforeAll(async () => {
    provider = await LocalProvider.start();
    provider.leadTo('https://vouchsafe.example');
  });

  afterAll(async () => provider.stop());

  beforeEach(async () => {
    at = await makeTestStore();
    world = worldWith({});
    counter += 1;
    provider.subject = `subject-${counter}`;
    provider.claims = { email: 'grace@example.org', email_verified: true, name: 'Grace H.' };
  });

  afterEach(async () => at.end());

  function worldWith(settings: object): TestPeople {
    const local = oidcProviderSettings.parse({
      id: 'local',
      name: 'Local',
      issuer: provider.issuer,
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      ...settings,
    });
    const clock = Object.assign(() => Date.now(), { nowMs: 0, passSeconds: () => undefined });
    return makeTestPeople(at.store, {
      settings: { oidc: [local] },
      fetch: (url, options) => fetch(url, { ...options, body: options.body ?? null }),
      clock,
    });
  }

  async function signIn(cookie: string | null = null) {
    const { people } = world;
    const begun = await beginOidc(people, { providerId: 'local', token: cookie, client });
    const back = await browse(begun.location);
    const query = Object.fromEntries(back.searchParams);
    const token = cookie ?? begun.cookie?.token ?? null;
    return { query, token, finish: () => finishOidc(people, { providerId: 'local', query, token, client }) };
  }

  const end = async (cookie: string | null = null) => (await signIn(cookie)).finish();

  test('somebody who was invited accepts by it, and is linked from then on', async () => {
    const { people, entries } = world;
    const { personId } = await invite(people, callerOf('per_0'), {
      name: 'Grace',
      email: 'Grace@example.org',
      grant: null,
    });
    const first = await end();
    if (first.kind !== 'signed-in') throw new Error('expected a session');
    expect(first.progress.step).toEqual({ state: 'signed-in' });
    expect(await resolveSession(people, first.progress.session.token, client)).toMatchObject({
      level: 1,
      principal: { id: personId },
    });
    provider.claims = { email: 'renamed@example.org', email_verified: false };
    const second = await end();
    expect(second).toMatchObject({ kind: 'signed-in', progress: { step: { state: 'signed-in' } } });
    const recorded = await entries();
    expect(recorded.map(({ activity }) => activity)).toContain('account.link-identity');
    expect(JSON.stringify(recorded)).not.toMatch(/subject-\d|grace@/i);
  });

  test('an address that the provider did not verify opens nothing', async () => {
    await invite(world.people, callerOf('per_0'), { name: 'Grace', email: 'grace@example.org', grant: null });
    provider.claims = { email: 'grace@example.org', email_verified: false };
    expect(await codeOf(end())).toBe('oidc-email-unverified');
    provider.claims = { email: 'grace@example.org' };
    expect(await codeOf(end())).toBe('oidc-email-unverified');
    const identities = await at.store.read.selectFrom('people_identities').selectAll().execute();
    expect(identities).toHaveLength(0);
  });

  test('an account with a password is not taken over by an identity with the same verified address', async () => {
    const { people } = world;
    const { token, personId } = await makeMember(people);
    expect(await codeOf(end())).toBe('oidc-link-needed');
    expect(await end(token)).toEqual({ kind: 'linked' });
    expect(await end()).toMatchObject({ kind: 'signed-in' });
    const identity = await at.store.read.selectFrom('people_identities').selectAll().executeTakeFirstOrThrow();
    expect(identity.person_id).toBe(personId);
    const { token: enrolling } = await makeAdministrator(people);
    const { token: other } = await enrolTotp(people, enrolling);
    expect(await codeOf(end(other))).toBe('oidc-identity-taken');
  });

  test('linking needs a recent proof', async () => {
    const { people } = world;
    const { token } = await makeMember(people);
    await at.store.change(async ({ sql }) => {
      await sql
        .updateTable('people_sessions')
        .set({ proved_at: Date.now() - 301_000 })
        .execute();
    });
    expect(await codeOf(beginOidc(people, { providerId: 'local', token, client }))).toBe('proof-needed');
  });

  test('people are made only where the provider may, and only of its domains', async () => {
    expect(await codeOf(end())).toBe('oidc-person-unknown');
    world = worldWith({ createPeople: true, allowedDomains: ['Example.ORG'] });
    provider.claims = { email: 'eve@example.org.evil.example', email_verified: true };
    expect(await codeOf(end())).toBe('oidc-person-unknown');
    provider.claims = { email: 'grace@example.org', email_verified: true, name: 'Grace H.' };
    expect(await end()).toMatchObject({ kind: 'signed-in' });
    const data = await at.store.read.selectFrom('people_data').selectAll().execute();
    expect(data.map(({ name, email }) => [name, email])).toEqual([['Grace H.', 'grace@example.org']]);
  });

  test('amr counts as two factors only where the operator says which', async () => {
    const caller = async () => {
      const ended = await end();
      if (ended.kind !== 'signed-in') throw new Error('expected a session');
      return await resolveSession(world.people, ended.progress.session.token, client);
    };
    world = worldWith({ createPeople: true, allowedDomains: ['example.org'] });
    provider.claims = { ...provider.claims, amr: ['mfa'] };
    expect(await caller()).toMatchObject({ level: 1 });
    world = worldWith({ strongAmr: ['mfa'] });
    expect(await caller()).toMatchObject({ level: 2, verifiedAtMs: null });
  });

  test('an own second factor is asked for where the provider proves one', async () => {
    const { people } = world;
    const { token } = await makeMember(people);
    await end(token);
    await enrolTotp(people, token);
    const ended = await end();
    expect(ended).toMatchObject({
      kind: 'signed-in',
      progress: { step: { state: 'factor-required', factors: ['totp', 'recovery-code'] } },
    });
  });

  test('state, cookie, nonce and code are bound together, and count once', async () => {
    const { people } = world;
    world = worldWith({ createPeople: true, allowedDomains: ['example.org'] });
    const one = await signIn();
    const other = await signIn();
    const finish = (query: object, token: string | null, providerId = 'local') =>
      codeOf(finishOidc(world.people, { providerId, query: query as Record<string, unknown>, token, client }));
    // Somebody's answer in the browser of somebody else (login CSRF).
    expect(await finish(one.query, other.token)).toBe('oidc-refused');
    expect(await finish(one.query, null)).toBe('oidc-refused');
    expect(await finish({ ...one.query, state: other.query['state'] }, one.token)).toBe('oidc-refused');
    // A code that was given for another sign-in: nonce and PKCE differ.
    expect(await finish({ ...one.query, code: other.query['code'] }, one.token)).toBe('oidc-refused');
    expect(await finish({ state: one.query['state'], error: 'access_denied' }, one.token)).toBe('oidc-refused');
    expect(await finish(one.query, one.token, 'nobody')).toBe('oidc-refused');
    expect(await finish(one.query, one.token)).toBe('no error');
    expect(await finish(one.query, one.token)).toBe('oidc-refused');
    expect(people.rpId).toBe('vouchsafe.example');
  });

  test('RFC 9207: an answer that names another issuer is refused', async () => {
    world = worldWith({ createPeople: true, allowedDomains: ['example.org'] });
    const { query, token } = await signIn();
    const mixedUp = { ...query, iss: 'https://evil.example' };
    expect(await codeOf(finishOidc(world.people, { providerId: 'local', query: mixedUp, token, client }))).toBe(
      'oidc-refused',
    );
  });

  test('a provider that cannot be reached is no way in, and is tried again', async () => {
    let reachable = false;
    const { people } = makeTestPeople(at.store, {
      settings: { oidc: world.people.settings.oidc },
      fetch: (url, options) =>
        reachable ? fetch(url, { ...options, body: options.body ?? null }) : Promise.reject(new Error('refused')),
    });
    expect(await codeOf(beginOidc(people, { providerId: 'local', token: null, client }))).toBe('oidc-unavailable');
    reachable = true;
    expect(await codeOf(beginOidc(people, { providerId: 'local', token: null, client }))).toBe('no error');
    expect(await codeOf(beginOidc(people, { providerId: 'other', token: null, client }))).toBe('oidc-provider-unknown');
  });

  test('settings refuse issuers without TLS and makers of people without domains', () => {
    const settings = { id: 'x', name: 'X', issuer: 'http://idp.example', clientId: 'c' };
    expect(oidcProviderSettings.safeParse(settings).success).toBe(false);
    expect(oidcProviderSettings.safeParse({ ...settings, issuer: 'https://idp.example' }).success).toBe(true);
    expect(
      oidcProviderSettings.safeParse({ ...settings, issuer: 'https://idp.example', createPeople: true }).success,
    ).toBe(false);
  });
});
