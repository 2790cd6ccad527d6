import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GOOD_PASSWORD } from '../../build/people.ts';
import {
  type Administrator,
  inviteVisitor,
  makeKey,
  type RealServer,
  setUpAdministrator,
  startRealServer,
  Visitor,
} from '../real-server.ts';

let server: RealServer;
let administrator: Administrator;

beforeAll(async () => {
  server = await startRealServer({ limits: { perAddress: { count: 100_000 }, perPrincipal: { count: 100_000 } } });
  administrator = await setUpAdministrator(server);
});

afterAll(() => server.stop());

const signIn = (headers: Record<string, string>) =>
  server.send('POST', '/api/sign-in/password', {
    body: { email: 'grace@example.org', password: GOOD_PASSWORD },
    headers,
  });

describe('requests that another site makes a browser send', () => {
  const rename = { name: 'Ada the second' };
  const cases: readonly (readonly [string, Record<string, string>, string])[] = [
    ['from another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 'cross-site'],
    ['from a sister site', { 'sec-fetch-site': 'same-site', origin: 'http://other.localhost' }, 'cross-site'],
    ['from another port', { origin: 'http://localhost:1' }, 'cross-site'],
    ['from nowhere (a sandboxed frame)', { origin: 'null' }, 'cross-site'],
    ['without a word of where from', {}, 'csrf-refused'],
  ];
  test.each(cases)('%s change nothing, even with the token', async (_, headers, code) => {
    const { cookie, csrf } = administrator.visitor;
    const answer = await server.send('PATCH', '/api/me', {
      body: rename,
      headers: { cookie: cookie ?? '', 'x-csrf-token': csrf, ...headers },
    });
    expect([answer.status, answer.json['code']]).toEqual([403, code]);
  });

  test.each(['', 'x', undefined])('change nothing without the token of the session: %s', async (token) => {
    const answer = await server.send('PATCH', '/api/me', {
      body: rename,
      headers: {
        cookie: administrator.visitor.cookie ?? '',
        origin: server.origin,
        ...(token === undefined ? {} : { 'x-csrf-token': token }),
      },
    });
    expect([answer.status, answer.json['code']]).toEqual([403, 'csrf-refused']);
  });

  test('the token of one session is worth nothing with another', async () => {
    const { visitor } = await inviteVisitor(administrator, { name: 'Eve', email: 'eve@example.org' });
    const answer = await server.send('PATCH', '/api/me', {
      body: rename,
      headers: { cookie: administrator.visitor.cookie ?? '', origin: server.origin, 'x-csrf-token': visitor.csrf },
    });
    expect([answer.status, answer.json['code']]).toEqual([403, 'csrf-refused']);
  });

  test('sign nobody in as somebody else (login CSRF)', async () => {
    const answer = await signIn({ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' });
    expect([answer.status, answer.headers['set-cookie']]).toEqual([403, undefined]);
  });

  test('read nothing either', async () => {
    const answer = await server.send('GET', '/api/me', {
      headers: {
        cookie: administrator.visitor.cookie ?? '',
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'no-cors',
      },
    });
    expect([answer.status, answer.json['code']]).toEqual([403, 'cross-site']);
  });
});

describe('sessions', () => {
  test('the cookie is for this host, this site and no script', async () => {
    await inviteVisitor(administrator, { name: 'Grace', email: 'grace@example.org' });
    const [cookie = ''] = (await signIn({ origin: server.origin })).headers['set-cookie'] ?? [];
    expect(cookie).toMatch(
      new RegExp(`^vouchsafe-${server.port}=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; SameSite=Strict; Expires=`),
    );
    expect(cookie).not.toContain('Domain');
  });

  test('a token that an attacker planted becomes nobody’s session (fixation)', async () => {
    const planted = 'A'.repeat(43);
    const visitor = new Visitor(server);
    visitor.cookie = `vouchsafe-${server.port}=${planted}`;
    const answer = await visitor.send('POST', '/api/sign-in/password', {
      email: 'grace@example.org',
      password: GOOD_PASSWORD,
    });
    expect(answer.status).toBe(200);
    expect(visitor.cookie).not.toContain(planted);
    const thief = await server.send('GET', '/api/me', { headers: { cookie: `vouchsafe-${server.port}=${planted}` } });
    expect(thief.status).toBe(401);
  });

  test('a session that ended is nobody’s, at once', async () => {
    const visitor = new Visitor(server);
    await visitor.send('POST', '/api/sign-in/password', { email: 'grace@example.org', password: GOOD_PASSWORD });
    await visitor.me();
    const { cookie } = visitor;
    expect((await visitor.send('POST', '/api/sign-out')).status).toBe(204);
    expect((await server.send('GET', '/api/me', { headers: { cookie: cookie ?? '' } })).status).toBe(401);
  });

  test('two credentials at once are refused, whatever they are', async () => {
    const { secret } = await makeKey(administrator, ['people.read']);
    const cookie = administrator.visitor.cookie ?? '';
    const authorization = `Bearer ${secret}`;
    const both = await server.send('GET', '/api/people', { headers: { cookie, authorization } });
    expect([both.status, both.json['code']]).toEqual([400, 'ambiguous-credentials']);
    const cookies = await server.send('GET', '/api/me', { headers: { cookie: `${cookie}; ${cookie}` } });
    expect([cookies.status, cookies.json['code']]).toEqual([400, 'ambiguous-credentials']);
    const twice = await server.sendBytes(
      `GET /api/people HTTP/1.1\r\nhost: ${server.host}\r\nauthorization: ${authorization}\r\nauthorization: Bearer x\r\nconnection: close\r\n\r\n`,
    );
    expect(twice).toMatch(/^HTTP\/1\.1 400/);
  });

  test('the cookie of a server over TLS is not taken here, nor is any other name', async () => {
    const [, token = ''] = (administrator.visitor.cookie ?? '').split('=');
    for (const name of ['__Host-vouchsafe', 'vouchsafe', 'vouchsafe-1', 'session']) {
      expect((await server.send('GET', '/api/me', { headers: { cookie: `${name}=${token}` } })).status).toBe(401);
    }
  });
});

describe('streams of events', () => {
  /** Reads a stream until it ends, or for so long. */
  async function listen(visitor: Visitor, waitMs: number): Promise<string> {
    const head = `GET /api/events HTTP/1.1\r\nhost: ${server.host}\r\ncookie: ${visitor.cookie ?? ''}\r\nconnection: close\r\n\r\n`;
    return server.sendBytes(head, waitMs);
  }

  test('tell only what the caller may see', async () => {
    const { visitor } = await inviteVisitor(administrator, { name: 'Member', email: 'member@example.org' });
    const heard = [listen(administrator.visitor, 3500), listen(visitor, 3500)];
    await new Promise((resolve) => setTimeout(resolve, 500));
    await administrator.visitor.send('POST', '/api/projects', { name: 'New' });
    const [all = '', little = ''] = await Promise.all(heard);
    expect(all).toContain('text/event-stream');
    expect(all).toMatch(/event: ledger[^]*event: grants/);
    expect(little).toContain('retry:');
    expect(little).not.toContain('event:');
  });

  test('end with the session that opened them', async () => {
    const { visitor, id } = await inviteVisitor(administrator, { name: 'Gone', email: 'gone@example.org' });
    const started = performance.now();
    const heard = listen(visitor, 8000);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await administrator.visitor.send('DELETE', `/api/people/${id}/sessions`)).status).toBe(204);
    await heard;
    expect(performance.now() - started).toBeLessThan(3000);
  });

  test('are bounded for each caller', async () => {
    const { visitor } = await inviteVisitor(administrator, { name: 'Greedy', email: 'greedy@example.org' });
    const heard = await Promise.all(Array.from({ length: 10 }, () => listen(visitor, 1500)));
    expect(heard.filter((text) => text.startsWith('HTTP/1.1 200'))).toHaveLength(8);
    expect(heard.filter((text) => text.startsWith('HTTP/1.1 429'))).toHaveLength(2);
  });
});
