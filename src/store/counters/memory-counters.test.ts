import { describe, expect, it } from 'vitest';
import { MemoryCounters } from './memory-counters.ts';

const lockOut = { count: 3, windowSeconds: 900 };

describe('counters in memory', () => {
  it('give an allowance back when what was taken is out of the window', async () => {
    let now = 5_000;
    const counters = new MemoryCounters({ clock: () => now });
    await counters.take('a', lockOut, 2);
    now += 450_000;
    await counters.take('a', lockOut);
    const refused = await counters.take('a', lockOut);
    expect(refused).toMatchObject({ allowed: false, remaining: 0 });

    now += refused.retryAfterSeconds * 1000 - 1001;
    expect((await counters.take('a', lockOut)).allowed).toBe(false);
    now += 1001;
    expect(await counters.take('a', lockOut)).toMatchObject({ allowed: true, remaining: 1 });
  });

  it('forget no lock-out, whatever else comes', async () => {
    const counters = new MemoryCounters({ clock: () => 0, maxKeys: 100 });
    await counters.take('locked', lockOut, 3);
    for (let i = 0; i < 10_000; i++) await counters.take(`flood ${i}`, lockOut);
    expect((await counters.take('locked', lockOut)).allowed).toBe(false);
  });

  it('forget the key that is farthest from its limit first', async () => {
    const counters = new MemoryCounters({ clock: () => 0, maxKeys: 50 });
    await counters.take('nearly', lockOut, 2);
    for (let i = 0; i < 1000; i++) await counters.take(`flood ${i}`, lockOut);
    expect(await counters.take('nearly', lockOut)).toMatchObject({ allowed: true, remaining: 0 });
  });

  it('refuse new keys when all are locked out, until one no longer is', async () => {
    let now = 0;
    const counters = new MemoryCounters({ clock: () => now, maxKeys: 10 });
    for (let i = 0; i < 10; i++) await counters.take(`locked ${i}`, lockOut, 3);
    await expect(counters.take('new', lockOut)).rejects.toMatchObject({ code: 'counters-full', httpStatus: 503 });
    expect((await counters.take('locked 0', lockOut)).allowed).toBe(false);
    now += 1_000_000;
    expect((await counters.take('new', lockOut)).allowed).toBe(true);
  });

  it('use no code twice because there were many', async () => {
    const counters = new MemoryCounters({ clock: () => 0, maxKeys: 10 });
    for (let i = 0; i < 10; i++) expect(await counters.once(`code ${i}`, 60)).toBe(true);
    await expect(counters.once('one more', 60)).rejects.toMatchObject({ code: 'counters-full' });
    expect(await counters.once('code 0', 60)).toBe(false);
  });
});
