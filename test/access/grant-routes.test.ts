import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Access } from '../../src/access/access.ts';
import { giveGrant } from '../../src/access/grants/give-grant.ts';
import { defaultPolicies } from '../../src/access/policies/default-policies.ts';
import type { Role } from '../../src/contract/actions.ts';
import { grantRoutes } from '../../src/contract/routes/grants.ts';
import { policyRoutes } from '../../src/contract/routes/policies.ts';
import { grantBindings } from '../../src/server/routes/grants.ts';
import { policyBindings } from '../../src/server/routes/policies.ts';
import { LocalBus } from '../../src/store/bus/local-bus.ts';
import { makeTestStore, type TestStore } from '../build/store.ts';
import { testServer, type TestServer } from '../server/test-server.ts';
import { addPerson, openTestAccess, testClock } from './fixture.ts';

let at: TestStore;
let access: Access;
let server: TestServer;
const clock = testClock();

beforeEach(async () => {
  at = await makeTestStore({ clock });
  const { store } = at;
  access = await openTestAccess({ store, bus: new LocalBus(), clock });
  server = testServer({
    bindings: [...grantBindings, ...policyBindings],
    services: { store, access, authorizer: access.authorizer, bus: access.bus, clock },
    authenticator: {
      // The secret is the id of somebody who has just proved everything.
      resolveBearer: async (id) => ({
        principal: { kind: 'person', id },
        credential: { kind: 'session', id: 'ses_test' },
        level: 2,
        verifiedAtMs: clock(),
        enrolmentRequired: false,
        scopes: null,
      }),
    },
  });
});

afterEach(async () => {
  await server.app.close();
  await access.close();
  await at.end();
});

async function holder(name: string, role: Role): Promise<string> {
  clock.now += 1;
  const id = await addPerson(at.store, { name });
  const draft = { principal: { kind: 'person', id }, role, scope: { kind: 'server' }, reason: 'test' } as const;
  await at.store.change((change) => giveGrant(change, draft, clock()));
  return id;
}

async function send(id: string, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object) {
  const headers = { host: 'localhost:4800', authorization: `Bearer ${id}` };
  const reply = await server.app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
  const body: unknown = reply.body === '' ? null : reply.json();
  return { status: reply.statusCode, body: body as Record<string, string> };
}

test('every route of grants and policies is bound once', () => {
  const bound = [...grantBindings, ...policyBindings].map(({ id }) => id);
  expect(bound.toSorted()).toEqual([...grantRoutes, ...policyRoutes].map(({ id }) => id).toSorted());
});

test('a grant, from giving to taking', async () => {
  const [boss, tim] = [await holder('Boss', 'administrator'), await addPerson(at.store, { name: 'Tim' })];
  const project = await send(boss, 'POST', '/api/projects', { name: 'Vision' });
  expect(project).toMatchObject({ status: 201, body: { name: 'Vision', classification: 'internal', grants: 0 } });
  const scope = { kind: 'project', id: project.body['id'] };
  expect((await send(tim, 'GET', `/api/projects/${scope.id}`)).status).toBe(403);
  const request = { principal: { kind: 'person', id: tim }, role: 'engineer', scope, reason: 'trains it' };
  const given = await send(boss, 'POST', '/api/grants', request);
  expect(given).toMatchObject({
    status: 201,
    body: { scope: { name: 'Vision' }, principal: { name: 'Tim' }, state: 'active' },
  });
  expect((await send(tim, 'GET', `/api/projects/${scope.id}`)).body).toMatchObject({ grants: 1 });
  expect((await send(tim, 'GET', '/api/projects')).body).toMatchObject({ items: [{ name: 'Vision' }] });
  const change = await send(tim, 'PATCH', `/api/projects/${scope.id}`, { name: 'Mine' });
  expect(change).toMatchObject({ status: 403 });
  const listed = await send(boss, 'GET', `/api/grants?principalId=${tim}&state=active`);
  expect(listed.body).toMatchObject({ items: [{ role: 'engineer' }], next: null });
  expect((await send(boss, 'DELETE', `/api/grants/${given.body['id']}?reason=done`)).status).toBe(204);
  expect((await send(tim, 'GET', `/api/projects/${scope.id}`)).status).toBe(403);
  expect((await send(boss, 'DELETE', `/api/grants/${given.body['id']}`)).status).toBe(409);
});

