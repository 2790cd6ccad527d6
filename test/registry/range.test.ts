import { expect, it } from 'vitest';
import { answerFile, attachment } from '../../src/registry/contents/answer-file.ts';
import { rangeOf } from '../../src/registry/contents/range.ts';

it.each([
  [undefined, undefined],
  ['bytes=0-', { start: 0, end: 100 }],
  ['bytes=0-0', { start: 0, end: 1 }],
  ['bytes=10-19', { start: 10, end: 20 }],
  ['bytes=90-200', { start: 90, end: 100 }],
  ['bytes=-1', { start: 99, end: 100 }],
  ['bytes=-500', { start: 0, end: 100 }],
  ['Bytes = 1-2 ', { start: 1, end: 3 }],
  ['bytes=100-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  // Not understood: the whole.
  ['bytes=5-3', undefined],
  ['bytes=0-1,5-6', undefined],
  ['bytes=-', undefined],
  ['items=0-1', undefined],
  ['bytes=99999999999999999-', undefined],
])('%j of 100 bytes is %j', (header, expected) => {
  expect(rangeOf(header, 100)).toEqual(expected);
});

it('finds no byte in nothing', () => {
  expect(rangeOf('bytes=0-', 0)).toBe('unsatisfiable');
  expect(rangeOf('bytes=-5', 0)).toBe('unsatisfiable');
});

const file = { path: 'a/b.bin', digest: `sha256:${'ab'.repeat(32)}`, bytes: 100 };
const etag = `"${file.digest}"`;

it.each([
  [{ isHead: false }, 200, { start: 0, end: 100 }],
  [{ isHead: true }, 200, null],
  [{ isHead: true, range: 'bytes=1-2' }, 200, null],
  [{ isHead: false, range: 'bytes=1-2' }, 206, { start: 1, end: 3 }],
  [{ isHead: false, range: 'bytes=100-' }, 416, null],
  [{ isHead: false, range: 'bytes=1-2', ifRange: etag }, 206, { start: 1, end: 3 }],
  [{ isHead: false, range: 'bytes=1-2', ifRange: `W/${etag}` }, 200, { start: 0, end: 100 }],
  [{ isHead: false, range: 'bytes=1-2', ifRange: 'Sat, 28 Nov 2026 03:00:00 GMT' }, 200, { start: 0, end: 100 }],
  [{ isHead: false, ifNoneMatch: `"x", W/${etag}` }, 304, null],
  [{ isHead: false, ifNoneMatch: '*' }, 304, null],
  [{ isHead: false, ifNoneMatch: '"x"' }, 200, { start: 0, end: 100 }],
])('%j is answered with %i', (wants, status, part) => {
  expect(answerFile(file, wants)).toMatchObject({ status, part, headers: { etag } });
});

it('names what is saved without what a header or a shell takes for something else', () => {
  expect(attachment('a/mod"el\r\n;é.bin')).toBe(
    `attachment; filename="mod_el____.bin"; filename*=UTF-8''mod%22el%0D%0A%3B%C3%A9.bin`,
  );
});
