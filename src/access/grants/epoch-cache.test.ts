import { expect, test } from 'vitest';
import { EpochCache } from './epoch-cache.ts';

const cacheOf = (load: (key: string) => Promise<string>, maxWeight = 100) =>
  new EpochCache<string>({ maxWeight, weightOf: (value) => value.length, load });

test('loads once, for all who wait, and again after it was told to forget', async () => {
  let loads = 0;
  const cache = cacheOf(async (key) => `${key}${++loads}`);
  expect(await Promise.all([cache.fetch('a'), cache.fetch('a')])).toEqual(['a1', 'a1']);
  expect(cache.get('a')).toBe('a1');
  cache.forget(['a']);
  expect(cache.get('a')).toBeUndefined();
  expect(await cache.fetch('a')).toBe('a2');
  cache.clear();
  expect(await cache.fetch('a')).toBe('a3');
});

test('what changes while it is read is read again: nobody keeps what was true before', async () => {
  let truth = 'old';
  const cache: EpochCache<string> = cacheOf(async () => {
    const read = truth;
    if (read === 'old') {
      truth = 'new';
      cache.forget(['a']);
    }
    await Promise.resolve();
    return read;
  });
  expect(await cache.fetch('a')).toBe('new');
  expect(cache.get('a')).toBe('new');
});

test('what changes without end is answered, and not kept', async () => {
  const cache: EpochCache<string> = cacheOf(async (key) => {
    cache.forget([]);
    return key;
  });
  expect(await cache.fetch('a')).toBe('a');
  expect(cache.get('a')).toBeUndefined();
});

test('keeps no more than it may, and the one asked for last', async () => {
  const cache = cacheOf(async (key) => key, 4);
  await cache.fetch('aa');
  await cache.fetch('bb');
  cache.get('aa');
  await cache.fetch('cc');
  expect([cache.get('aa'), cache.get('bb'), cache.get('cc')]).toEqual(['aa', undefined, 'cc']);
  await cache.fetch('longer than all');
  expect(cache.get('longer than all')).toBe('longer than all');
  expect(cache.get('aa')).toBeUndefined();
});

test('a load that fails is not remembered', async () => {
  let fails = true;
  const cache = cacheOf(async (key) => {
    if (fails) throw new Error('down');
    return key;
  });
  await expect(cache.fetch('a')).rejects.toThrow('down');
  fails = false;
  expect(await cache.fetch('a')).toBe('a');
});
