import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { maxStaleMs } from '../../store/bus/bus.ts';
import { whileHolds } from './while-holds.ts';

const ANSWER_MS = 100;

describe('a long answer', () => {
  let nowMs = 0;
  let asked = 0;
  let isHeld = true;
  beforeEach(() => {
    [nowMs, asked, isHeld] = [0, 0, true];
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  });
  afterEach(() => void vi.restoreAllMocks());

  const holds = async (): Promise<boolean> => {
    asked += 1;
    nowMs += ANSWER_MS;
    return isHeld;
  };
  /** A piece each 50 ms. */
  async function* pieces(count: number): AsyncGenerator<Uint8Array> {
    for (let number = 0; number < count; number += 1) {
      nowMs += 50;
      yield Uint8Array.of(number);
    }
  }

  it('goes out whole while the credential holds, which is asked for about once a second', async () => {
    const got = [];
    for await (const [byte] of whileHolds(pieces(100), holds)) got.push(byte);
    expect(got).toEqual(Array.from({ length: 100 }, (_, number) => number));
    expect(asked).toBeGreaterThanOrEqual(5);
    expect(asked).toBeLessThanOrEqual(10);
  });

  it('ends within a second of the end of the credential, and closes what it reads from', async () => {
    let isClosed = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        yield* pieces(1000);
      } finally {
        isClosed = true;
      }
    }
    let endedAtMs = Number.POSITIVE_INFINITY;
    let last = 0;
    const read = async (): Promise<void> => {
      for await (const [byte = 0] of whileHolds(source(), holds)) {
        last = nowMs;
        if (byte === 20) [isHeld, endedAtMs] = [false, nowMs];
      }
    };
    await expect(read()).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(last - endedAtMs).toBeLessThanOrEqual(maxStaleMs);
    expect(isClosed).toBe(true);
  });

  it('ends where nobody can say whether the credential holds', async () => {
    const read = async (): Promise<void> => {
      for await (const _ of whileHolds(pieces(100), () => Promise.reject(new Error('no records'))));
    };
    await expect(read()).rejects.toThrow('no records');
  });
});
