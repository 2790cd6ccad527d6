import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/server/test-server.ts';

let folder: string;
let server: TestServer;
const script = `console.log('${'x'.repeat(5000)}');`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vouchsafe-console-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>console</title>');
  writeFileSync(join(folder, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(join(folder, 'assets', 'main-1a2b3c.js'), script);
  writeFileSync(join(folder, 'assets', 'main-1a2b3c.js.map'), '{"sources":["secret"]}');
  server = testServer({ consoleFolder: folder });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const get = (url: string, headers: Record<string, string> = {}) =>
  server.app.inject({ url, headers: { host: 'localhost:4800', accept: 'text/html', ...headers } });

describe('the console', () => {
  test.each(['/', '/people', '/people/per_01J8Z3AAAAAAAAAAAAAAAAAAAA', '/ledger/17', '/set-up', '/nothing-yet'])(
    'answers %s with its first page, which may use nothing but files of this server',
    async (url) => {
      const reply = await get(url);
      expect([reply.statusCode, reply.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
      expect(reply.headers['content-security-policy']).toContain("script-src 'self'");
      expect(reply.headers['content-security-policy']).not.toMatch(/unsafe|https?:|\*/);
      expect(reply.headers['cache-control']).toBe('no-cache');
    },
  );

  test.each([
    '/api/none',
    '/api',
    '/problems/none',
    '/assets/none.js',
    '/favicon.ico',
    '/.env',
    '/index',
    '/oauth/x',
    '/a.b',
  ])('does not pretend that %s is a page', async (url) => {
    const reply = await get(url);
    // A word alone could be a page: that is for the console to say.
    if (url === '/index') expect(reply.statusCode).toBe(200);
    else expect([url, reply.statusCode, reply.json<{ code: string }>().code]).toEqual([url, 404, 'not-found']);
  });

  test('gives programs a problem instead of a page', async () => {
    expect((await get('/people', { accept: 'application/json' })).statusCode).toBe(404);
  });

  test('lets browsers keep what has a hash in its name, and compresses it', async () => {
    const plain = await get('/assets/main-1a2b3c.js');
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(plain.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(plain.body).toBe(script);
    const brotli = await get('/assets/main-1a2b3c.js', { 'accept-encoding': 'gzip, br' });
    expect(brotli.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(brotli.rawPayload).toString()).toBe(script);
    const gzip = await get('/assets/main-1a2b3c.js', { 'accept-encoding': 'gzip' });
    expect(gunzipSync(gzip.rawPayload).toString()).toBe(script);
    const known = await get('/assets/main-1a2b3c.js', { 'if-none-match': String(plain.headers.etag) });
    expect([known.statusCode, known.body]).toEqual([304, '']);
  });

  test('serves no file of a kind that a console does not need, such as a map of the sources', async () => {
    expect((await get('/assets/main-1a2b3c.js.map')).statusCode).toBe(404);
  });

  test('is not there where it was not built, and nothing else is in its place', async () => {
    const { app } = testServer({ consoleFolder: join(folder, 'none') });
    expect((await app.inject({ url: '/', headers: { host: 'localhost:4800' } })).statusCode).toBe(404);
  });
});
