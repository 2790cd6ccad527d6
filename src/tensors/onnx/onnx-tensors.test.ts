import { describe, expect, test } from 'vitest';
import { concat, f32le, le } from '../../../test/build/bytes.ts';
import { externalTensor, lengthField, onnx, onnxNode, varint, varintField } from '../../../test/build/protobuf.ts';
import {
  codeOfReading,
  contentOf,
  expectMutationsTold,
  expectTruncationsTold,
  readBytesAs,
  refusalsOf,
} from '../../../test/build/read-all.ts';
import { BufferSource } from '../../bytes/source.ts';

/** TensorProto: dims 1, data_type 2, then what is given, name 8. */
function tensor(name: string, type: number, dims: readonly number[], ...data: readonly Uint8Array[]): Uint8Array {
  return concat(...dims.map((dim) => varintField(1, dim)), varintField(2, type), ...data, lengthField(8, name));
}

const raw = (...values: readonly number[]): Uint8Array => lengthField(9, f32le(...values));
const one = (...parts: readonly Uint8Array[]): Uint8Array => onnx({ initializers: parts });
const attribute = (name: string, number: number, content: Uint8Array): Uint8Array =>
  concat(lengthField(1, name), lengthField(number, content));

describe('where data stands', () => {
  test('raw bytes in place, metadata beside them', () => {
    const bytes = onnx({ initializers: [tensor('w', 1, [2], raw(1, 2))], metadata: [['author', 'me']] });
    const file = readBytesAs(bytes, 'm.onnx');
    expect(file.tensors[0]).toMatchObject({ name: 'w', dtype: 'F32', shape: [2] });
    expect(file.tensors[0]?.origin.span).toBeDefined();
    expect(contentOf(file.tensors[0])).toEqual([...f32le(1, 2)]);
    expect(file.metadata).toEqual(new Map([['author', 'me']]));
  });

  test('packed and single typed values', () => {
    const packed = tensor('w', 1, [2], lengthField(4, f32le(1, 2)));
    const single = tensor('w', 1, [2], concat(varint(4 * 8 + 5), f32le(1)), concat(varint(4 * 8 + 5), f32le(2)));
    for (const bytes of [one(packed), one(single)]) {
      expect(contentOf(readBytesAs(bytes, 'm.onnx').tensors[0])).toEqual([...f32le(1, 2)]);
    }
  });

  test('small integers, halves and negative numbers stand as varints', () => {
    const values = (...numbers: readonly (number | bigint)[]): Uint8Array => lengthField(5, ...numbers.map(varint));
    const rows = [
      [3, values(-1, 127, -128), [255, 127, 128]],
      [10, values(0x3c00), [0x00, 0x3c]],
      [16, values(0x3f80), [0x80, 0x3f]],
      [6, values(-2), [254, 255, 255, 255]],
      [17, values(0x38), [0x38]],
    ] as const;
    for (const [type, data, expected] of rows) {
      const bytes = one(
        tensor('w', type, [expected.length / (type === 6 ? 4 : type === 3 || type === 17 ? 1 : 2)], data),
      );
      expect(contentOf(readBytesAs(bytes, 'm.onnx').tensors[0]), `type ${type}`).toEqual([...expected]);
    }
    const wide = tensor('w', 7, [2], lengthField(7, varint(-5), varint(2n ** 62n)));
    expect(contentOf(readBytesAs(one(wide), 'm.onnx').tensors[0])).toEqual([...le(-5, 8), ...le(2n ** 62n, 8)]);
  });

  test('a varint that does not fit, too few and too many of them', () => {
    for (const numbers of [[256, 1], [1], [1, 2, 3]]) {
      expect(
        codeOfReading(one(tensor('w', 2, [2], lengthField(5, ...numbers.map((n) => varint(n))))), 'm.onnx'),
      ).toMatch(/^(?:malformed|inconsistent)$/);
    }
  });

  test('constants, and tensors in the bodies of branches', () => {
    const constant = onnxNode('Constant', '', [attribute('value', 5, tensor('', 1, [1], raw(5)))]);
    const body = lengthField(5, tensor('w', 1, [1], raw(7)));
    const branch = onnxNode('If', '', [attribute('then_branch', 6, body), attribute('else_branch', 6, body)]);
    const file = readBytesAs(onnx({ nodes: [constant, branch] }), 'm.onnx');
    expect(file.tensors.map(({ name }) => name)).toEqual(['y', 'n.then_branch.w', 'n.else_branch.w']);
    expect(contentOf(file.tensors[0])).toEqual([...f32le(5)]);
  });

  test('a tensor in a file of its own', () => {
    const file = readBytesAs(tensor('', 1, [1], raw(1)), 'input_0.pb');
    expect([file.format, file.tensors[0]?.name]).toEqual(['onnx-tensor', 'input_0']);
  });
});

