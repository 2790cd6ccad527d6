import { describe, expect, test } from 'vitest';
import { concat, f32le } from '../../../test/build/bytes.ts';
import { npy } from '../../../test/build/npy.ts';
import {
  codeOfReading,
  contentOf,
  expectMutationsTold,
  expectTruncationsTold,
  readBytesAs,
  refusalsOf,
} from '../../../test/build/read-all.ts';
import { zip, type ZipMember } from '../../../test/build/zip.ts';

const six = f32le(1, 2, 3, 4, 5, 6);
const array = npy(six, { descr: '<f4', shape: '(2, 3)' });

describe('one array', () => {
  test.each([1, 2, 3] as const)('version %i, called as its file', (version) => {
    const file = readBytesAs(npy(six, { descr: '<f4', shape: '(2, 3)', version }), 'dir/weights.npy');
    expect(file.tensors[0]).toMatchObject({ name: 'weights', dtype: 'F32', shape: [2, 3] });
    expect(contentOf(file.tensors[0])).toEqual([...six]);
  });

  test('Fortran order is put into C order, big-endian numbers are turned', () => {
    const fortran = npy(six, { descr: '<f4', shape: '(2, 3)', fortran: true });
    expect(contentOf(readBytesAs(fortran, 'a.npy').tensors[0])).toEqual([...f32le(1, 3, 5, 2, 4, 6)]);
    const big = npy([1, 2, 3, 4], { descr: '>i2', shape: '(2,)' });
    expect(contentOf(readBytesAs(big, 'a.npy').tensors[0])).toEqual([2, 1, 4, 3]);
    const complex = npy([1, 2, 3, 4, 5, 6, 7, 8], { descr: '>c8', shape: '()' });
    expect(contentOf(readBytesAs(complex, 'a.npy').tensors[0])).toEqual([4, 3, 2, 1, 8, 7, 6, 5]);
  });

  test.each([
    ['|O', 'dtype-unsupported'],
    ['<U3', 'dtype-unsupported'],
    ['|S3', 'dtype-unsupported'],
    ['<M8[ns]', 'dtype-unsupported'],
    ['<m8[s]', 'dtype-unsupported'],
    ['<c16', 'dtype-unsupported'],
    ['<f16', 'dtype-unsupported'],
    ['<g', 'dtype-unsupported'],
    ['|V2', 'dtype-ambiguous'],
    ['=f4', 'dtype-ambiguous'],
    ['f4', 'dtype-ambiguous'],
  ])('dtype %s is refused as %s', (descr, code) => {
    expect(refusalsOf(readBytesAs(npy(new Uint8Array(64), { descr, shape: '(4,)' }), 'a.npy'))).toEqual([['a', code]]);
  });

  test('structures are refused', () => {
    const header = "{'descr': [('a', '<f4'), ('b', '<i4')], 'fortran_order': False, 'shape': (1,), }";
    expect(refusalsOf(readBytesAs(npy(new Uint8Array(8), { header }), 'a.npy'))).toEqual([['a', 'dtype-unsupported']]);
  });

  test('raw items are what the user says, if that has as many bytes', () => {
    const raw = npy([1, 2, 3, 4], { descr: '|V2', shape: '(2,)' });
    const file = readBytesAs(raw, 'a.npy', { rawItemDtype: 'BF16' });
    expect([file.tensors[0]?.dtype, contentOf(file.tensors[0])]).toEqual(['BF16', [1, 2, 3, 4]]);
    expect(refusalsOf(readBytesAs(raw, 'a.npy', { rawItemDtype: 'F32' }))).toEqual([['a', 'dtype-ambiguous']]);
  });

  test('more or less data than the shape has', () => {
    expect(codeOfReading(concat(array, [0]), 'a.npy')).toBe('inconsistent');
    expect(codeOfReading(array.subarray(0, -1), 'a.npy')).toBe('inconsistent');
    expect(codeOfReading(npy(six, { descr: '<f4', shape: '(4294967296, 4294967296, 0, 6)' }), 'a.npy')).toBe(
      'inconsistent',
    );
  });

  test('a shape that is no tuple of sizes, an order that is no truth value', () => {
    const odd = ["'shape': (2, -3)", "'shape': (2.5, 3)", "'shape': 6"].map(
      (shape) => `{'descr': '<f4', 'fortran_order': False, ${shape}}`,
    );
    for (const header of [...odd, "{'descr': '<f4', 'fortran_order': 1, 'shape': (2, 3)}"]) {
      expect(codeOfReading(npy(six, { header }), 'a.npy'), header).toBe('malformed');
    }
  });
});

