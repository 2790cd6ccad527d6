import type { InjectOptions } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Access, openAccess } from '../../../src/access/access.ts';
import { giveGrant } from '../../../src/access/grants/give-grant.ts';
import { makeSetUpLink } from '../../../src/access/people/invitations/set-up.ts';
import type { People } from '../../../src/access/people/people.ts';
import { resolveSession } from '../../../src/access/people/sessions/resolve-session.ts';
import { grantPorts } from '../../../src/access/ports.ts';
import { ownAccountBindings } from '../../../src/server/routes/own-account.ts';
import { peopleBindings } from '../../../src/server/routes/people.ts';
import { sessionBindings } from '../../../src/server/routes/session.ts';
import { LocalBus } from '../../../src/store/bus/local-bus.ts';
import { eraseOpenings } from '../../../src/store/ledger/erase.ts';
import { callerOf, GOOD_PASSWORD, makeTestClock, makeTestPeople, type TestClock } from '../../build/people.ts';
import { tokenIn } from '../../build/people-steps.ts';
import { SoftwareAuthenticator } from '../../build/software-authenticator.ts';
import { makeTestStore, type TestStore } from '../../build/store.ts';
import { testServer, type TestServer } from '../../server/test-server.ts';

const ORIGIN = 'http://localhost:4800';

/** A browser with one cookie, which keeps what `me` says. */
class Browser {
  readonly #server: TestServer;
  cookie: string | null = null;
  csrf = '';

  constructor(server: TestServer) {
    this.#server = server;
  }

  async send(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, payload?: object) {
    const options: InjectOptions = {
      method,
      url,
      headers: {
        host: 'localhost:4800',
        'sec-fetch-site': 'same-origin',
        ...(method === 'GET' ? {} : { origin: ORIGIN, 'x-csrf-token': this.csrf }),
        ...(this.cookie === null ? {} : { cookie: this.cookie }),
      },
      ...(payload === undefined ? {} : { payload }),
    };
    const response = await this.#server.app.inject(options);
    const set = response.headers['set-cookie'];
    if (typeof set === 'string') {
      const [pair = ''] = set.split(';');
      this.cookie = pair.endsWith('=') ? null : pair;
    }
    const body: unknown =
      response.body === ''
        ? null
        : response.headers['content-type']?.toString().includes('json')
          ? response.json()
          : response.body;
    return { status: response.statusCode, body: body as never, headers: response.headers };
  }

  async me() {
    const { body } = await this.send('GET', '/api/me');
    this.csrf = (body as { csrfToken: string }).csrfToken;
    return body as { actions: string[]; verifiedAt: string | null; enrolmentRequired: boolean; level: number };
  }
}

