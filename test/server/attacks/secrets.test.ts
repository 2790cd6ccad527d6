import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hotp } from '../../../src/access/people/totp/totp.ts';
import { GOOD_PASSWORD } from '../../build/people.ts';
import { base32Bytes } from '../../build/people-steps.ts';
import { testServer } from '../test-server.ts';
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

let server: RealServer;
let administrator: Administrator;
/** Every secret that was used, by what it is. */
const secrets = new Map<string, string>();

beforeAll(async () => {
  server = await startRealServer();
  secrets.set('password', GOOD_PASSWORD);
  secrets.set('set-up token', tokenOf(server.running.setUpLink ?? ''));
  administrator = await setUpAdministrator(server);
  secrets.set('session', (administrator.visitor.cookie ?? '').split('=')[1] ?? '');
  secrets.set('csrf token', administrator.visitor.csrf);
  await useEverything();
});

afterAll(() => server.stop());

/** A day in the life of a server, good and bad. */
async function useEverything(): Promise<void> {
  const { visitor } = await inviteVisitor(administrator, { name: 'Grace Hopper', email: 'grace@example.org' });
  secrets.set('session of another', (visitor.cookie ?? '').split('=')[1] ?? '');
  const { secret } = await makeKey(administrator, ['people.read']);
  secrets.set('key', secret);
  const basic = Buffer.from(`x:${secret}`).toString('base64');
  secrets.set('key in HTTP Basic', basic);
  const headers = { 'content-type': 'application/x-www-form-urlencoded', authorization: `Basic ${basic}` };
  await server.send('POST', '/oauth/token', { raw: 'grant_type=client_credentials', headers });
  await server.send('GET', '/api/people', { headers: { authorization: `Bearer ${secret}` } });
  await server.send('GET', `/api/people?search=${secret}`, { headers: { authorization: `Bearer ${secret}x` } });
  secrets.set('wrong password', 'wrong-horse-battery-staple');
  await new Visitor(server).send('POST', '/api/sign-in/password', {
    email: 'grace@example.org',
    password: 'wrong-horse-battery-staple',
  });
  const totp = await visitor.send('POST', '/api/me/totp');
  secrets.set('secret of an authenticator app', String(totp.json['secret']));
  await useCodesAndLinks(visitor, String(totp.json['secret']));
  secrets.set('link to sign in', 'link-token-of-an-invitation-000000');
  await server.send('POST', '/api/invitations/show', { body: { token: 'link-token-of-an-invitation-000000' } });
  await server.sendBytes(`GET /${secret} HTTP/1.1\r\ncookie: ${secret}\r\nbroken\r\n\r\n`, 500);
}

/** What is shown once: recovery codes, links, a token made from a key. */
async function useCodesAndLinks(visitor: Visitor, secret: string): Promise<void> {
  const step = Math.floor(Date.now() / 30_000);
  const confirmed = await visitor.send('POST', '/api/me/totp/confirm', { code: hotp(base32Bytes(secret), step) });
  const [code = ''] = confirmed.json['codes'] as string[];
  secrets.set('recovery code', code);
  const stranger = new Visitor(server);
  await stranger.send('POST', '/api/sign-in/password', { email: 'grace@example.org', password: GOOD_PASSWORD });
  secrets.set('session that waits for its second factor', (stranger.cookie ?? '').split('=')[1] ?? '');
  await stranger.send('POST', '/api/sign-in/recovery', { code });
  const person = { name: 'Joan', email: 'joan@example.org' };
  const invited = await administrator.visitor.send('POST', '/api/people', person);
  const token = tokenOf(String(invited.json['link']));
  secrets.set('token of an invitation', token);
  await server.send('POST', '/api/invitations/show', { body: { token } });
  await server.send('GET', `/invitation?token=${token}`);
  const key = await makeKey(administrator, ['people.read']);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: key.keyId,
    client_secret: key.secret,
  });
  const issued = await server.send('POST', '/oauth/token', { raw: form.toString(), headers });
  const access = String(issued.json['access_token']);
  secrets.set('access token', access);
  await server.send('GET', '/api/people', { headers: { authorization: `Bearer ${access}` } });
  await server.send('POST', '/oauth/revoke', { raw: new URLSearchParams({ token: access }).toString(), headers });
  await server.send('GET', '/api/people', { headers: { authorization: `Bearer ${access}` } });
}

describe('secrets', () => {
  test('were all used, so that looking for them means something', () => {
    expect(secrets.size).toBeGreaterThanOrEqual(13);
    for (const [what, secret] of secrets) expect([what, secret.length > 12]).toEqual([what, true]);
    expect(secrets.get('access token')).toMatch(/^vst_/);
    expect(secrets.get('recovery code')).toMatch(/^[A-Z2-7]{4}-/);
    expect(server.logged().split('\n').length).toBeGreaterThan(20);
  });

  test('are in no line of the log, and neither are names and addresses of people', () => {
    for (const [what, secret] of secrets) expect([what, server.logged().includes(secret)]).toEqual([what, false]);
    expect(server.logged()).not.toMatch(/grace@example|Grace Hopper|ada@example/i);
  });

  test('are not in what the server keeps', () => {
    for (const file of filesIn(server.folder)) {
      const content = readFileSync(file).toString('latin1');
      for (const [what, secret] of secrets) expect([file, what, content.includes(secret)]).toEqual([file, what, false]);
    }
  });

  test('are kept where nobody else can read', () => {
    for (const file of filesIn(server.folder)) expect([file, statSync(file).mode & 0o077]).toEqual([file, 0]);
  });

  test('that an error quotes are taken out before it is logged', async () => {
    const { app, logged } = testServer({
      bindings: [
        {
          id: 'signIn.password',
          answer: async () => {
            throw new Error('invalid input: "my-secret-phrase" for grace@example.org at cookie-token-1');
          },
        },
      ],
    });
    const reply = await app.inject({
      method: 'POST',
      url: '/api/sign-in/password',
      headers: { host: 'localhost:4800', cookie: 'vouchsafe-4800=cookie-token-1', origin: 'http://localhost:4800' },
      payload: { email: 'grace@example.org', password: 'my-secret-phrase' },
    });
    expect(reply.statusCode).toBe(500);
    expect(logged()).toContain('invalid input');
    expect(logged()).not.toMatch(/my-secret-phrase|grace@example|cookie-token-1/);
  });
});

function filesIn(folder: string): readonly string[] {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