describe('many arrays in a zip file', () => {
  const npz = (members: readonly ZipMember[]): Uint8Array => zip(members);

  test('stored and compressed members are read alike', () => {
    const file = readBytesAs(
      npz([
        { name: 'a/w.npy', data: array },
        { name: 'b.npy', data: array, method: 'deflate' },
        { name: 'notes.txt', data: 'hello' },
      ]),
      'weights.npz',
    );
    expect(file.tensors.map(({ name, origin }) => [name, origin.member, origin.span === undefined])).toEqual([
      ['a/w', 'a/w.npy', false],
      ['b', 'b.npy', true],
    ]);
    for (const tensor of file.tensors) expect(contentOf(tensor)).toEqual([...six]);
    expect(file.omitted).toEqual([{ path: 'notes.txt', what: 'a file beside the arrays' }]);
  });

  test('an array whose name does not end in .npy', () => {
    const file = readBytesAs(
      npz([
        { name: 'a.npy', data: array },
        { name: 'b', data: array },
      ]),
      'w.npz',
    );
    expect(refusalsOf(file)).toEqual([['b', 'name-invalid']]);
  });

  test.each([
    [
      'a name twice',
      [
        { name: 'a.npy', data: array },
        { name: 'a.npy', data: array },
      ],
      'ambiguous',
    ],
    [
      'two answers to one key',
      [
        { name: 'a.npy', data: array },
        { name: 'a', data: 'text' },
      ],
      'ambiguous',
    ],
    ['another name in the local header', [{ name: 'a.npy', localName: 'b.npy', data: array }], 'ambiguous'],
    [
      'a member no directory lists',
      [
        { name: 'a.npy', data: array },
        { name: 'b.npy', data: array, omit: 'central' },
      ],
      'ambiguous',
    ],
    ['a symbolic link', [{ name: 'a.npy', data: array, mode: 0o120777 }], 'ambiguous'],
    [
      'an array whose attributes call it a folder: numpy reads it all the same',
      [
        { name: 'a.npy', data: array },
        { name: 'b.npy', data: array, mode: 0o040755 },
      ],
      'ambiguous',
    ],
    ['a wrong checksum', [{ name: 'a.npy', data: array, localCrc: 1, centralCrc: 1 }], 'malformed'],
    [
      'a wrong checksum, compressed',
      [{ name: 'a.npy', data: array, localCrc: 1, centralCrc: 1, method: 'deflate' }],
      'malformed',
    ],
    [
      'more content than it says',
      [{ name: 'a.npy', data: array, method: 'deflate', localSize: undefined, centralSize: array.length - 4 }],
      'ambiguous',
    ],
  ] as const)('%s', (_, members, code) => {
    expect(codeOfReading(npz(members as readonly ZipMember[]), 'w.npz')).toBe(code);
  });

  test('an archive before or behind another one', () => {
    const one = npz([{ name: 'a.npy', data: array }]);
    expect(codeOfReading(concat(one, one), 'w.npz')).toBe('ambiguous');
    expect(codeOfReading(zip([{ name: 'a.npy', data: array }], { prefix: 'x' }), 'w.npz')).toBe('ambiguous');
  });
});

test('truncated at each offset', () => {
  expectTruncationsTold(array, 'a.npy');
  expectTruncationsTold(zip([{ name: 'a.npy', data: array, method: 'deflate' }]), 'a.npz');
});

test('random damage only yields typed errors', () => {
  expectMutationsTold(array, 'a.npy');
  expectMutationsTold(zip([{ name: 'a.npy', data: array, method: 'deflate' }]), 'a.npz', {}, 200);
});
