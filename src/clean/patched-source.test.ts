import { array, assert, integer, property, tuple, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { BufferSource, readBytes } from '../bytes/source.ts';
import { deletion, type Patch } from './change.ts';
import { PatchedSource } from './patched-source.ts';

const text = (source: PatchedSource): string => new TextDecoder().decode(readBytes(source, 0, source.size));
const of = (base: string, patches: readonly Patch[]): PatchedSource =>
  new PatchedSource(new BufferSource(new TextEncoder().encode(base)), patches);
const put = (start: number, end: number, content: string): Patch => ({
  start,
  end,
  bytes: new TextEncoder().encode(content),
});

test('replaces, inserts and deletes', () => {
  expect(text(of('0123456789', [put(2, 4, 'ab'), put(5, 5, '-'), deletion({ start: 8, end: 10 })]))).toBe('01ab4-567');
  expect(text(of('0123', [put(0, 0, 'x'), put(4, 4, 'y')]))).toBe('x0123y');
  expect(text(of('', []))).toBe('');
});

test('what lies within a deletion goes with it, and overlaps are one', () => {
  const patches = [deletion({ start: 2, end: 6 }), put(3, 4, 'no'), deletion({ start: 5, end: 8 })];
  expect(text(of('0123456789', patches))).toBe('0189');
});

test('any part of it reads like the part of the whole', () => {
  const patch = tuple(integer({ min: 0, max: 50 }), integer({ min: 0, max: 9 }), uint8Array({ maxLength: 5 }));
  assert(
    property(
      uint8Array({ maxLength: 60 }),
      array(patch, { maxLength: 5 }),
      integer({ min: 0, max: 70 }),
      (base, raw, at) => {
        const ends = [...raw].sort(([a], [b]) => a - b);
        const patches: Patch[] = [];
        let from = 0;
        for (const [start, length, bytes] of ends) {
          const begin = Math.min(Math.max(start, from), base.length);
          const end = Math.min(begin + length, base.length);
          if (begin > from || patches.length === 0) patches.push({ start: begin, end, bytes });
          from = Math.max(from, end + 1);
        }
        const source = new PatchedSource(new BufferSource(base), patches);
        const whole: number[] = [];
        let done = 0;
        for (const { start, end, bytes } of patches) {
          whole.push(...base.subarray(done, start), ...bytes);
          done = end;
        }
        whole.push(...base.subarray(done));
        expect([...readBytes(source, 0, source.size)]).toEqual(whole);
        const into = new Uint8Array(7);
        expect([...into.subarray(0, source.read(at, into))]).toEqual(whole.slice(at, at + 7));
      },
    ),
  );
});
