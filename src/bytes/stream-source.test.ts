import { describe, expect, test } from 'vitest';
import { FormatError, LimitError } from './errors.ts';
import { Budget, defaultLimits } from './limits.ts';
import { readBytes } from './source.ts';
import { type ChunkReader, StreamSource } from './stream-source.ts';

const MiB = 1024 * 1024;

/** Chunks of which each byte is the number of its chunk, then an end or an error. */
function chunks(count: number, bytes: number, error?: Error): () => ChunkReader {
  return () => {
    let at = 0;
    return {
      get consumedBytes() {
        return at * 10;
      },
      next() {
        if (at < count) return new Uint8Array(bytes).fill(at++);
        if (error !== undefined) throw error;
        return null;
      },
    };
  };
}
const open = (reader: () => ChunkReader, limits = {}, options = {}) =>
  new StreamSource(reader, new Budget({ ...defaultLimits, ...limits }), options);

test('reads across chunks, anywhere, and knows its size', () => {
  const source = open(chunks(5, 100));
  expect([...readBytes(source, 198, 4)]).toEqual([1, 1, 2, 2]);
  expect(source.size).toBe(500);
  expect(readBytes(source, 498, 10).length).toBe(2);
  expect(source).toMatchObject({ ended: true, failure: undefined, consumedBytes: 50, sequential: true });
});

test('an old offset starts over, as often as the limit allows', () => {
  const source = open(chunks(20, MiB), { maxRewinds: 2 });
  for (let i = 0; i < 2; i += 1) {
    expect(readBytes(source, 19 * MiB, 1)[0]).toBe(19);
    expect(readBytes(source, 0, 1)[0]).toBe(0);
  }
  expect(readBytes(source, 19 * MiB, 1)[0]).toBe(19);
  expect(() => readBytes(source, 0, 1)).toThrow(LimitError);
});

describe('damage', () => {
  const damage = FormatError.of('malformed', { expected: 'more', found: 'damage', offset: 7 });

  test('ends the view and is told, without hiding what came before', () => {
    const source = open(chunks(2, 100, damage));
    expect(readBytes(source, 150, 100).length).toBe(50);
    expect(source.size).toBe(200);
    expect(source.failure).toBe(damage);
    expect(() => readBytes(source, 200, 1)).toThrow(damage);
  });

  test('other errors are not swallowed', () => {
    expect(() => open(chunks(1, 1, new TypeError('a defect'))).size).toThrow(TypeError);
  });
});

test('a limit ends the view as damage does', () => {
  const source = open(chunks(300, MiB), { maxInflationRatio: 100, minRatioBytes: 3 * MiB });
  expect(source.size).toBe(4 * MiB);
  expect(source.failure).toMatchObject({ data: { limit: 'maxInflationRatio' } });
});

test('a declared size is believed until the end was reached', () => {
  const source = open(chunks(5, 100), {}, { declaredSize: 70 });
  expect(source.size).toBe(70);
  expect(source.finish()).toBe(500);
  expect(source.size).toBe(500);
});
