import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeClient, ProblemError } from '../../src/contract/client.ts';
import {
  type Administrator,
  inviteVisitor,
  makeKey,
  type RealServer,
  setUpAdministrator,
  startRealServer,
  stepUp,
  type Visitor,
} from './real-server.ts';

let server: RealServer;
let administrator: Administrator;

beforeAll(async () => {
  server = await startRealServer();
  administrator = await setUpAdministrator(server);
});

afterAll(() => server.stop());

/** A `fetch` as a page of the server has it: with its cookie and its origin. */
const pageFetch =
  (visitor: Visitor): typeof fetch =>
  async (input, init) =>
    fetch(input, {
      ...init,
      headers: {
        ...(init?.headers as Record<string, string>),
        cookie: visitor.cookie ?? '',
        origin: server.origin,
      },
    });

const problemOf = async (call: Promise<unknown>): Promise<ProblemError> =>
  call.then(
    () => {
      throw new Error('expected a problem');
    },
    (error: unknown) => {
      if (error instanceof ProblemError) return error;
      throw error;
    },
  );

describe('the typed client', () => {
  test('calls with a key, with parameters in path and query', async () => {
    const { secret, serviceId } = await makeKey(administrator, ['services.read', 'people.read', 'ledger.read']);
    await administrator.visitor.send('POST', '/api/grants', {
      principal: { kind: 'service', id: serviceId },
      role: 'auditor',
      scope: { kind: 'server' },
      reason: 'test',
    });
    const client = makeClient({ origin: server.origin, bearer: secret });
    expect(await client.services.show({ params: { serviceId } })).toMatchObject({ id: serviceId, state: 'active' });
    const { items, next } = await client.people.list({ query: { limit: 1 } });
    expect([items.length, next]).toEqual([1, null]);
    const checkpoint = await client.ledger.tlogCheckpoint();
    expect(await checkpoint.text()).toContain('/ledger\n');
    expect((await client.health.ready()).status).toBe('ok');
  });

  test('throws what the server refused, with its code', async () => {
    const client = makeClient({ origin: server.origin, bearer: 'vsk_wrong' });
    const problem = await problemOf(client.me.show());
    expect([problem.code, problem.status, problem.problem.instance?.startsWith('req_')]).toEqual([
      'unauthenticated',
      401,
      true,
    ]);
    const invalid = await problemOf(
      makeClient({ origin: server.origin }).signIn.password({ body: { email: 'x' } as never }),
    );
    expect(invalid.problem.errors?.map(({ path }) => path)).toEqual(['body.password']);
  });

  test('says so where something else answered', async () => {
    const proxy: typeof fetch = async () => new Response('<h1>Bad gateway</h1>', { status: 502 });
    expect((await problemOf(makeClient({ fetch: proxy }).me.show())).code).toBe('unexplained-answer');
  });

  test('changes something as a page does, with the token of the session', async () => {
    const client = makeClient({
      origin: server.origin,
      fetch: pageFetch(administrator.visitor),
      csrfToken: () => administrator.visitor.csrf,
    });
    const made = await client.projects.make({ body: { name: 'By the client' } });
    expect(made.classification).toBe('internal');
    expect(await client.projects.show({ params: { projectId: made.id } })).toEqual(made);
    const without = makeClient({ origin: server.origin, fetch: pageFetch(administrator.visitor) });
    expect((await problemOf(without.projects.make({ body: { name: 'x' } }))).code).toBe('csrf-refused');
  });

  test('asks for a recent passkey once, and repeats the call', async () => {
    const { visitor, authenticator } = administrator;
    let asked = 0;
    const client = makeClient({
      origin: server.origin,
      csrfToken: () => visitor.csrf,
      // As the server answers once the passkey was used too long ago, which is later than a test can wait for.
      fetch: async (input, init) =>
        asked === 0 && new Request(input).url.endsWith('/keys')
          ? Response.json(stepUpProblem, { status: 403 })
          : pageFetch(visitor)(input, init),
      onStepUp: async () => {
        asked++;
        await stepUp(visitor, authenticator);
        return true;
      },
    });
    const service = await client.services.make({ body: { name: 'robot' } });
    const issued = await client.keys.issue({
      params: { serviceId: service.id },
      body: { name: 'first', scopes: ['people.read'] },
    });
    expect([asked, issued.key.state]).toEqual([1, 'active']);
  });
});

const stepUpProblem = { type: 'x', title: 'x', status: 403, detail: 'x', code: 'step-up-required' };

describe('the overview', () => {
  test('shows what there is, what happened, and what somebody should look at', async () => {
    const { visitor } = administrator;
    await inviteVisitor(administrator, { name: 'Sec', email: 'sec@example.org', role: 'security' });
    for (let i = 0; i < 12; i++) {
      await server.send('POST', '/api/sign-in/password', {
        body: { email: `nobody${i}@example.org`, password: 'wrong' },
      });
    }
    const { json } = await visitor.send('GET', '/api/overview');
    const kinds = (json['attention'] as { kind: string }[]).map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['single-administrator', 'strong-factor-missing', 'failed-sign-ins']));
    expect(kinds).not.toContain('checkpoint-late');
    expect(json['counts']).toMatchObject({
      people: 2,
      services: 2,
      activeKeys: 2,
      openReviews: 0,
      proposals: 0,
      jobsFailed: 0,
    });
    const days = json['activity'] as { day: string; signIns: number; failedSignIns: number }[];
    expect(days).toHaveLength(14);
    expect(days.at(-1)).toMatchObject({ day: new Date().toISOString().slice(0, 10) });
    expect(days.at(-1)?.failedSignIns).toBeGreaterThanOrEqual(12);
  });

  test('tells how the server is set up, and no secret', async () => {
    const { json } = await administrator.visitor.send('GET', '/api/server');
    expect(json).toMatchObject({
      origin: server.origin,
      column: { records: 'sqlite', blobs: 'folder', jobs: 'embedded', counters: 'memory' },
      tls: 'none',
    });
  });
});
