import { expect, test } from 'vitest';
import { Cursor } from './cursor.ts';
import { FormatError } from './errors.ts';
import { BufferSource } from './source.ts';

const numbered = (length: number): BufferSource => new BufferSource(Uint8Array.from({ length }, (_, i) => i % 251));

test('reads numbers from the first byte on', () => {
  const cursor = new Cursor(new BufferSource(Uint8Array.of(1, 2, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0)));
  expect([cursor.u8(), cursor.u16(), cursor.u32(), cursor.u64()]).toEqual([1, 2, 3, 4]);
  expect(cursor.atEnd()).toBe(true);
});

test.each([65_530, 65_535, 65_536, 131_071])('reads across the window at %i as anywhere', (offset) => {
  const cursor = new Cursor(numbered(200_000));
  cursor.u8();
  cursor.seek(offset);
  for (let i = offset; i < offset + 20; i += 1) expect(cursor.u8()).toBe(i % 251);
  cursor.seek(offset);
  expect(cursor.u16()).toBe((offset % 251) + ((offset + 1) % 251) * 256);
});

test('goes back before its window', () => {
  const cursor = new Cursor(numbered(200_000), { offset: 150_000 });
  cursor.u32();
  cursor.seek(3);
  expect(cursor.u8()).toBe(3);
});

test('never reads past its end', () => {
  const cursor = new Cursor(numbered(100), { end: 10 });
  cursor.skip(8);
  expect(() => cursor.u32()).toThrow(FormatError);
  expect(() => cursor.bytes(3)).toThrow('expected 3 bytes at offset 8, file ends at 10');
});
