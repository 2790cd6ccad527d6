import { expect, test } from 'vitest';
import { defaultLimits } from '../../bytes/limits.ts';
import type { DocumentNode } from '../../formats/document.ts';
import { parseJson } from '../../formats/json/parse-json.ts';
import { reach, stepsOf } from './reach.ts';
import { differenceBeyond } from './same-except.ts';
import type { TreeEdit } from './tree-edit.ts';

const tree = (text: string): DocumentNode => parseJson(new TextEncoder().encode(text), { limits: defaultLimits }).root;
const before = tree('{"a": [1, {"b": "x"}, 3], "c": {"d": true}, "e": null}');

function edit(pointer: string, kind: 'remove' | 'replace'): TreeEdit {
  const visit = reach(before, stepsOf(pointer))[0]?.visit;
  if (visit === undefined) throw new Error(`nothing at ${pointer}`);
  const act = kind === 'remove' ? { kind } : { kind, literal: 'false' };
  return { visit, act, rules: [], did: '' };
}

const removed = [edit('/a/1', 'remove'), edit('/e', 'remove')];

test.each([
  ['nothing but the edits', '{"a": [1, 3], "c": {"d": true}}', removed, null],
  ['another value', '{"a": [1, 4], "c": {"d": true}}', removed, '/a/1 changed'],
  ['another kind', '{"a": [1, 3], "c": {"d": "true"}}', removed, '/c/d changed'],
  ['another key', '{"a": [1, 3], "c": {"D": true}}', removed, '/c/d changed'],
  ['something gone', '{"a": [1], "c": {"d": true}}', removed, '/a/1 changed'],
  ['something more', '{"a": [1, 3, 5], "c": {"d": true}}', removed, '/a changed'],
  ['a key more', '{"a": [1, 3], "c": {"d": true}, "f": 1}', removed, '/ changed'],
  ['what was to go', '{"a": [1, {"b": "x"}, 3], "c": {"d": true}, "e": null}', removed, '/a/1 changed'],
  ['a replaced value', '{"a": [1, {"b": "x"}, 3], "c": {"d": false}, "e": null}', [edit('/c/d', 'replace')], null],
  ['a replaced value gone', '{"a": [1, {"b": "x"}, 3], "c": {}, "e": null}', [edit('/c/d', 'replace')], '/c/d changed'],
])('%s', (_, after, edits, expected) => expect(differenceBeyond(before, tree(after), edits)).toBe(expected));

test('no document at all', () => expect(differenceBeyond(before, undefined, [])).toBe('the document is gone'));
