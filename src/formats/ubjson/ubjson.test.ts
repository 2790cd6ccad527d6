import { expect, test } from 'vitest';
import { defaultLimits } from '../../bytes/limits.ts';
import {
  expectMutationsSurvived,
  expectTruncationsCaught,
  firedRules,
  scanBytes,
} from '../../../test/build/hostile-copies.ts';
import { parseUbjson } from './parse-ubjson.ts';

const raw = (...parts: readonly (string | number)[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...new TextEncoder().encode(part)])));
const key = (text: string): string => `i${String.fromCharCode(text.length)}${text}`;
const parts = [
  ['{', key('learner'), '{', key('name'), 'S', key('gbtree'), key('on'), 'T', key('none'), 'Z'],
  [key('list'), '[', 'U', 200, 'I', 1, 2, 'N', 'CxD', 0x3f, 0xf0, 0, 0, 0, 0, 0, 0, ']'],
  [key('typed'), '[$l#i', 2, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, key('counted'), '{#i', 1, key('a'), 'F'],
  ['}}'],
];
const model = raw(...parts.flat());

test('an ordinary model is clean to the last byte', () => {
  const report = scanBytes(model, 'model.ubj');
  expect(report.findings).toEqual([]);
  expect(report).toMatchObject({ format: 'ubjson', verdict: 'clean', coverage: { complete: true } });
});

test('values are read as written', () => {
  const plain = (node: unknown): unknown =>
    JSON.parse(JSON.stringify(node, (name, value) => (name.toLowerCase().endsWith('span') ? undefined : value)));
  const { root } = parseUbjson(raw('[', 'i', 0xfe, 'l', 0, 1, 0, 0, 'd', 0x40, 0, 0, 0, ']'), defaultLimits);
  const items = [-2, 65_536, 2].map((value) => ({ kind: 'scalar', value }));
  expect(plain(root)).toEqual({ kind: 'list', items });
});

test('configuration keys are judged as in JSON', () => {
  const hostile = raw('{', key('a'), '{', key('_target_'), 'S', key('os.system'), '}}');
  expect(scanBytes(hostile, 'model.ubj').verdict).toBe('malicious');
});

test('what follows is accounted to nobody', () => {
  expect(firedRules(scanBytes(raw(...model, 'hidden'), 'model.ubj'))).toEqual(['unaccounted-bytes']);
});

test('a count of values without bytes is bounded', () => {
  const bomb = raw('{', key('a'), '[$Z#l', 0x7f, 0xff, 0xff, 0xff);
  expect(scanBytes(bomb, 'model.ubj').verdict).toBe('inconclusive');
});

test('nesting is bounded', () => {
  const deep = raw('{', key('a'), '['.repeat(100_000));
  expect(firedRules(scanBytes(deep, 'model.ubj'))).toEqual(['limit-exceeded']);
});

test('truncated at each offset', () => {
  // So short it is text.
  expectTruncationsCaught(model, 'model.ubj', [1, 2]);
});

test('random damage only yields typed errors', () => {
  expectMutationsSurvived(model, 'model.ubj');
});
