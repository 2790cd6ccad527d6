import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { concat, f32le, le } from '../../test/build/bytes.ts';
import { npy } from '../../test/build/npy.ts';
import { bundleIndex } from '../../test/build/tensor-bundle.ts';
import { type OpenedTensors, openTensors } from './open-tensors.ts';

let folder = '';
const opened: OpenedTensors[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vouchsafe-open-'));
});

afterEach(() => {
  for (const one of opened.splice(0)) one.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(name = ''): OpenedTensors {
  const result = openTensors(join(folder, name));
  opened.push(result);
  return result;
}

function write(files: Readonly<Record<string, Uint8Array | string>>): void {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
}

function safetensors(name: string): Uint8Array {
  const header = JSON.stringify({ [name]: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } });
  return concat(le(header.length, 8), header, f32le(1));
}

const index = (weightMap: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ metadata: {}, weight_map: weightMap });
const codeOf = (name = ''): unknown => {
  try {
    open(name);
    return undefined;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

test('a folder with an index: the files it names, and what it leaves out or makes up', () => {
  write({
    'model.safetensors.index.json': index({ a: 'one.safetensors', gone: 'two.safetensors' }),
    'one.safetensors': safetensors('a'),
    'two.safetensors': safetensors('b'),
    'other.npy': npy(f32le(1), { descr: '<f4', shape: '(1,)' }),
  });
  const { parts, index: found, notes } = open();
  expect(parts.map(({ path }) => path)).toEqual(['one.safetensors', 'two.safetensors']);
  expect(found?.weightMap.get('a')).toBe('one.safetensors');
  expect(notes).toHaveLength(2);
});

test.each(['../one.safetensors', '/etc/passwd', 'a/b.safetensors', '..', '', 'a\\b', 'a\0b', 7])(
  'an index that leads to %j (transformers 46097, 47176)',
  (file) => {
    write({ 'model.safetensors.index.json': index({ a: file }), 'one.safetensors': safetensors('a') });
    expect(codeOf()).toBe('inconsistent');
  },
);

test('a file of an index that is a link out of the folder is told, as it is without an index', () => {
  mkdirSync(join(folder, 'model'));
  write({
    'elsewhere.safetensors': safetensors('a'),
    'model/model.safetensors.index.json': index({ a: 'one.safetensors', b: '..two.safetensors' }),
    'model/..two.safetensors': safetensors('b'),
  });
  symlinkSync('../elsewhere.safetensors', join(folder, 'model', 'one.safetensors'));
  expect(open('model').notes).toEqual([
    `one.safetensors is a link to ${realpathSync(join(folder, 'elsewhere.safetensors'))}`,
  ]);
});

test('an index that names a tensor twice, one without a map, two indexes', () => {
  write({ 'a.safetensors.index.json': '{"weight_map": {"a": "x", "a": "y"}}' });
  expect(codeOf()).toBe('ambiguous');
  write({ 'a.safetensors.index.json': '{"weight_map": []}' });
  expect(codeOf()).toBe('malformed');
  write({ 'b.bin.index.json': index({ a: 'one.safetensors' }) });
  expect(codeOf()).toBe('ambiguous');
});

test('a folder without one: everything in it that holds tensors, and what is broken', () => {
  mkdirSync(join(folder, 'sub'));
  write({
    'config.json': '{}',
    'one.safetensors': safetensors('a'),
    'sub/two.npy': npy(f32le(1), { descr: '<f4', shape: '(1,)' }),
    'broken.npy': npy(f32le(1), { descr: '<f4', shape: '(2,)' }),
  });
  const { parts, failed } = open();
  expect(parts.map(({ path }) => path)).toEqual(['one.safetensors', 'sub/two.npy']);
  expect(failed).toMatchObject([{ path: 'broken.npy', error: { code: 'inconsistent' } }]);
});

test('the variables of a SavedModel, with their data files', () => {
  mkdirSync(join(folder, 'variables'));
  const numbers = f32le(1, 2);
  write({
    'variables/variables.index': bundleIndex([{ name: 'w', shape: [2], offset: 0, data: numbers }]),
    'variables/variables.data-00000-of-00001': numbers,
  });
  expect(open().parts[0]?.file.tensors).toMatchObject([{ name: 'w', shape: [2] }]);
});

test('notices that a file was written to after it was opened', () => {
  write({ 'one.safetensors': safetensors('a') });
  const one = open('one.safetensors');
  expect(one.changed()).toBeNull();
  write({ 'one.safetensors': concat(safetensors('a'), [0]) });
  expect(one.changed()).toMatch(/bytes when opened/);
});

test('nothing there, nothing in it, no tensors', () => {
  expect(codeOf('none')).toBe('unreadable');
  expect(codeOf()).toBe('no-tensors');
  write({ 'a.json': '{}' });
  expect(codeOf('a.json')).toBe('no-reader');
});
