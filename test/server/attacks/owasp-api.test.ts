import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routes } from '../../../src/contract/routes/index.ts';
import { bindings } from '../../../src/server/routes/index.ts';
import { GOOD_PASSWORD } from '../../build/people.ts';
import {
  type Administrator,
  inviteVisitor,
  makeKey,
  type RealServer,
  setUpAdministrator,
  startRealServer,
  tokenOf,
  Visitor,
} from '../real-server.ts';
import { testServer } from '../test-server.ts';

/** What an identity provider under an attacker's control answers. */
let evil: Server;
let evilAnswer: (send: (status: number, headers: Record<string, string>, body: string | Buffer) => void) => void;
let evilAsked = 0;

let server: RealServer;
let administrator: Administrator;
let member: { readonly visitor: Visitor; readonly id: string };
let other: { readonly visitor: Visitor; readonly id: string };

beforeAll(async () => {
  evil = createServer((_, response) => {
    evilAsked++;
    evilAnswer((status, headers, body) => response.writeHead(status, headers).end(body));
  });
  await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve));
  const { port } = evil.address() as AddressInfo;
  const provider = { clientId: 'vouchsafe', scopes: ['openid'] };
  server = await startRealServer({
    limits: { perPrincipal: { count: 100_000 }, perAddress: { count: 100_000 }, signInPerAddress: { count: 100_000 } },
    fetch: { allowNetworks: ['127.0.0.1/32'], allowHttp: true, timeoutSeconds: 2 },
    oidc: [
      { ...provider, id: 'metadata', name: 'Inside', issuer: 'https://169.254.169.254' },
      { ...provider, id: 'evil', name: 'Evil', issuer: `http://127.0.0.1:${port}` },
    ],
  });
  administrator = await setUpAdministrator(server);
  member = await inviteVisitor(administrator, { name: 'Mallory', email: 'mallory@example.org', role: 'member' });
  other = await inviteVisitor(administrator, { name: 'Grace', email: 'grace@example.org', role: 'member' });
});

afterAll(async () => {
  await server.stop();
  evil.closeAllConnections();
  evil.close();
});

const sessionsOf = async (visitor: Visitor): Promise<readonly { readonly id: string }[]> =>
  (await visitor.send('GET', '/api/me/sessions')).json['items'] as { id: string }[];

/** OWASP API Security Top 10, 2023. */
describe('API1:2023, broken object level authorization', () => {
  test('nobody ends the session of somebody else by its id', async () => {
    const [session] = await sessionsOf(other.visitor);
    const answer = await member.visitor.send('DELETE', `/api/me/sessions/${session?.id ?? ''}`);
    expect(answer.status).toBe(404);
    expect(await sessionsOf(other.visitor)).toHaveLength(1);
  });

  test('nobody sees a project without a grant on it, and what is there looks like what is not', async () => {
    const made = await administrator.visitor.send('POST', '/api/projects', { name: 'Secret project' });
    expect(made.status).toBe(201);
    const { visitor } = await inviteVisitor(administrator, { name: 'Nobody', email: 'nobody@example.org' });
    const real = await visitor.send('GET', `/api/projects/${String(made.json['id'])}`);
    const none = await visitor.send('GET', '/api/projects/prj_01J8Z3AAAAAAAAAAAAAAAAAAAA');
    expect([real.status, none.status]).toEqual([403, 403]);
    expect(real.json['detail']).toBe(none.json['detail']);
    expect((await visitor.send('GET', '/api/projects')).text).not.toContain('Secret project');
  });
});