describe('what is refused', () => {
  test('packed halves of bytes, text, 128-bit complex numbers, sparse tensors, segments, no data, no name', () => {
    const bytes = onnx({
      initializers: [
        tensor('s', 8, [1], lengthField(6, 'x')),
        tensor('i4', 22, [2], lengthField(9, [0x21])),
        tensor('f4', 23, [2], lengthField(9, [0x21])),
        tensor('c', 15, [1], lengthField(9, new Uint8Array(16))),
        tensor('seg', 1, [1], lengthField(3, varintField(1, 0), varintField(2, 1)), raw(1)),
        tensor('none', 1, [1]),
        tensor('', 1, [1], raw(1)),
      ],
      sparse: [
        concat(
          lengthField(1, tensor('sp', 1, [1], raw(1))),
          lengthField(2, tensor('', 7, [1], lengthField(9, le(0, 8)))),
        ),
      ],
    });
    expect(new Map(refusalsOf(readBytesAs(bytes, 'm.onnx')))).toEqual(
      new Map([
        ['sp', 'layout-sparse'],
        ['s', 'dtype-unsupported'],
        ['i4', 'dtype-unsupported'],
        ['f4', 'dtype-unsupported'],
        ['c', 'dtype-unsupported'],
        ['seg', 'layout-unknown'],
        ['none', 'without-data'],
        ['', 'name-invalid'],
      ]),
    );
  });

  test.each([
    ['another size than its shape', [tensor('w', 1, [3], raw(1, 2))], 'inconsistent'],
    ['a negative axis', [tensor('w', 1, [-1], raw(1))], 'inconsistent'],
    ['an absurd shape', [tensor('w', 1, [2 ** 40, 2 ** 40], raw(1))], 'inconsistent'],
    ['values in the field of another type', [tensor('w', 1, [1], lengthField(5, varint(1)))], 'inconsistent'],
    ['raw and typed data', [tensor('w', 1, [1], raw(1), lengthField(4, f32le(2)))], 'ambiguous'],
    ['raw data twice, of which the last counts', [tensor('w', 1, [1], raw(1), raw(2))], 'ambiguous'],
    ['one name twice', [tensor('w', 1, [1], raw(1)), tensor('w', 1, [1], raw(2))], 'ambiguous'],
  ] as const)('%s', (_, parts, code) => {
    expect(codeOfReading(one(...parts), 'm.onnx')).toBe(code);
  });
});

describe('data in other files', () => {
  const data = new BufferSource(concat(new Uint8Array(4), f32le(7)));
  const openBeside = (name: string): BufferSource | undefined => (name === 'weights.bin' ? data : undefined);
  const external = (location: string, more: Readonly<Record<string, string>> = {}): Uint8Array =>
    one(externalTensor(location, more));

  test('a range of a file beside the model', () => {
    const file = readBytesAs(external('weights.bin', { offset: '4', length: '4' }), 'm.onnx', { openBeside });
    expect(file.tensors[0]?.origin).toEqual({ member: 'weights.bin', span: { start: 4, end: 8 } });
    expect(contentOf(file.tensors[0])).toEqual([...f32le(7)]);
  });

  test.each([
    ['nobody opens it', 'other.bin', {}],
    ['an attribute of a Python object (CVE-2026-34445)', 'weights.bin', { __class__: 'x' }],
    ['a negative offset', 'weights.bin', { offset: '-4' }],
    ['a number that is none', 'weights.bin', { offset: '0x4' }],
    ['a base path of its own', 'weights.bin', { basepath: '/etc' }],
  ])('%s', (_, location, more) => {
    expect(refusalsOf(readBytesAs(external(location, more), 'm.onnx', { openBeside }))).toEqual([
      ['w', 'external-data'],
    ]);
  });

  test.each([
    ['it reaches past the end', { offset: '8', length: '4' }],
    ['its length is another than that of the tensor', { offset: '0', length: '8' }],
    ['without a length it is the rest of the file', { offset: '0' }],
  ])('%s', (_, more) => {
    expect(codeOfReading(external('weights.bin', more), 'm.onnx', { openBeside })).toBe('inconsistent');
  });
});

const sample = onnx({
  initializers: [tensor('w', 1, [2], raw(1, 2)), tensor('h', 10, [2], lengthField(5, varint(0x3c00), varint(0xbc00)))],
});

test('truncated at each offset', () => {
  expectTruncationsTold(sample, 'm.onnx');
});

test('random damage only yields typed errors', () => {
  expectMutationsTold(sample, 'm.onnx', {}, 1000);
});
