import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RealServer, startRealServer } from '../real-server.ts';

let server: RealServer;

beforeAll(async () => {
  server = await startRealServer({
    limits: { headersSeconds: 1, requestSeconds: 2, keepAliveSeconds: 1, perAddress: { count: 100_000 } },
  });
});

afterAll(() => server.stop());

const json = { 'content-type': 'application/json' };

async function codeOf(method: string, path: string, raw?: string): Promise<readonly [number, unknown]> {
  const answer = await server.send(method, path, raw === undefined ? {} : { raw, headers: json });
  return [answer.status, answer.json['code']];
}

describe('paths that two readers would read differently', () => {
  test.each([
    '/api/%70eople',
    '/api/people%2f..%2f',
    '/api/%2e%2e/people',
    '/api/..%2fpeople',
    '/api//people',
    '//api/people',
    '/api/./people',
    '/api/x/../people',
    '/api\\people',
    '/api/people;x=1',
    '/api/people%00',
    '/api/people%5c',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/assets/../../package.json',
    '/assets/%2e%2e%2f%2e%2e%2fpackage.json',
  ])('%s is refused', async (path) => {
    expect(await codeOf('GET', path)).toEqual([400, 'malformed-path']);
  });

  test.each(['/api/people.', '/api/people/', '/API/PEOPLE', '/Api/people'])('%j leads nowhere', async (path) => {
    const answer = await server.sendBytes(`GET ${path} HTTP/1.1\r\nhost: ${server.host}\r\nconnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 40[04]/);
  });

  test('a percent sign without its digits is a problem like any other', async () => {
    const answer = await server.send('GET', '/api/people/%zz');
    expect([answer.status, answer.json['code']]).toEqual([400, 'malformed-path']);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });
});

describe('parameters', () => {
  test.each([
    '?limit=1&limit=2',
    '?limit[]=1',
    '?__proto__=1',
    '?constructor=1',
    '?unknown=1',
    '?limit=',
    '?limit=1e9',
    '?limit=NaN',
  ])('are not polluted: %s', async (query) => {
    // Of a route that anybody may call, so that it gets as far as its parameters.
    const answer = await server.send('GET', `/api/sign-in${query}`);
    expect([query, answer.status, answer.json['code']]).toEqual([query, 400, 'invalid-request']);
  });
});

describe('bodies', () => {
  test.each([
    ['{"email":"a@example.org","email":"b@example.org","password":"x"}', 'a name twice'],
    ['{"email":"a@example.org","em\\u0061il":"b@example.org","password":"x"}', 'a name twice, once escaped'],
    ['{"__proto__":{"isAdmin":true},"email":"a@example.org","password":"x"}', '__proto__'],
    ['{"\\u005f_proto__":{"isAdmin":true},"email":"a","password":"x"}', '__proto__, escaped'],
    ['{"constructor":{"prototype":{"isAdmin":true}},"email":"a","password":"x"}', 'constructor'],
    [`${'['.repeat(100)}${']'.repeat(100)}`, 'depth'],
    ['['.repeat(1_000_000), 'depth without an end'],
    ['{"email":"\xff"}', 'no UTF-8'],
    ['{"email":', 'no end'],
    ['{"email":"a"} {"email":"b"}', 'two values'],
    ["{'email':'a'}", 'no JSON'],
    ['\ufeff{"email":"a","password":"x"}', 'a byte order mark'],
  ])('%s is refused: %s', async (raw, why) => {
    const bytes = why === 'no UTF-8' ? Buffer.from(raw, 'latin1') : raw;
    const answer = await server.send('POST', '/api/sign-in/password', { raw: bytes, headers: json });
    expect([answer.status, answer.json['code']]).toEqual([400, 'malformed-json']);
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
  });

  test.each([
    'text/plain',
    'application/xml',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'application/json-patch+json',
  ])('of the type %s are refused, so that no form of another site can send one', async (type) => {
    const raw = '{"email":"a@example.org","password":"x"}';
    const answer = await server.send('POST', '/api/sign-in/password', { raw, headers: { 'content-type': type } });
    expect([answer.status, answer.json['code'], answer.headers['accept']]).toEqual([
      415,
      'unsupported-media-type',
      'application/json',
    ]);
  });

  test('are not taken where a route has none', async () => {
    expect(await codeOf('POST', '/api/sign-in/passkey/options', '{"x":1}')).toEqual([400, 'unexpected-body']);
    const withBody = await server.send('GET', '/api/sign-in', { raw: '{}', headers: json });
    expect([withBody.status, withBody.json['code']]).toEqual([400, 'unexpected-body']);
  });
});

describe('requests that two servers would split differently', () => {
  const smuggled = 'GET /api/people HTTP/1.1\r\nhost: evil\r\n\r\n';
  test.each([
    ['content-length and transfer-encoding', 'content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['two lengths', 'content-length: 4\r\ncontent-length: 40\r\n\r\nabcd'],
    ['a length that is no number', 'content-length: +4\r\n\r\nabcd'],
    ['a coding nobody has', 'transfer-encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['a space before the colon', 'content-length : 4\r\n\r\nabcd'],
    ['a folded header', 'x-one: 1\r\n two\r\ncontent-length: 0\r\n\r\n'],
    ['a bare line feed', 'x-one: 1\ncontent-length: 0\r\n\r\n'],
    ['a zero byte', 'x-one: a\0b\r\ncontent-length: 0\r\n\r\n'],
  ])('%s: one refusal, and the connection ends', async (_, rest) => {
    const head = `POST /api/sign-in/password HTTP/1.1\r\nhost: ${server.host}\r\ncontent-type: application/json\r\n`;
    const answer = await server.sendBytes(head + rest + smuggled);
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
    expect(answer).toContain('application/problem+json');
  });

  test('a request without or with two hosts, or with an address of another host, is refused', async () => {
    expect(await server.sendBytes('GET /api/sign-in HTTP/1.1\r\n\r\n', 500)).toMatch(/^HTTP\/1\.1 400/);
    const twice = `GET /api/sign-in HTTP/1.1\r\nhost: ${server.host}\r\nhost: evil\r\nconnection: close\r\n\r\n`;
    expect(await server.sendBytes(twice)).toMatch(/^HTTP\/1\.1 4(00|21)/);
    const absolute = `GET http://evil.example/api/sign-in HTTP/1.1\r\nhost: ${server.host}\r\nconnection: close\r\n\r\n`;
    expect(await server.sendBytes(absolute)).toMatch(/^HTTP\/1\.1 400/);
  });
});

describe('the host that a caller names', () => {
  test.each(['evil.example', 'localhost.evil.example', 'localhost', '127.0.0.1', '[::1]', '0.0.0.0'])(
    '%j is not where the server is (DNS rebinding)',
    async (host) => {
      const answer = await server.send('GET', '/api/sign-in', { headers: { host } });
      expect([answer.status, answer.json['code']]).toEqual([421, 'wrong-host']);
      expect(answer.text).not.toContain('evil');
    },
  );

  test('goes into no link and no answer', async () => {
    const headers = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      forwarded: 'host=evil.example',
    };
    const answer = await server.send('GET', '/api/none', { headers });
    expect(answer.text).not.toContain('evil');
    expect(answer.headers['strict-transport-security']).toBeUndefined();
  });

  test('an address that a stranger claims in x-forwarded-for is not his', async () => {
    const claimed = await server.send('GET', '/api/sign-in', { headers: { 'x-forwarded-for': '203.0.113.7' } });
    expect(claimed.status).toBe(200);
    expect(server.logged()).not.toContain('203.0.113');
  });
});

