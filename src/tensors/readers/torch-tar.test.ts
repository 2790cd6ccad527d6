/** torch/serialization.py, legacy_load: the format of torch before 0.1.10, which no release can write any more. */
import { expect, test } from 'vitest';
import { concat, f32le, le } from '../../../test/build/bytes.ts';
import { gatherTensor } from '../../../test/build/gather-tensor.ts';
import { asm, type PickleAssembler } from '../../../test/build/pickle.ts';
import { tar } from '../../../test/build/tar.ts';
import { torchTar } from '../../../test/build/torch.ts';
import { dict, pickleOf, tuple } from '../../../test/build/torch-object.ts';
import { BufferSource } from '../../bytes/source.ts';
import { readTensors } from '../read-tensors.ts';
import type { TensorFile } from '../tensor.ts';

const read = (bytes: Uint8Array): TensorFile => readTensors(new BufferSource(bytes), 'model.pth');

function codeOf(bytes: Uint8Array): string {
  try {
    read(bytes);
    return 'read';
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}

const count = (n: number): Uint8Array => asm().proto(2).binint1(n).stop().bytes();
const described = (key: number, second: (a: PickleAssembler) => unknown, type: string): Uint8Array =>
  pickleOf((a) => {
    second(a.mark().binint1(key));
    return a.global('torch', type).tuple();
  });

/** A storage of four floats with key 5, and key 6 for its last two; tensors 7 and 8 of them. */
function checkpoint(change: { views?: Uint8Array; strides?: readonly number[]; pickle?: Uint8Array } = {}): Uint8Array {
  const views = pickleOf((a) => tuple(a.emptyList(), [6, 5, 2, 2]).append());
  const shape = (key: number, of: number, strides: readonly number[]): Uint8Array =>
    concat(
      described(key, (a) => a.binint1(of), 'FloatTensor'),
      le(2, 4),
      le(0, 4),
      le(2, 8),
      le(1, 8),
      ...strides.map((stride) => le(stride, 8)),
      le(0, 8),
    );
  return torchTar({
    storages: concat(
      count(1),
      described(5, (a) => a.text('cpu'), 'FloatStorage'),
      le(4, 8),
      f32le(1, 2, 3, 4),
      change.views ?? views,
    ),
    tensors: concat(count(2), shape(7, 5, change.strides ?? [2, 1]), shape(8, 6, [1, 1])),
    pickle:
      change.pickle ??
      pickleOf((a) => dict(a, { a: (b) => b.text('7').binpersid(), b: (b) => b.binint1(8).binpersid() })),
  });
}

test('tensors by key, views of storages, and the memory they share', () => {
  const bytes = checkpoint();
  const { tensors, format } = read(bytes);
  expect(format).toBe('torch-tar');
  expect(tensors.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
    ['a', 'F32', [2, 1]],
    ['b', 'F32', [2, 1]],
  ]);
  expect(tensors.map(gatherTensor)).toEqual([f32le(1, 3), f32le(3, 4)]);
  expect(tensors[0]?.storage).toBe(tensors[1]?.storage);
  const { span } = tensors[0]?.origin ?? {};
  expect(bytes.slice(span?.start, span?.end)).toEqual(f32le(1, 2, 3, 4));
});

test('a key that no tensor has is an object kept elsewhere', () => {
  const pickle = pickleOf((a) => dict(a, { a: (b) => b.binint1(9).binpersid() }));
  expect(read(checkpoint({ pickle })).omitted).toEqual([{ path: 'a', what: 'an object kept outside the pickle' }]);
});

test.each([
  [
    'a view past the end of its storage',
    checkpoint({ views: pickleOf((a) => tuple(a.emptyList(), [6, 5, 3, 2]).append()) }),
    'inconsistent',
  ],
  [
    'a view of nothing',
    checkpoint({ views: pickleOf((a) => tuple(a.emptyList(), [6, 4, 0, 2]).append()) }),
    'inconsistent',
  ],
  [
    'a view with the key of its storage',
    checkpoint({ views: pickleOf((a) => tuple(a.emptyList(), [5, 5, 0, 2]).append()) }),
    'inconsistent',
  ],
  ['strides past the end of the storage', checkpoint({ strides: [9, 1] }), 'inconsistent'],
  ['a negative stride', checkpoint({ strides: [-1, 1] }), 'inconsistent'],
  ['a second pickle', concat(checkpoint().subarray(0, -1024), tar([{ name: 'pickle', data: count(1) }])), 'ambiguous'],
  ['items after the end marker', concat(checkpoint(), tar([{ name: 'more', data: 'x' }])), 'ambiguous'],
])('%s', (_, bytes, code) => {
  expect(codeOf(bytes)).toBe(code);
});