describe('API2:2023, broken authentication', () => {
  test.each([
    'Bearer ',
    'Bearer null',
    'Bearer undefined',
    'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.',
    'Basic YWRtaW46YWRtaW4=',
    'bearer',
    `Bearer ${'a'.repeat(4000)}`,
    `Bearer ' or '1'='1`,
    'Bearer vsk_00000000_0000000000000000000000000000000000000000000',
  ])('a made-up credential is nobody: %s', async (authorization) => {
    const answer = await server.send('GET', '/api/me', { headers: { authorization } });
    expect([answer.status, answer.json['code']]).toEqual([401, 'unauthenticated']);
  });

  test('a credential in the address is none', async () => {
    const { secret } = await makeKey(administrator, ['people.read']);
    for (const name of ['access_token', 'token', 'key', 'api_key', 'authorization']) {
      expect((await server.send('GET', `/api/people?${name}=${secret}`)).status).toBe(401);
    }
  });

  test('guessing a password comes to an end, and a stranger cannot tell whose account there is', async () => {
    const guess = async (email: string): Promise<[number, unknown, unknown]> => {
      const { status, json } = await server.send('POST', '/api/sign-in/password', {
        body: { email, password: 'wrong' },
      });
      return [status, json['code'], json['detail']];
    };
    expect(await guess('grace@example.org')).toEqual(await guess('nobody-at-all@example.org'));
    const codes = new Set<unknown>();
    for (let i = 0; i < 40; i++) codes.add((await guess('victim@example.org'))[1]);
    expect(codes).toEqual(new Set(['sign-in-refused', 'too-many-attempts']));
  });
});

describe('API3:2023, broken object property level authorization', () => {
  test.each([
    ['PATCH', '/api/me', { name: 'M', role: 'administrator' }],
    ['PATCH', '/api/me', { name: 'M', roles: ['administrator'] }],
    ['PATCH', '/api/me', { name: 'M', email: 'root@example.org' }],
    ['PATCH', '/api/me', { name: 'M', state: 'active', level: 2 }],
    ['PUT', '/api/me/password', { current: GOOD_PASSWORD, next: 'a very other long phrase', personId: 'per_x' }],
    ['POST', '/api/me/verify', { response: {}, verifiedAt: '2099-01-01T00:00:00Z' }],
  ])('nobody writes what he may not: %s %s %j', async (method, path, body) => {
    const answer = await member.visitor.send(method, path, body);
    expect([answer.status, answer.json['code']]).toEqual([400, 'invalid-request']);
    expect(answer.text).toContain('is not known here');
  });

  test('nobody gives himself a role', async () => {
    const grant = { role: 'administrator', scope: { kind: 'server' }, reason: 'because' };
    const forMember = { ...grant, principal: { kind: 'person', id: member.id } };
    expect((await member.visitor.send('POST', '/api/grants', forMember)).status).toBe(403);
    const forOneself = { ...grant, principal: { kind: 'person', id: administrator.id } };
    const answer = await administrator.visitor.send('POST', '/api/grants', forOneself);
    expect([answer.status, answer.json['code']]).toEqual([403, 'grant-to-oneself']);
    expect(((await member.visitor.me())['grants'] as { role: string }[]).map(({ role }) => role)).toEqual(['member']);
  });

  test('no answer holds a hash, a secret or an inner column', async () => {
    const { serviceId } = await makeKey(administrator, ['people.read']);
    const addresses = routes
      .filter(({ method, path }) => method === 'GET' && path.startsWith('/api/') && !path.includes('/events'))
      .map(({ path }) =>
        path.replace(':personId', administrator.id).replace(':serviceId', serviceId).replace(':index', '0'),
      )
      .filter((path) => !path.includes(':'))
      .map((path) => (path.endsWith('/consistency') ? `${path}?from=1` : path))
      // Asks for a name, which no model has here.
      .filter((path) => path !== '/api/registry/model');
    for (const address of addresses) {
      const { status, text } = await administrator.visitor.send('GET', address);
      expect([address, status]).toEqual([address, 200]);
      expect(text).not.toMatch(/argon2|phc|secret_hash|token_hash|secretHash|tokenHash|webauthn_id|public_key|"salt"/);
    }
  });
});

