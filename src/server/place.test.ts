import { describe, expect, test } from 'vitest';
import { serverConfigSchema, type ServerConfigInput } from './config/schema.ts';
import { isLoopback } from '../node/loopback.ts';
import { placeOf } from './place.ts';

const place = (config: ServerConfigInput, port = 4800) => placeOf(serverConfigSchema.parse(config), port);

describe('the place of a server', () => {
  test('is localhost where nobody says otherwise, by each of its names', () => {
    const { origin, hosts, cookie, isHttps } = place({});
    expect([origin, isHttps]).toEqual(['http://localhost:4800', false]);
    expect([...hosts].sort()).toEqual(['127.0.0.1:4800', '[::1]:4800', 'localhost:4800']);
    expect(cookie.name).toBe('vouchsafe-4800');
    expect(cookie.attributes).not.toContain('Secure');
  });

  test('over TLS has a cookie that no other host and no plain connection can set', () => {
    const { cookie, isHttps, hosts } = place({ origin: 'https://vouchsafe.example.org', listen: { host: '0.0.0.0' } });
    expect([isHttps, cookie.name]).toEqual([true, '__Host-vouchsafe']);
    expect(cookie.attributes.split('; ').sort()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Strict', 'Secure']);
    expect([...hosts].sort()).toEqual(['vouchsafe.example.org', 'vouchsafe.example.org:443']);
  });

  test.each([
    ['localhost', true],
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['127.0.0.1.example.org', false],
    ['localhost.example.org', false],
  ])('%s is of this machine only: %s', (host, is) => {
    expect(isLoopback(host)).toBe(is);
  });
});
