import { describe, expect, test } from 'vitest';
import { testServer } from '../../test/server/test-server.ts';
import type { Caller } from '../access/caller.ts';
import { problemSchema } from '../contract/problem.ts';

const host = 'localhost:4800';
const person = { kind: 'person', id: 'per_01J8Z3AAAAAAAAAAAAAAAAAAAA' } as const;

const session = {
  principal: person,
  credential: { kind: 'session', id: 'ses_01J8Z3AAAAAAAAAAAAAAAAAAAA' },
  level: 1,
  verifiedAtMs: null,
  enrolmentRequired: false,
  csrfToken: 'csrf-token-of-the-session',
} as const;

const signedIn = { resolveSession: async (token: string) => (token === 'good' ? session : null) };
const cookie = 'vouchsafe-4800=good';

describe('createServer', () => {
  test('answers that the process lives, whatever the host is called', async () => {
    const { app } = testServer();
    const reply = await app.inject({ url: '/healthz', headers: { host: '10.0.0.7:4800' } });
    expect(reply.statusCode).toBe(200);
    expect(reply.json()).toEqual({ status: 'ok', checks: {} });
  });

  test('sends the headers that keep browsers strict with every answer', async () => {
    const { app } = testServer();
    const reply = await app.inject({ url: '/api/none', headers: { host } });
    expect(reply.statusCode).toBe(404);
    expect(reply.headers['x-content-type-options']).toBe('nosniff');
    expect(reply.headers['content-security-policy']).toContain("default-src 'none'");
    expect(reply.headers['strict-transport-security']).toBeUndefined();
  });

  test('refuses whoever has not signed in, as a problem', async () => {
    const { app } = testServer();
    const reply = await app.inject({ url: '/api/server', headers: { host } });
    expect(reply.statusCode).toBe(401);
    expect(reply.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    const problem = problemSchema.parse(reply.json());
    expect(problem).toMatchObject({ code: 'unauthenticated', type: 'http://localhost:4800/problems/unauthenticated' });
    expect(problem.instance).toMatch(/^req_/);
    expect(reply.headers['www-authenticate']).toBe('Bearer realm="vouchsafe"');
  });

  test('refuses what no policy allows, and records it, a few times only', async () => {
    const { app, entries } = testServer({ authenticator: signedIn });
    for (let i = 0; i < 8; i++) {
      const reply = await app.inject({ url: '/api/server', headers: { host, cookie } });
      expect(reply.statusCode).toBe(403);
      expect(reply.json()).toMatchObject({ code: 'forbidden', detail: 'not allowed: nothing allows it' });
    }
    expect(entries).toHaveLength(5);
    expect(entries[0]).toMatchObject({ activity: 'access.refuse', actor: person, decision: 'deny' });
  });

  test('answers what the policies allow', async () => {
    const asked: [Caller['principal'], string][] = [];
    const { app } = testServer({
      authenticator: signedIn,
      decide: ({ principal }, action) => {
        asked.push([principal, action]);
        return { allowed: true };
      },
    });
    const reply = await app.inject({ url: '/metrics', headers: { host, cookie } });
    expect(reply.statusCode).toBe(200);
    expect(reply.headers['content-type']).toContain('text/plain');
    expect(reply.body).toContain('vouchsafe_http_requests_total');
    expect(asked).toEqual([[person, 'server.read']]);
  });

  test('asks for a recent passkey by its own code', async () => {
    const { app } = testServer({ authenticator: signedIn, decide: () => ({ demand: 'step-up' }) });
    const reply = await app.inject({ url: '/api/server', headers: { host, cookie } });
    expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([403, 'step-up-required']);
  });

  test('names the methods of a path, RFC 9110 section 15.5.6', async () => {
    const { app } = testServer();
    const reply = await app.inject({ method: 'DELETE', url: '/api/server', headers: { host } });
    expect([reply.statusCode, reply.headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  test('logs the route by its id and nothing that was sent', async () => {
    const { app, logged } = testServer({ authenticator: signedIn });
    await app.inject({ url: '/api/server?token=very-secret', headers: { host, cookie, 'user-agent': 'spy' } });
    const line = JSON.parse(logged()) as Record<string, unknown>;
    expect(line).toMatchObject({ event: 'answered', route: 'server.state', status: 403, address: '127.0.0.0/24' });
    expect(logged()).not.toMatch(/very-secret|good|spy/);
  });
});