describe('accounts over HTTP', () => {
  let at: TestStore;
  let access: Access;
  let people: People;
  let server: TestServer;
  let clock: TestClock;

  beforeEach(async () => {
    at = await makeTestStore();
    clock = makeTestClock();
    const bus = new LocalBus();
    access = await openAccess({
      store: at.store,
      bus,
      clock,
      stepUpSeconds: 300,
      dualControl: 'single-administrator-may',
      onError: () => undefined,
    });
    const ports = {
      ...grantPorts(access),
      eraseOpenings: async ({ sql }: Parameters<ReturnType<typeof grantPorts>['giveRole']>[0], id: string) => {
        await eraseOpenings(sql, id);
      },
    };
    ({ people } = makeTestPeople(at.store, { bus, clock, ports, origin: ORIGIN }));
    server = testServer({
      config: { origin: ORIGIN },
      bindings: [...sessionBindings, ...ownAccountBindings, ...peopleBindings],
      authenticator: { resolveSession: (token, from) => resolveSession(people, token, from) },
      services: { store: at.store, bus, clock, access, authorizer: access.authorizer, people },
    });
  });

  afterEach(async () => {
    await server.app.close();
    await access.close();
    await at.end();
  });

  /** The first administrator with a passkey, verified just now. */
  async function administrator(authenticator = new SoftwareAuthenticator({ origin: ORIGIN })) {
    const browser = new Browser(server);
    const made = await makeSetUpLink(people);
    const request = {
      token: tokenIn(made?.link ?? ''),
      name: 'Ada',
      email: 'ada@example.org',
      password: GOOD_PASSWORD,
    };
    expect(await browser.send('POST', '/api/set-up', request)).toMatchObject({ body: { state: 'enrolment-required' } });
    expect(await browser.me()).toMatchObject({ enrolmentRequired: true, actions: [] });
    expect(await browser.send('GET', '/api/people')).toMatchObject({
      status: 403,
      body: { code: 'enrolment-required' },
    });
    const options = await browser.send('POST', '/api/me/passkeys/options');
    const response = authenticator.create(options.body);
    const added = await browser.send('POST', '/api/me/passkeys', { name: 'laptop', response });
    expect(added).toMatchObject({ status: 201, body: { recoveryCodes: expect.arrayContaining([expect.any(String)]) } });
    await stepUp(browser, authenticator);
    return { browser, authenticator };
  }

  async function stepUp(browser: Browser, authenticator: SoftwareAuthenticator) {
    const options = await browser.send('POST', '/api/me/verify/options');
    const verified = await browser.send('POST', '/api/me/verify', { response: authenticator.get(options.body) });
    expect(verified, JSON.stringify([options, verified])).toMatchObject({ status: 200 });
    await browser.me();
  }

  async function member(admin: Browser, more: object = {}) {
    const invited = await admin.send('POST', '/api/people', { name: 'Grace', email: 'grace@example.org', ...more });
    expect(invited.status).toBe(201);
    const { link, personId } = invited.body as { link: string; personId: string };
    const browser = new Browser(server);
    const token = tokenIn(link);
    expect(await browser.send('POST', '/api/invitations/show', { token })).toMatchObject({
      body: { email: 'grace@example.org' },
    });
    const accepted = await browser.send('POST', '/api/invitations/accept', {
      token,
      name: 'Grace',
      password: GOOD_PASSWORD,
    });
    expect(accepted.status).toBe(200);
    await browser.me();
    return { browser, personId };
  }

  test('from the set-up link to an invited member, and what each may', async () => {
    const { browser: admin } = await administrator();
    expect(await admin.me()).toMatchObject({ enrolmentRequired: false, level: 2 });
    const { browser, personId } = await member(admin, { role: 'member' });
    expect((await browser.me()).actions).not.toContain('people.read');
    expect(await browser.send('GET', '/api/people')).toMatchObject({ status: 403 });
    const listed = await admin.send('GET', '/api/people?search=GRACE');
    expect(listed.body).toMatchObject({ items: [{ id: personId, state: 'active', roles: ['member'] }], next: null });
    expect(await browser.send('GET', '/api/me/sessions')).toMatchObject({
      body: { items: [{ current: true, level: 1 }] },
    });
  });

  test('nobody without the right to give a role gives it with an invitation', async () => {
    const { browser: admin } = await administrator();
    clock.passSeconds(400);
    const invited = await admin.send('POST', '/api/people', {
      name: 'Eve',
      email: 'eve@example.org',
      role: 'administrator',
    });
    expect(invited).toMatchObject({ status: 403, body: { code: 'step-up-required' } });
  });

  test('disabling ends sessions at once, and needs step-up', async () => {
    const { browser: admin, authenticator } = await administrator();
    const { browser, personId } = await member(admin);
    clock.passSeconds(301);
    const disable = () => admin.send('POST', `/api/people/${personId}/disable`, { reason: 'left the company' });
    expect(await disable()).toMatchObject({ status: 403, body: { code: 'step-up-required' } });
    await stepUp(admin, authenticator);
    expect(await disable()).toMatchObject({ status: 200, body: { state: 'disabled' } });
    expect((await browser.send('GET', '/api/me')).status).toBe(401);
    const again = await new Browser(server).send('POST', '/api/sign-in/password', {
      email: 'grace@example.org',
      password: GOOD_PASSWORD,
    });
    expect(again).toMatchObject({ status: 401, body: { code: 'sign-in-refused' } });
  });

  test('the last administrator is neither disabled nor erased', async () => {
    const { browser: admin } = await administrator();
    const { body } = await admin.send('GET', '/api/people');
    const [{ id }] = (body as { items: [{ id: string }] }).items;
    for (const act of ['disable', 'erase', 'reset']) {
      const refused = await admin.send('POST', `/api/people/${id}/${act}`, { reason: 'test' });
      expect(refused).toMatchObject({ status: 409, body: { code: 'grant-last-administrator' } });
    }
    expect((await admin.send('GET', '/api/me')).status).toBe(200);
  });

  test('the rank of somebody is what he holds on the server at this moment, with its conditions', async () => {
    const { browser: admin } = await administrator();
    const { personId } = await member(admin);
    const draft = { principal: { kind: 'person', id: personId }, role: 'security', scope: { kind: 'server' } } as const;
    await at.store.change(async (change) => {
      await giveGrant(change, { ...draft, conditions: { level: 2 }, reason: 'test' }, clock());
    });
    const ranks = (level: 1 | 2) => people.ports.rolesOnServer(at.store.read, callerOf(personId, { level }));
    expect([await ranks(1), await ranks(2)]).toEqual([[], ['security']]);
  });

  test('an erased person is gone from tables and from what commitments stand for', async () => {
    const { browser: admin } = await administrator();
    const { personId } = await member(admin, { role: 'member' });
    expect((await admin.send('POST', `/api/people/${personId}/erase`, { reason: 'asked for it' })).status).toBe(204);
    expect(await admin.send('GET', `/api/people/${personId}`)).toMatchObject({
      body: { state: 'erased', email: null, name: personId, roles: [] },
    });
    const openings = await at.store.read.selectFrom('ledger_opening').select('value').execute();
    expect(openings.some(({ value }) => /grace/i.test(value))).toBe(false);
    const tables = ['people_data', 'people_passwords', 'people_sessions', 'people_links'] as const;
    for (const table of tables) {
      const rows = await at.store.read.selectFrom(table).selectAll().where('person_id', '=', personId).execute();
      expect(rows).toEqual([]);
    }
    expect((await admin.send('POST', '/api/people', { name: 'Grace', email: 'grace@example.org' })).status).toBe(201);
  });

  test('a reset ends every factor, and the link begins again', async () => {
    const { browser: admin } = await administrator();
    const { browser, personId } = await member(admin);
    const reset = await admin.send('POST', `/api/people/${personId}/reset`, { reason: 'lost the telephone' });
    expect(reset).toMatchObject({ status: 200, body: { personId } });
    expect((await browser.send('GET', '/api/me')).status).toBe(401);
    const token = tokenIn((reset.body as { link: string }).link);
    const back = await new Browser(server).send('POST', '/api/invitations/accept', {
      token,
      name: 'Grace',
      password: `${GOOD_PASSWORD} again`,
    });
    expect(back).toMatchObject({ status: 200, body: { state: 'signed-in' } });
  });

  test('nobody writes his own role or state with what he may change', async () => {
    const { browser: admin } = await administrator();
    const { browser } = await member(admin);
    const sent = await browser.send('PATCH', '/api/me', { name: 'Grace', roles: ['administrator'], state: 'active' });
    expect(sent).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    expect(await browser.send('PATCH', '/api/me', { name: 'Rear Admiral' })).toMatchObject({
      body: { principal: { name: 'Rear Admiral' } },
    });
  });

  test('what changes something needs the token of the session', async () => {
    const { browser: admin } = await administrator();
    admin.csrf = 'wrong';
    expect(await admin.send('POST', '/api/sign-out')).toMatchObject({ status: 403, body: { code: 'csrf-refused' } });
    await admin.me();
    expect((await admin.send('POST', '/api/sign-out')).status).toBe(204);
    expect(admin.cookie).toBeNull();
  });

  test('a password changes with the current one; other sessions end', async () => {
    const { browser: admin } = await administrator();
    const { browser } = await member(admin);
    const other = new Browser(server);
    await other.send('POST', '/api/sign-in/password', { email: 'grace@example.org', password: GOOD_PASSWORD });
    expect((await other.send('GET', '/api/me')).status).toBe(200);
    clock.passSeconds(301);
    const change = (body: object) => browser.send('PUT', '/api/me/password', body);
    const next = 'seven quiet owls on the roof';
    expect(await change({ next })).toMatchObject({ status: 403, body: { code: 'proof-needed' } });
    expect(await change({ current: 'wrong', next })).toMatchObject({ status: 422, body: { code: 'password-wrong' } });
    expect(await change({ current: GOOD_PASSWORD, next: GOOD_PASSWORD })).toMatchObject({
      body: { code: 'password-unchanged' },
    });
    expect(await change({ current: GOOD_PASSWORD, next: 'short' })).toMatchObject({ body: { code: 'password-short' } });
    expect((await change({ current: GOOD_PASSWORD, next })).status).toBe(204);
    expect((await browser.send('GET', '/api/me')).status).toBe(200);
    expect((await other.send('GET', '/api/me')).status).toBe(401);
    expect(await browser.send('POST', '/api/me/totp')).toMatchObject({ status: 403, body: { code: 'proof-needed' } });
    expect((await browser.send('POST', '/api/me/confirm', { password: next })).status).toBe(204);
    expect(await browser.send('POST', '/api/me/totp')).toMatchObject({ status: 200 });
  });

  test('who is refused by a rule that is no policy is in the ledger, and so is a set-up that failed', async () => {
    const made = await makeSetUpLink(people);
    const request = { token: tokenIn(made?.link ?? ''), name: 'Ada', email: 'ada@example.org', password: 'short' };
    const failed = await new Browser(server).send('POST', '/api/set-up', request);
    expect(failed).toMatchObject({ status: 422, body: { code: 'password-short' } });
    const { browser: admin } = await administrator();
    const [passkey] = ((await admin.me()) as unknown as { passkeys: [{ id: string }] }).passkeys;
    const last = await admin.send('DELETE', `/api/me/passkeys/${passkey.id}`);
    expect(last).toMatchObject({ status: 409, body: { code: 'last-strong-factor' } });
    clock.passSeconds(301);
    for (let i = 0; i < 8; i += 1) {
      expect(await admin.send('POST', '/api/me/totp')).toMatchObject({ status: 403, body: { code: 'proof-needed' } });
    }
    const rows = await at.store.read.selectFrom('ledger_entry').select('bytes').orderBy('entry_index').execute();
    const told = rows
      .map(({ bytes }) => JSON.parse(Buffer.from(bytes ?? []).toString('utf8')))
      .filter(({ outcome }) => outcome === 'failure')
      .map(({ activity, reasons }) => `${activity}: ${reasons}`);
    expect(told).toEqual([
      'people.set-up: password-short',
      'access.refuse: last-strong-factor',
      ...Array.from({ length: 5 }, () => 'access.refuse: proof-needed'),
    ]);
  });

  test('a new sign-in ends the session that stood in the cookie', async () => {
    const { browser: admin } = await administrator();
    const { browser } = await member(admin);
    const replaced = new Browser(server);
    replaced.cookie = browser.cookie;
    const credentials = { email: 'grace@example.org', password: GOOD_PASSWORD };
    expect((await browser.send('POST', '/api/sign-in/password', credentials)).status).toBe(200);
    expect(browser.cookie).not.toBe(replaced.cookie);
    expect([(await browser.send('GET', '/api/me')).status, (await replaced.send('GET', '/api/me')).status]).toEqual([
      200, 401,
    ]);
  });

  test('a session that is good for enrolling only does not stay so for ever', async () => {
    const browser = new Browser(server);
    const made = await makeSetUpLink(people);
    const request = {
      token: tokenIn(made?.link ?? ''),
      name: 'Ada',
      email: 'ada@example.org',
      password: GOOD_PASSWORD,
    };
    await browser.send('POST', '/api/set-up', request);
    await browser.me();
    clock.passSeconds(1500);
    await browser.me();
    expect((await browser.send('POST', '/api/me/passkeys/options')).status).toBe(200);
    // Being seen is written down beside the request.
    await at.store.change(async () => undefined);
    clock.passSeconds(301);
    expect(await browser.send('POST', '/api/me/passkeys/options')).toMatchObject({ body: { code: 'proof-needed' } });
  });

  test('the way back from an identity provider needs no cookie of another site, no script, and leads nowhere else', async () => {
    const stranger = new Browser(server);
    const callback = '/api/sign-in/oidc/local/callback';
    const page = await stranger.send('GET', `${callback}?code=a%22%3E%3Cscript%3E&state=s%26t`);
    expect(page.status).toBe(200);
    expect(page.body).toContain('content="0;url=?code=a%22%3E%3Cscript%3E&amp;state=s%26t&amp;returned=1"');
    expect(page.body).not.toContain('<script');
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'/);
    expect(page.headers['content-security-policy']).not.toContain('sandbox');
    const ended = await stranger.send('GET', `${callback}?code=a&state=s&returned=1`);
    expect([ended.status, ended.headers['location']]).toEqual([303, '/sign-in?error=oidc-refused']);
  });

  test('who waits for the second factor is told which, also after single sign-on', async () => {
    const { browser: admin } = await administrator();
    await admin.send('POST', '/api/sign-out');
    const browser = new Browser(server);
    const step = await browser.send('POST', '/api/sign-in/password', {
      email: 'ada@example.org',
      password: GOOD_PASSWORD,
    });
    expect(step.body).toEqual({ state: 'factor-required', factors: ['passkey', 'recovery-code'] });
    expect(await browser.send('GET', '/api/sign-in')).toMatchObject({
      body: { setUpRequired: false, pending: ['passkey', 'recovery-code'] },
    });
    expect((await browser.send('GET', '/api/me')).status).toBe(401);
    expect((await browser.send('GET', '/api/people')).status).toBe(401);
  });
});
