import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countersConfig } from '../../src/store/counters/config.ts';
import type { Counters } from '../../src/store/counters/counters.ts';
import { openCounters } from '../../src/store/counters/open-counters.ts';
import { CutProxy } from '../build/cut-proxy.ts';

const redisUrl = process.env['VOUCHSAFE_TEST_REDIS_URL'];
const prefix = `t${randomBytes(6).toString('hex')}:`;
const redis = (url: string) => countersConfig.parse({ redis: { url, prefix } });

const columns = [
  ['memory', { memory: {} }],
  ['redis', redisUrl === undefined ? undefined : redis(redisUrl)],
] as const;

for (const [name, config] of columns) {
  describe.skipIf(config === undefined)(`counters in ${name}`, () => {
    let counters: Counters;
    beforeAll(async () => {
      counters = await openCounters(
        config === undefined || 'memory' in config ? { memory: { eachAlone: false } } : config,
      );
    });
    afterAll(() => counters.close());

    it('allow as many as the limit says, and then say when', async () => {
      const limit = { count: 3, windowSeconds: 60 };
      expect(await counters.take('a', limit)).toEqual({ allowed: true, remaining: 2, retryAfterSeconds: 0 });
      expect(await counters.take('a', limit)).toEqual({ allowed: true, remaining: 1, retryAfterSeconds: 0 });
      const last = await counters.take('a', limit);
      expect(last).toMatchObject({ allowed: true, remaining: 0 });
      const refused = await counters.take('a', limit);
      expect(refused).toMatchObject({ allowed: false, remaining: 0 });
      expect(refused.retryAfterSeconds).toBeGreaterThanOrEqual(60);
      expect(refused.retryAfterSeconds).toBeLessThanOrEqual(64);
    });

    it('count each key for itself', async () => {
      const limit = { count: 1, windowSeconds: 60 };
      expect((await counters.take('b:1', limit)).allowed).toBe(true);
      expect((await counters.take('b:2', limit)).allowed).toBe(true);
      expect((await counters.take('b:1', limit)).allowed).toBe(false);
    });

    it('take what it costs or nothing', async () => {
      const limit = { count: 10, windowSeconds: 60 };
      expect(await counters.take('c', limit, 7)).toMatchObject({ allowed: true, remaining: 3 });
      expect(await counters.take('c', limit, 4)).toMatchObject({ allowed: false, remaining: 3, retryAfterSeconds: 0 });
      expect(await counters.take('c', limit, 3)).toMatchObject({ allowed: true, remaining: 0 });
      expect(await counters.take('d', limit, 11)).toMatchObject({ allowed: false, remaining: 10 });
    });

    it.each([0, -1, 0.5, Number.NaN])('refuse a cost of %d', async (cost) => {
      await expect(counters.take('e', { count: 1, windowSeconds: 1 }, cost)).rejects.toThrow(RangeError);
    });

    it('allow nothing under a limit of none', async () => {
      const refused = await counters.take('none', { count: 0, windowSeconds: 1 });
      expect(refused).toMatchObject({ allowed: false, remaining: 0 });
      expect(refused.retryAfterSeconds).toBeGreaterThan(0);
    });

    it('never allow more than the limit in any window, whoever asks at once', async () => {
      const limit = { count: 20, windowSeconds: 0.4 };
      const allowedAt: number[] = [];
      const until = performance.now() + 1600;
      const ask = async (): Promise<void> => {
        while (performance.now() < until) {
          if ((await counters.take('f', limit)).allowed) allowedAt.push(performance.now());
          await sleep(1);
        }
      };
      await Promise.all(Array.from({ length: 50 }, ask));
      for (const at of allowedAt) {
        const inWindow = allowedAt.filter((one) => one >= at && one < at + 380);
        expect(inWindow.length).toBeLessThanOrEqual(20);
      }
      // It also gives the allowance back.
      expect(allowedAt.length).toBeGreaterThanOrEqual(60);
    });

    it('give the whole allowance back', async () => {
      const limit = { count: 2, windowSeconds: 60 };
      await counters.take('g', limit, 2);
      await counters.reset('g');
      expect(await counters.take('g', limit)).toMatchObject({ allowed: true, remaining: 1 });
      await counters.reset('nobody took this');
    });

    it('keep what was taken when the limit changes', async () => {
      await counters.take('h', { count: 10, windowSeconds: 60 }, 8);
      expect(await counters.take('h', { count: 5, windowSeconds: 600 })).toMatchObject({
        allowed: false,
        remaining: 0,
      });
      expect(await counters.take('h', { count: 9, windowSeconds: 600 })).toMatchObject({ allowed: true, remaining: 0 });
    });

    it('remember a key once, for exactly one of many at once', async () => {
      const answers = await Promise.all(Array.from({ length: 100 }, () => counters.once('code', 60)));
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await counters.once('code', 60)).toBe(false);
      expect(await counters.once('other code', 60)).toBe(true);
    });

    it('forget a key after its time', async () => {
      expect(await counters.once('short', 0.2)).toBe(true);
      expect(await counters.once('short', 0.2)).toBe(false);
      await sleep(250);
      expect(await counters.once('short', 0.2)).toBe(true);
    });

    it('tell that they work', async () => {
      await counters.probe();
    });
  });
}

describe.skipIf(redisUrl === undefined)('counters in a Redis that fails', () => {
  const limit = { count: 5, windowSeconds: 60 };
  const unavailable = { code: 'counters-unavailable', httpStatus: 503 };
  let proxy: CutProxy;
  let counters: Counters;
  beforeAll(async () => {
    const { hostname, port } = new URL(redisUrl ?? '');
    proxy = new CutProxy({ host: hostname, port: Number(port) || 6379 });
    counters = await openCounters(redis(`redis://127.0.0.1:${await proxy.start()}`));
  });
  afterAll(async () => {
    await counters.close();
    await proxy.stop();
  });

  it('refuse while it is away, at once, and count on when it is back', async () => {
    expect(await counters.take('cut', limit)).toMatchObject({ remaining: 4 });
    proxy.cut();
    await expect(counters.take('cut', limit)).rejects.toMatchObject(unavailable);
    const before = performance.now();
    await expect(counters.take('cut', limit)).rejects.toMatchObject(unavailable);
    await expect(counters.once('cut', 60)).rejects.toMatchObject(unavailable);
    await expect(counters.reset('cut')).rejects.toMatchObject(unavailable);
    await expect(counters.probe()).rejects.toMatchObject(unavailable);
    expect(performance.now() - before).toBeLessThan(500);
    proxy.mend();
    await expect.poll(() => counters.take('cut', limit), { timeout: 8000 }).toMatchObject({ allowed: true });
    expect(await counters.once('cut', 60)).toBe(true);
  });

  it('refuse when it says nothing', async () => {
    proxy.silence();
    const before = performance.now();
    await expect(counters.take('silent', limit)).rejects.toMatchObject(unavailable);
    expect(performance.now() - before).toBeLessThan(3000);
    proxy.mend();
  });

  it('do not open without it, and tell no password', async () => {
    const away = countersConfig.parse({ redis: { url: 'redis://127.0.0.1:1', prefix } });
    await expect(openCounters(away)).rejects.toMatchObject(unavailable);
    expect(countersConfig.safeParse({ redis: { url: 'redis://:secret@127.0.0.1:1' } }).success).toBe(false);
  });
});
