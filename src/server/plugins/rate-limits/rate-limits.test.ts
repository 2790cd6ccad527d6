import { describe, expect, test } from 'vitest';
import { bind } from '../../routes/bind.ts';
import { testServer } from '../../../../test/server/test-server.ts';

const limits = { perAddress: { count: 3 }, signInPerAddress: { count: 1 } };
const bindings = [
  bind('signIn.options', async () => ({
    password: true,
    passkey: true,
    oidc: [],
    setUpRequired: false,
    pending: [],
  })),
  bind('signIn.totp', async () => ({ state: 'signed-in' as const })),
];

const ask = (app: ReturnType<typeof testServer>['app'], remoteAddress: string) =>
  app.inject({ url: '/api/sign-in', headers: { host: 'localhost:4800' }, remoteAddress });

describe('rates', () => {
  test('an address of version 4 counts for itself', async () => {
    const { app } = testServer({ config: { limits }, bindings });
    const statuses = [];
    for (let at = 0; at < 4; at++) statuses.push((await ask(app, '192.0.2.1')).statusCode);
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect((await ask(app, '192.0.2.2')).statusCode).toBe(200);
  });

  test('addresses of one network of version 6 count together', async () => {
    const { app } = testServer({ config: { limits }, bindings });
    for (let at = 0; at < 3; at++) expect((await ask(app, `2001:db8:0:1::${at + 1}`)).statusCode).toBe(200);
    expect((await ask(app, '2001:db8:0:1:ffff::9')).statusCode).toBe(429);
    expect((await ask(app, '2001:db8:0:2::1')).statusCode).toBe(200);
  });

  test('a mapped address is the one that it maps', async () => {
    const { app } = testServer({ config: { limits }, bindings });
    for (let at = 0; at < 3; at++) await ask(app, '::ffff:192.0.2.1');
    expect((await ask(app, '192.0.2.1')).statusCode).toBe(429);
  });

  test('steps of signing in have a limit of their own', async () => {
    const { app } = testServer({ config: { limits }, bindings });
    const step = () =>
      app.inject({
        method: 'POST',
        url: '/api/sign-in/totp',
        headers: { host: 'localhost:4800' },
        payload: { code: '123456' },
      });
    expect([(await step()).statusCode, (await step()).statusCode]).toEqual([200, 429]);
  });

  test('behind a proxy the address is the one that a trusted proxy names', async () => {
    const config = {
      limits,
      origin: 'https://v.example',
      listen: { behindProxy: { trustedNetworks: ['10.0.0.0/8'] } },
    };
    const { app } = testServer({ config, bindings });
    const through = (remoteAddress: string, client: string) =>
      app.inject({
        url: '/api/sign-in',
        remoteAddress,
        headers: { host: 'v.example', 'x-forwarded-for': client },
      });
    for (let at = 0; at < 4; at++) expect((await through('10.0.0.1', `192.0.2.${at}`)).statusCode).toBe(200);
    const statuses = [];
    for (let at = 0; at < 4; at++) statuses.push((await through('203.0.113.1', `192.0.2.${at}`)).statusCode);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });
});
