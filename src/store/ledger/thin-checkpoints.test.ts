import { describe, expect, it } from 'vitest';
import { dispensable, type KnownCheckpoint } from './thin-checkpoints.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;
const NOW = 20_000 * DAY;

/** One a second, the newest now. */
const everySecond = (lengthMs: number): KnownCheckpoint[] => {
  const count = lengthMs / SECOND;
  return Array.from({ length: count }, (_, at) => ({
    size: at + 1,
    time: NOW - (count - 1 - at) * SECOND,
    cosignatures: 0,
  }));
};

const keptOf = (known: readonly KnownCheckpoint[], needed: readonly number[] = [], nowMs = NOW): KnownCheckpoint[] => {
  const dropped = new Set(dispensable(known, { nowMs, needed: new Set(needed) }));
  return known.filter(({ size }) => !dropped.has(size));
};

describe('thinning the history of checkpoints', () => {
  const known = everySecond(3 * DAY);
  const kept = keptOf(known);
  const between = (fromMs: number, toMs: number): KnownCheckpoint[] =>
    kept.filter(({ time }) => time > NOW - toMs && time <= NOW - fromMs);

  it('keeps all of the last hour, one a minute of the last day, one an hour before', () => {
    expect(between(0, HOUR)).toHaveLength(3600);
    expect(between(2 * HOUR, DAY - HOUR)).toHaveLength(21 * 60);
    expect(between(DAY + HOUR, 3 * DAY - HOUR)).toHaveLength(46);
    expect(kept.length).toBeLessThan(3600 + 60 + 24 * 60 + 60 + 48 + 2);
  });

  it('keeps the first and the last', () => {
    expect(kept[0]).toEqual(known[0]);
    expect(kept.at(-1)).toEqual(known.at(-1));
  });

  it('keeps the same whether it is done once or again and again', () => {
    let left: readonly KnownCheckpoint[] = known;
    for (let nowMs = NOW - 2 * DAY; nowMs <= NOW; nowMs += 17 * 60 * SECOND) {
      const past = left.filter(({ time }) => time <= nowMs);
      left = [...keptOf(past, [], nowMs), ...left.filter(({ time }) => time > nowMs)];
    }
    expect(keptOf(left)).toEqual(kept);
  });

  it('keeps of a period the one that most witnesses cosigned, and what is needed', () => {
    const day = everySecond(2 * DAY);
    const one = day[DAY / 2 / SECOND];
    if (one === undefined) throw new Error('there is none');
    const cosigned = day.map((other) => (other === one ? { ...other, cosignatures: 1 } : other));
    const sizes = new Set(keptOf(cosigned, [100]).map(({ size }) => size));
    expect(sizes.has(one.size)).toBe(true);
    expect(sizes.has(100)).toBe(true);
    expect(keptOf(day).some(({ size }) => size === one.size || size === 100)).toBe(false);
  });
});
