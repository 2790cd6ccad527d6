/** torch/serialization.py, _legacy_load. */
import { expect, test } from 'vitest';
import { concat, f32le, le } from '../../../test/build/bytes.ts';
import { gatherTensor } from '../../../test/build/gather-tensor.ts';
import { asm } from '../../../test/build/pickle.ts';
import { torchLegacy } from '../../../test/build/torch.ts';
import { dict, objectOf, pickleOf, tensor } from '../../../test/build/torch-object.ts';
import { BufferSource } from '../../bytes/source.ts';
import { readTensors } from '../read-tensors.ts';
import type { TensorFile } from '../tensor.ts';

const read = (bytes: Uint8Array): TensorFile => readTensors(new BufferSource(bytes), 'model.pt');

function codeOf(bytes: Uint8Array): string {
  try {
    read(bytes);
    return 'read';
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}

const keys = (...names: readonly string[]): Uint8Array =>
  pickleOf((a) => {
    a.emptyList();
    for (const name of names) a.text(name).append();
    return a;
  });

test('an ordinary one', () => {
  const bytes = torchLegacy();
  const { tensors, globals, format } = read(bytes);
  expect(format).toBe('torch-legacy');
  expect(tensors.map(gatherTensor)).toEqual([f32le(1, 2, 3, 4)]);
  const { span, member, crc32 } = tensors[0]?.origin ?? {};
  expect(bytes.slice(span?.start, span?.end)).toEqual(f32le(1, 2, 3, 4));
  expect([member, crc32]).toEqual(['', undefined]);
  expect(globals).toContain('torch.FloatStorage');
});

test('view_metadata: a part of a storage, which shares its memory', () => {
  const object = objectOf({
    whole: (a) => tensor(a, { part: null }),
    part: (a) => tensor(a, { part: ['v', 1, 2], size: [2] }),
  });
  const [whole, part] = read(torchLegacy({ object })).tensors;
  expect(part === undefined ? undefined : gatherTensor(part)).toEqual(f32le(2, 3));
  expect(part?.storage).toBe(whole?.storage);
});

test.each([
  ['reaches past its part', { part: ['v', 1, 2], size: [3] }, 'inconsistent'],
  ['part reaches past the storage', { part: ['v', 3, 2], size: [1] }, 'inconsistent'],
  ['part starts before the storage', { part: ['v', -1, 2], size: [1] }, 'inconsistent'],
] as const)('a view whose %s', (_, spelling, code) => {
  expect(codeOf(torchLegacy({ object: objectOf({ w: (a) => tensor(a, spelling) }) }))).toBe(code);
});

test('two parts of one key: the loader takes the first for both', () => {
  const object = objectOf({
    a: (a) => tensor(a, { part: ['v', 0, 2], size: [2] }),
    b: (a) => tensor(a, { part: ['v', 2, 2], size: [2] }),
  });
  expect(read(torchLegacy({ object })).refused.map(({ code }) => code)).toEqual(['dtype-ambiguous', 'dtype-ambiguous']);
});

test('a part with the key of a whole storage: the loader takes the whole one', () => {
  const object = objectOf({
    a: (a) => tensor(a, { part: null }),
    b: (a) => tensor(a, { part: ['0', 2, 2], size: [2] }),
  });
  expect(read(torchLegacy({ object })).refused.map(({ name, code }) => `${name} ${code}`)).toEqual([
    'b dtype-ambiguous',
  ]);
});

test('one storage with two types: where the next one is depends on the first', () => {
  const object = objectOf({
    a: (a) => tensor(a, { part: null }),
    b: (a) => tensor(a, { storage: 'torch.HalfStorage', part: null }),
  });
  expect(codeOf(torchLegacy({ object }))).toBe('ambiguous');
});

test('the id of a class stands for the class', () => {
  const object = pickleOf((a) => {
    a.mark().text('module').global('my', 'Net').text('net.py').text('class Net: ...').tuple().binpersid();
    dict(a.emptyTuple().newobj(), { w: (b) => tensor(b, { part: null }) });
    return a.build();
  });
  const { tensors, globals } = read(torchLegacy({ object }));
  expect(tensors.map(({ name }) => name)).toEqual(['w']);
  expect(globals).toContain('my.Net');
});

test.each([
  ['a storage missing from the list: torch gives uninitialised memory', torchLegacy({ keys: keys() }), 'malformed'],
  ['a storage listed twice', torchLegacy({ keys: keys('0', '0') }), 'malformed'],
  ['a storage the object does not refer to', torchLegacy({ keys: keys('0', '1') }), 'malformed'],
  ['another protocol version', torchLegacy({ protocol: asm().proto(2).binint2(1002).stop().bytes() }), 'inconsistent'],
  ['no list', torchLegacy({ keys: asm().proto(2).none().stop().bytes() }), 'malformed'],
  ['bytes behind the last storage', torchLegacy({}, 'x'), 'inconsistent'],
  [
    'another number of items than the object says',
    torchLegacy({ object: objectOf({ w: (a) => tensor(a, { count: 5, part: null }) }) }),
    'inconsistent',
  ],
  ['a storage cut short', torchLegacy().subarray(0, -1), 'truncated'],
  [
    'a number of items beyond the file',
    concat(torchLegacy().subarray(0, -24), le(2 ** 40, 8), f32le(1, 2, 3, 4)),
    'inconsistent',
  ],
])('%s', (_, bytes, code) => {
  expect(codeOf(bytes)).toBe(code);
});
