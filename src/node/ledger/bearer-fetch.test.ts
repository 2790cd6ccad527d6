import { expect, test } from 'vitest';
import { bearerFetch } from './bearer-fetch.ts';

function recording() {
  const seen: (string | null)[] = [];
  const send: typeof fetch = async (_input, init) => {
    seen.push(new Headers(init?.headers).get('authorization'));
    return new Response('');
  };
  return { seen, send };
}

test('a token goes to the origin it was named for, and to no other', async () => {
  const { seen, send } = recording();
  const asked = bearerFetch('vsk_abc', new URL('https://log.example/ledger/'), send);
  await asked(new URL('https://log.example/ledger/checkpoint'));
  await asked('https://log.example:444/ledger/checkpoint');
  await asked('https://elsewhere.example/ledger/checkpoint');
  expect(seen).toEqual(['Bearer vsk_abc', null, null]);
});

test('a token never crosses a network in clear, except on this machine', () => {
  expect(() => bearerFetch('vsk_abc', new URL('http://log.example/'))).toThrow(/only sent over https/);
  expect(() => bearerFetch('vsk_abc', new URL('http://127.0.0.1.example/'))).toThrow(/only sent over https/);
  for (const here of ['http://localhost:4800/', 'http://127.0.0.1:1/', 'http://[::1]:1/']) {
    expect(bearerFetch('vsk_abc', new URL(here))).toBeTypeOf('function');
  }
});

test.each(['', 'two words', 'a\nx-other: 1', 'ümlaut'])('%j is no token', (token) => {
  expect(() => bearerFetch(token, new URL('https://log.example/'))).toThrow(/expected a token/);
});
