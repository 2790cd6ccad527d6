import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PreparedPolicies } from '../../src/access/policies/prepared-policies.ts';
import { defaultPolicies } from '../../src/access/policies/default-policies.ts';
import { REPORT_SECURITY_POLICY } from '../../src/access/reviews/report/html.ts';
import { Reviews } from '../../src/access/reviews/reviews.ts';
import { openServiceAccess, type ServiceAccess } from '../../src/access/services/open-services.ts';
import { reviewBindings } from '../../src/server/routes/reviews.ts';
import { serviceBindings } from '../../src/server/routes/services.ts';
import { makeTestStore, type TestStore } from '../build/store.ts';
import { testServer, type TestServer } from '../server/test-server.ts';
import { addPerson, callerOf, testAuthorizer, testBus, testClock, testCounters } from './fixture.ts';

const FORM = 'application/x-www-form-urlencoded';

/** As the server is called: nothing else is answered. */
const HOST = '127.0.0.1:4800';

describe('the routes of services and reviews', () => {
  const clock = testClock();
  let testStore: TestStore;
  let programs: ServiceAccess;
  let server: TestServer;
  let serviceId: string;
  let secret: string;
  let keyId: string;
  let owner: string;

  beforeAll(async () => {
    testStore = await makeTestStore({ clock, enqueue: async () => 'job' });
    const { store } = testStore;
    const bus = testBus();
    programs = openServiceAccess({
      store,
      bus,
      clock,
      counters: testCounters(clock),
      authorizer: testAuthorizer(() => true),
      grantsOf: async () => new Map(),
      onFault: () => undefined,
    });
    const policies = { version: 1, text: defaultPolicies, prepared: new PreparedPolicies(defaultPolicies) };
    const reviews = new Reviews({
      store,
      bus,
      clock,
      policies: async () => policies,
      unusedDays: 90,
      hasWebhook: false,
    });
    server = testServer({
      bindings: [...serviceBindings, ...reviewBindings],
      services: { programs, reviews },
      authenticator: { resolveBearer: (shown, from) => programs.bearers.resolve(shown, from) },
      decide: () => ({ allowed: true }),
    });
    owner = await addPerson(store, { name: 'Ada' });
    const service = await programs.accounts.make(callerOf('person', owner), { name: 'trainer', description: '' });
    serviceId = service.id;
    const issued = await programs.keys.issue(callerOf('person', owner), serviceId, {
      name: 'k',
      scopes: ['models.read', 'services.read', 'reviews.run', 'reviews.read'],
      networks: [],
      expiresInDays: 1,
    });
    ({ secret } = issued);
    keyId = issued.key.id;
  });

  afterAll(async () => {
    await server.app.close();
    await programs.close();
    await testStore.end();
  });

  const inject = ({ headers, ...options }: InjectOptions) =>
    server.app.inject({ ...options, headers: { host: HOST, ...headers } });
  const token = (form: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) =>
    inject({
      method: 'POST',
      url: '/oauth/token',
      headers: { 'content-type': FORM, ...headers },
      payload: new URLSearchParams(form).toString(),
    });
  const basic = (id: string, password: string) => ({
    authorization: `Basic ${Buffer.from(`${id}:${password}`).toString('base64')}`,
  });

  test('a token is had with a form, by HTTP Basic or in the body, and works (RFC 6749 sections 2.3.1, 4.4, 5.1)', async () => {
    const first = await token({ grant_type: 'client_credentials', scope: 'models.read' }, basic(keyId, secret));
    expect(first.statusCode).toBe(200);
    expect(first.headers['cache-control']).toBe('no-store');
    expect(first.json()).toEqual({
      access_token: expect.stringMatching(/^vst_/) as string,
      token_type: 'Bearer',
      expires_in: 900,
      scope: 'models.read',
    });
    const second = await token({
      grant_type: 'client_credentials',
      client_id: serviceId,
      client_secret: secret,
      resource: 'x',
    });
    expect(second.statusCode).toBe(200);
    const { access_token: shown } = second.json<{ access_token: string }>();
    const seen = await inject({ url: '/api/services', headers: { authorization: `Bearer ${shown}` } });
    expect(seen.statusCode).toBe(200);
    expect(seen.json()).toMatchObject({ items: [{ id: serviceId, owner: { name: 'Ada' }, keys: 1 }] });
  });

  test.each([
    ['no grant type', {}, {}, 400, 'invalid_request'],
    ['another grant type', { grant_type: 'password' }, {}, 400, 'unsupported_grant_type'],
    ['no client', { grant_type: 'client_credentials' }, {}, 401, 'invalid_client'],
    ['a wrong client', { grant_type: 'client_credentials' }, basic('nobody', 'nothing'), 401, 'invalid_client'],
    [
      'two ways at once',
      { grant_type: 'client_credentials', client_secret: 'x' },
      basic('a', 'b'),
      400,
      'invalid_request',
    ],
  ] as const)('%s is refused as RFC 6749 section 5.2 says', async (_what, form, headers, status, code) => {
    const answer = await token(form, headers);
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['www-authenticate']).toEqual(status === 401 ? expect.stringMatching(/^Basic /) : undefined);
    expect(answer.json()).toEqual({ error: code, error_description: expect.any(String) as string });
  });

  test('a token is revoked with status 200, and so is what was never one (RFC 7009 section 2.2)', async () => {
    const issued = await token({ grant_type: 'client_credentials' }, basic(keyId, secret));
    const { access_token: shown } = issued.json<{ access_token: string }>();
    for (const text of [shown, 'nonsense']) {
      const answer = await inject({
        method: 'POST',
        url: '/oauth/revoke',
        headers: { 'content-type': FORM },
        payload: new URLSearchParams({ token: text, token_type_hint: 'access_token' }).toString(),
      });
      expect(answer.statusCode).toBe(200);
    }
    const after = await inject({ url: '/api/services', headers: { authorization: `Bearer ${shown}` } });
    expect(after.statusCode).toBe(401);
    expect(after.json()).toMatchObject({ code: 'credential-revoked', hint: expect.any(String) as string });
    expect(after.headers['content-type']).toMatch(/^application\/problem\+json/);
  });

  test('reports come as a page with its own security policy, a table and a record to save', async () => {
    const { store } = testStore;
    const reviewer = await addPerson(store, { name: 'Bob' });
    await store.change(async ({ sql }) => {
      await sql
        .insertInto('grants')
        .values({
          id: 'grt_00000000000000000000000001',
          principal_kind: 'person',
          principal_id: owner,
          role: 'member',
          scope_kind: 'server',
          scope_id: '',
          conditions: '{}',
          reason: '',
          given_by_kind: null,
          given_by_id: null,
          created_at: clock.now,
          expires_at: null,
          revoked_at: null,
          last_used_at: null,
          changed_epoch: 1,
        })
        .execute();
    });
    const bearer = { authorization: `Bearer ${secret}` };
    const started = await inject({
      method: 'POST',
      url: '/api/reviews',
      headers: bearer,
      payload: { name: 'q1', dueAt: new Date(clock.now + 86_400_000).toISOString(), reviewers: [reviewer] },
    });
    expect(started.statusCode).toBe(201);
    const { id } = started.json<{ id: string }>();
    const get = (format: string) => inject({ url: `/api/reviews/${id}/report.${format}`, headers: bearer });
    const html = await get('html');
    expect(html.headers['content-security-policy']).toBe(REPORT_SECURITY_POLICY);
    expect(html.headers['content-type']).toBe('text/html; charset=utf-8');
    const csv = await get('csv');
    expect(csv.headers['content-disposition']).toBe(`attachment; filename="access-review-${id}.csv"`);
    expect(csv.body.split('\r\n')).toHaveLength(3);
    const json = await get('json');
    expect(json.headers['content-type']).toMatch(/^application\/json/);
    expect(json.json()).toMatchObject({ format: 'vouchsafe access review 1', campaign: { id } });
    const unknown = await inject({ url: '/api/reviews/cmp_00000000000000000000000000', headers: bearer });
    expect(unknown.json()).toMatchObject({ status: 404, code: 'campaign-unknown' });
  });
});