test.each([
  ['a state', { state: 'active' }],
  ['the giver', { givenBy: null }],
  ['a condition with a name that is none', { conditions: { network: ['10.0.0.0/8'] } }],
])('nobody sets %s of a grant unasked: it is refused, not dropped', async (_, more) => {
  const [boss, tim] = [await holder('Boss', 'administrator'), await addPerson(at.store, { name: 'Tim' })];
  const request = {
    principal: { kind: 'person', id: tim },
    role: 'member',
    scope: { kind: 'server' },
    reason: 'x',
    ...more,
  };
  expect(await send(boss, 'POST', '/api/grants', request)).toMatchObject({ status: 400 });
  expect((await send(boss, 'GET', `/api/grants?principalId=${tim}`)).body).toMatchObject({ items: [] });
});

test.each([
  ['U+0000', 'x\0'],
  ['half a surrogate pair', 'x\ud800'],
])('a text with %s is refused wherever it stands: no store and no entry keeps it as it is', async (_, text) => {
  const [boss, tim] = [await holder('Boss', 'administrator'), await addPerson(at.store, { name: 'Tim' })];
  const principal = { kind: 'person', id: tim };
  const bodies = [
    ['/api/grants', { principal, role: 'member', scope: { kind: 'server' }, reason: text }],
    ['/api/projects', { name: 'Vision', description: text }],
    ['/api/policies', { text: `${defaultPolicies}// ${text}`, comment: 'c', basedOn: 1 }],
    ['/api/policies', { text: `${defaultPolicies}// more`, comment: text, basedOn: 1 }],
  ] as const;
  for (const [url, body] of bodies) {
    const reply = await send(boss, 'POST', url, body);
    expect(reply, url).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  }
});

test('policies, from checking to approving', async () => {
  const [ann, bob] = [await holder('Ann', 'administrator'), await holder('Bob', 'security')];
  expect((await send(ann, 'GET', '/api/policies/schema')).body['schema']).toContain('entity Person in [Role]');
  const broken = await send(ann, 'POST', '/api/policies/check', { text: 'permit (' });
  expect(broken).toMatchObject({ status: 200, body: { valid: false, faults: [{ severity: 'error' }] } });
  const text = `${defaultPolicies}\n@id("closed") forbid (principal, action == Action::"models.write", resource);`;
  const proposal = await send(ann, 'POST', '/api/policies', { text, comment: 'freeze', basedOn: 1 });
  expect(proposal).toMatchObject({ status: 201, body: { version: 2, state: 'proposed', proposedBy: { name: 'Ann' } } });
  const own = await send(ann, 'POST', '/api/policies/2/approve', { comment: 'mine' });
  expect(own).toMatchObject({ status: 403, body: { code: 'policy-own-proposal' } });
  expect((await send(bob, 'POST', '/api/policies/2/approve', { comment: 'fine' })).body).toMatchObject({
    state: 'active',
  });
  const sample = { principal: { kind: 'person', id: ann }, action: 'models.write', scope: { kind: 'server' } };
  const tried = await send(bob, 'POST', '/api/policies/try', sample);
  expect(tried.body).toMatchObject({ decision: 'deny', policies: ['closed'] });
  expect((await send(bob, 'GET', '/api/policies/active')).body).toMatchObject({ version: 2, text });
  expect((await send(bob, 'GET', '/api/policies/9')).status).toBe(404);
});

test('who may read policies, but not grants, learns from the tester about nobody but himself', async () => {
  const [ann, bob] = [await holder('Ann', 'administrator'), await holder('Bob', 'security')];
  const mia = await holder('Mia', 'member');
  const text = `${defaultPolicies}
@id("open-policies") permit (principal in Role::"member", action == Action::"policies.read", resource);`;
  await send(ann, 'POST', '/api/policies', { text, comment: 'open', basedOn: 1 });
  expect((await send(bob, 'POST', '/api/policies/2/approve', {})).status).toBe(200);
  const about = { action: 'grants.give', scope: { kind: 'server' } };
  const sample = (id: string) => ({ principal: { kind: 'person', id }, ...about });
  expect((await send(mia, 'GET', '/api/policies/active')).status).toBe(200);
  expect((await send(mia, 'POST', '/api/policies/try', sample(mia))).body).toMatchObject({ decision: 'deny' });
  for (const [url, body] of [
    ['/api/policies/try', sample(ann)],
    ['/api/policies/try', { ...sample(ann), text: defaultPolicies }],
    ['/api/policies/who-could', about],
    ['/api/policies/impact', { text: defaultPolicies }],
  ] as const) {
    expect(await send(mia, 'POST', url, body), url).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect((await send(bob, 'POST', url, body)).status, url).toBe(200);
  }
});