describe('API4:2023, unrestricted resource consumption', () => {
  test('a body, a page, a nesting and an address have limits', async () => {
    const raw = `{"email":"${'a'.repeat(1_100_000)}","password":"x"}`;
    const headers = { 'content-type': 'application/json' };
    const large = await server.send('POST', '/api/sign-in/password', { raw, headers });
    expect([large.status, large.json['code']]).toEqual([413, 'body-too-large']);
    const page = await administrator.visitor.send('GET', '/api/people?limit=100000');
    expect([page.status, page.json['code']]).toEqual([400, 'invalid-request']);
    const deep = await server.send('POST', '/api/sign-in/password', {
      raw: `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
      headers,
    });
    expect([deep.status, deep.json['code']]).toEqual([400, 'malformed-json']);
    const long = await server.send('GET', `/api/people?search=${'a'.repeat(9000)}`);
    expect([long.status, long.json['code']]).toEqual([414, 'address-too-long']);
  });

  test('a body that is announced too large is refused before it is sent', async () => {
    const head = `POST /api/sign-in/password HTTP/1.1\r\nhost: ${server.host}\r\ncontent-type: application/json\r\ncontent-length: 99999999\r\n\r\n`;
    expect(await server.sendBytes(head)).toMatch(/^HTTP\/1\.1 413/);
  });

  test('one address asks so often and no more, and is told how long to wait', async () => {
    const limited = await startRealServer({ limits: { perAddress: { count: 20, windowSeconds: 60 } } });
    const answers = [];
    for (let i = 0; i < 25; i++) answers.push(await limited.send('GET', '/api/sign-in'));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20);
    const last = answers.at(-1);
    expect([last?.status, last?.json['code']]).toEqual([429, 'rate-limited']);
    expect(Number(last?.headers['retry-after'])).toBeGreaterThan(0);
    expect((await limited.send('GET', '/healthz')).status).toBe(200);
    await limited.stop();
  });
});

describe('API5:2023, broken function level authorization', () => {
  test.each(['x-http-method-override', 'x-method-override', 'x-http-method'])(
    '%s changes no method',
    async (header) => {
      const answer = await member.visitor.send('GET', '/api/me', undefined, { [header]: 'DELETE' });
      expect(answer.status).toBe(200);
    },
  );

  test('a member reaches no function of an administrator, whatever the case or ending of its address', async () => {
    for (const path of [
      '/api/people',
      '/API/people',
      '/api/People',
      '/api/people/',
      '/api/people.json',
      '/api/people%20',
    ]) {
      expect([path, (await member.visitor.send('GET', path)).status]).toEqual([
        path,
        path === '/api/people' ? 403 : 404,
      ]);
    }
  });
});

describe('API6:2023, unrestricted access to sensitive business flows', () => {
  test('the set-up link works once, and nobody else can set the server up', async () => {
    const person = { name: 'Eve', email: 'eve@example.org', password: GOOD_PASSWORD };
    const used = tokenOf(server.running.setUpLink ?? '');
    for (const token of [used, 'x'.repeat(43)]) {
      const answer = await server.send('POST', '/api/set-up', { body: { ...person, token } });
      expect([401, 409]).toContain(answer.status);
    }
    expect((await server.send('GET', '/api/sign-in')).json['setUpRequired']).toBe(false);
  });

  test('an invitation is accepted once', async () => {
    const invited = await administrator.visitor.send('POST', '/api/people', { name: 'Zoe', email: 'zoe@example.org' });
    const body = { token: tokenOf(String(invited.json['link'])), name: 'Zoe', password: GOOD_PASSWORD };
    const both = await Promise.all([1, 2, 3].map(() => server.send('POST', '/api/invitations/accept', { body })));
    expect(both.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

describe('API7:2023, server side request forgery', () => {
  test('an issuer inside of the network is not asked', async () => {
    const answer = await new Visitor(server).send('POST', '/api/sign-in/oidc/metadata');
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(answer.json['code']).toMatch(/fetch-refused|oidc-/);
    expect(server.logged()).toContain('is not public');
  });
});

describe('API8:2023, security misconfiguration', () => {
  test('no origin is allowed across sites, and no method but those there are', async () => {
    const preflight = await server.send('OPTIONS', '/api/people', {
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' },
    });
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([405, undefined]);
    const answer = await administrator.visitor.send('GET', '/api/people');
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(
      await server.sendBytes(`TRACE / HTTP/1.1\r\nhost: ${server.host}\r\nx-secret: s\r\n\r\n`, 500),
    ).not.toContain('x-secret');
  });

  test('answers tell nothing of what runs here, and browsers are kept strict', async () => {
    for (const path of ['/api/me', '/api/none', '/healthz', '/api/docs']) {
      const { headers } = await server.send('GET', path);
      expect([path, headers['server'], headers['x-powered-by']]).toEqual([path, undefined, undefined]);
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
    }
  });

  test('a fault says its id and nothing else', async () => {
    const { app, logged } = testServer({
      bindings: [
        {
          id: 'health.live',
          answer: async () => {
            throw new Error('select * from people_passwords where phc = $1');
          },
        },
      ],
    });
    const reply = await app.inject({ url: '/healthz' });
    expect(reply.statusCode).toBe(500);
    expect(reply.json()).toMatchObject({ code: 'internal', detail: 'the server failed' });
    expect(reply.body).not.toMatch(/select|people_passwords|\.ts/);
    expect(logged()).toContain('people_passwords');
  });
});

describe('API9:2023, improper inventory management', () => {
  test.each([
    '/api/v1/people',
    '/api/debug',
    '/api/internal',
    '/debug/pprof',
    '/admin/users',
    '/.env',
    '/.git/config',
    '/swagger.json',
    '/actuator/env',
    '/server-status',
    '/records.db',
    '/keys/server.key',
    '/package.json',
  ])('there is no forgotten %s, also for an administrator', async (path) => {
    const answer = await administrator.visitor.send('GET', path);
    expect([path, answer.status, answer.json['code']]).toEqual([path, 404, 'not-found']);
  });

  test('the published document names every route that is bound', async () => {
    const { json } = await server.send('GET', '/api/openapi.json');
    const paths = json['paths'] as Record<string, Record<string, { operationId: string }>>;
    const documented = Object.values(paths).flatMap((path) => Object.values(path).map((one) => one.operationId));
    expect(documented.sort()).toEqual(bindings.map(({ id }) => id as string).sort());
  });
});

describe('API10:2023, unsafe consumption of APIs', () => {
  const metadata = JSON.stringify({ issuer: 'https://another.example', authorization_endpoint: 'https://a.example/x' });
  test.each([
    ['an answer without end', { status: 200, headers: {}, body: Buffer.alloc(3_000_000, 'a') }],
    ['no JSON', { status: 200, headers: { 'content-type': 'application/json' }, body: '<html>' }],
    ['another issuer', { status: 200, headers: { 'content-type': 'application/json' }, body: metadata }],
    ['a redirect inside', { status: 302, headers: { location: 'http://169.254.169.254/latest' }, body: '' }],
    ['a failure', { status: 500, headers: {}, body: 'secret-of-the-provider' }],
  ])(
    'a provider that answers with %s is refused, and nothing of it is passed on',
    async (_, { status, headers, body }) => {
      evilAsked = 0;
      evilAnswer = (send) => send(status, headers, body);
      const answer = await new Visitor(server).send('POST', '/api/sign-in/oidc/evil');
      expect(answer.status).toBeGreaterThanOrEqual(500);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(answer.text).not.toMatch(/secret-of-the-provider|169\.254|another\.example|<html>/);
      expect(evilAsked).toBeGreaterThan(0);
    },
  );
});