describe('those who take their time', () => {
  test('headers that are too large are refused', async () => {
    const answer = await server.send('GET', '/api/sign-in', { headers: { 'x-large': 'a'.repeat(20_000) } });
    expect([answer.status, answer.json['code']]).toEqual([431, 'headers-too-large']);
  });

  test('a head or a body that does not arrive is not waited for', async () => {
    const head = await server.sendBytes(`GET /api/sign-in HTTP/1.1\r\nhost: ${server.host}\r\nx-`, 6000);
    expect(head).toMatch(/^HTTP\/1\.1 408/);
    expect(head).toContain('request-timeout');
    const begun = `POST /api/sign-in/password HTTP/1.1\r\nhost: ${server.host}\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{`;
    expect(await server.sendBytes(begun, 8000)).toMatch(/^HTTP\/1\.1 408/);
  }, 20_000);

  test('a connection that does nothing is closed', async () => {
    const started = performance.now();
    await server.sendBytes(`GET /healthz HTTP/1.1\r\nhost: ${server.host}\r\n\r\n`, 8000);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test('many slow callers keep nobody else from being answered', async () => {
    const slow = Array.from({ length: 100 }, () => server.sendBytes('GET / HTTP/1.1\r\nx: ', 3000));
    expect((await server.send('GET', '/healthz')).status).toBe(200);
    await Promise.all(slow);
  });
});
