import { describe, expect, test } from 'vitest';
import { CredentialCache } from './credential-cache.ts';
import type { Credential } from './credential.ts';
import { isAbout } from './revocation.ts';

const MAX_AGE_MS = 750;

const parsed = (prefix: string) => ({ kind: 'key', prefix }) as const;

function credential(id: string, more: Partial<Credential> = {}): Credential {
  return { kind: 'key', id, keyId: id, serviceId: 'svc_1', isRevoked: false, ...more } as Credential;
}

/** A cache over records that the test holds, and a clock that it moves. */
function cacheOver(records: Map<string, Credential>, maxEntries = 100) {
  const seen = { loads: 0, now: 0 };
  let gate: Promise<void> | undefined;
  const cache = new CredentialCache({
    load: async ({ prefix }) => {
      seen.loads++;
      const found = records.get(prefix);
      await gate;
      return found;
    },
    maxAgeMs: MAX_AGE_MS,
    maxEntries,
    elapsedMs: () => seen.now,
  });
  return { cache, seen, hold: (until: Promise<void> | undefined) => (gate = until) };
}

describe('the memory of credentials', () => {
  test('answers without a look-up for a moment, then asks again', async () => {
    const { cache, seen } = cacheOver(new Map([['a', credential('key_a')]]));
    expect(cache.fresh(parsed('a'))).toBeUndefined();
    await cache.load(parsed('a'));
    expect(cache.fresh(parsed('a'))?.id).toBe('key_a');
    expect(seen.loads).toBe(1);
    seen.now = MAX_AGE_MS + 1;
    expect(cache.fresh(parsed('a'))).toBeUndefined();
    expect(cache.knew(parsed('a'))).toBe(true);
  });

  test('never answers with what was read longer ago than allowed, though a busy key is read ahead', async () => {
    const records = new Map([['a', credential('key_a')]]);
    const { cache, seen } = cacheOver(records);
    await cache.load(parsed('a'));
    records.set('a', credential('key_a', { isRevoked: true }));
    for (seen.now = 0; seen.now <= 2 * MAX_AGE_MS; seen.now += 25) {
      const found = cache.fresh(parsed('a'));
      if (seen.now > MAX_AGE_MS) expect(found?.isRevoked).toBe(true);
      await Promise.resolve();
      await Promise.resolve();
    }
    expect(seen.loads).toBeGreaterThan(1);
    expect(seen.loads).toBeLessThan(6);
  });

  test('counts age from when reading began, not from when it ended', async () => {
    const { cache, seen, hold } = cacheOver(new Map([['a', credential('key_a')]]));
    const gate = Promise.withResolvers<void>();
    void hold(gate.promise);
    const load = cache.load(parsed('a'));
    seen.now = MAX_AGE_MS + 1;
    gate.resolve();
    await load;
    expect(cache.fresh(parsed('a'))).toBeUndefined();
  });

  test('reads once for many who wait for the same', async () => {
    const { cache, seen } = cacheOver(new Map([['a', credential('key_a')]]));
    await Promise.all(Array.from({ length: 50 }, () => cache.load(parsed('a'))));
    expect(seen.loads).toBe(1);
  });

  test('does not keep what was read while it was revoked', async () => {
    const { cache, hold } = cacheOver(new Map([['a', credential('key_a')]]));
    const gate = Promise.withResolvers<void>();
    void hold(gate.promise);
    const load = cache.load(parsed('a'));
    cache.forget(isAbout('key key_a'));
    gate.resolve();
    await load;
    expect(cache.fresh(parsed('a'))).toBeUndefined();
  });

  test('forgets what a message is about, and nothing else', async () => {
    const records = new Map([
      ['a', credential('key_a')],
      ['b', credential('key_b', { serviceId: 'svc_2' })],
      ['t', credential('tok_t', { kind: 'token', keyId: 'key_b', serviceId: 'svc_2' })],
    ]);
    const { cache } = cacheOver(records);
    const kept = () => ['a', 'b', 't'].filter((prefix) => cache.fresh(parsed(prefix)) !== undefined).join('');
    const load = () => Promise.all(['a', 'b', 't'].map((prefix) => cache.load(parsed(prefix))));
    for (const [message, left] of [
      ['token tok_t', 'ab'],
      ['key key_b', 'a'],
      ['service svc_1', 'bt'],
      ['session ses_1', 'abt'],
      ['person svc_1', 'abt'],
      ['', 'abt'],
    ] as const) {
      await load();
      cache.forget(isAbout(message));
      expect(kept(), message).toBe(left);
    }
  });

  test('remembers nothing unknown, and no more than it may', async () => {
    const records = new Map(Array.from({ length: 20 }, (_, at) => [`k${at}`, credential(`key_${at}`)]));
    const { cache } = cacheOver(records, 10);
    for (const prefix of records.keys()) await cache.load(parsed(prefix));
    await cache.load(parsed('nobody'));
    expect(cache.knew(parsed('nobody'))).toBe(false);
    expect([...records.keys()].filter((prefix) => cache.knew(parsed(prefix)))).toHaveLength(10);
    expect(cache.knew(parsed('k19'))).toBe(true);
  });

  test('forgets a record that is gone', async () => {
    const records = new Map([['a', credential('key_a')]]);
    const { cache } = cacheOver(records);
    await cache.load(parsed('a'));
    records.clear();
    await cache.load(parsed('a'));
    expect(cache.knew(parsed('a'))).toBe(false);
  });
});
