import { expect, test } from 'vitest';
import { concat, f32le, padTo } from '../../../test/build/bytes.ts';
import { gguf, ggufText } from '../../../test/build/tensors.ts';
import {
  codeOfReading,
  contentOf,
  expectMutationsTold,
  expectTruncationsTold,
  readBytesAs,
  refusalsOf,
} from '../../../test/build/read-all.ts';
import { ordinaryGguf } from '../../rules/examples/gguf.ts';

const six = f32le(1, 2, 3, 4, 5, 6);
const plain = gguf({ tensors: [{ name: 'w', dims: [3, 2] }], data: padTo(six, 32) });

test('axes are turned around, since ggml lists the innermost first', () => {
  const file = readBytesAs(plain, 'm.gguf');
  expect(file.tensors[0]).toMatchObject({ name: 'w', dtype: 'F32', shape: [2, 3] });
  expect(contentOf(file.tensors[0])).toEqual([...six]);
  expect(file.notes.join()).toContain('outermost');
  expect(file.metadata).toEqual(new Map([['general.architecture', 'llama']]));
});

test('blocks of quantized numbers are listed under the name ggml has for them', () => {
  const bytes = gguf({ tensors: [{ name: 'q', dims: [32, 2], type: 2 }], data: padTo(new Uint8Array(36).fill(5), 32) });
  const [tensor] = readBytesAs(bytes, 'm.gguf').tensors;
  expect(tensor).toMatchObject({ dtype: 'Q4_0', shape: [2, 32], placement: { byteLength: 36, itemBytes: undefined } });
  expect(contentOf(tensor)).toEqual(Array.from({ length: 36 }, () => 5));
});

test('big-endian numbers are turned; big-endian blocks nobody defines are refused', () => {
  const big = readBytesAs(ordinaryGguf({ bigEndian: true }), 'm.gguf');
  const little = readBytesAs(ordinaryGguf(), 'm.gguf');
  expect(little.tensors.map(({ name, dtype }) => [name, dtype])).toEqual([
    ['token_embd.weight', 'F32'],
    ['output.weight', 'Q8_0'],
  ]);
  expect(big.tensors.map(({ name, placement }) => [name, placement.swapBytes])).toEqual([['token_embd.weight', 4]]);
  expect(refusalsOf(big)).toEqual([['output.weight', 'dtype-unsupported']]);
});

test('an element type that ggml does not define', () => {
  const bytes = gguf({ tensors: [{ name: 'x', dims: [8], type: 99 }], data: new Uint8Array(32) });
  expect(refusalsOf(readBytesAs(bytes, 'm.gguf'))).toEqual([['x', 'dtype-unsupported']]);
});

test('overlaps, data past the end, one name twice, a product that overflows (CVE-2025-53630)', () => {
  const data = padTo(six, 32);
  const first = { name: 'a', dims: [6] };
  const rows = [
    [{ tensors: [first, { name: 'b', dims: [6] }], data }, 'inconsistent'],
    [{ tensors: [{ name: 'a', dims: [600] }], data }, 'inconsistent'],
    [{ tensors: [first, { ...first, offset: 32 }], data: concat(data, data) }, 'ambiguous'],
    [{ tensors: [{ name: 'a', dims: [2n ** 62n, 8] }], data }, 'inconsistent'],
    [
      {
        entries: [
          ['k', ggufText('a')],
          ['k', ggufText('b')],
        ],
        tensors: [first],
        data,
      },
      'ambiguous',
    ],
  ] as const;
  for (const [options, code] of rows) expect(codeOfReading(gguf(options), 'm.gguf')).toBe(code);
});

test('truncated at each offset', () => {
  expectTruncationsTold(plain, 'm.gguf');
});

test('random damage only yields typed errors', () => {
  expectMutationsTold(plain, 'm.gguf');
});
