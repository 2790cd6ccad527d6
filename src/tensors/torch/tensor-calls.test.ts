/** torch/_utils.py: each function that rebuilds a tensor, and what is refused of it. */
import { expect, test } from 'vitest';
import { concat, f32le, latin1, le } from '../../../test/build/bytes.ts';
import { gatherTensor } from '../../../test/build/gather-tensor.ts';
import type { PickleAssembler } from '../../../test/build/pickle.ts';
import { torchZip } from '../../../test/build/torch.ts';
import { call, dict, emptyOrderedDict, objectOf, storage, tensor, tuple } from '../../../test/build/torch-object.ts';
import { BufferSource } from '../../bytes/source.ts';
import { TensorError } from '../errors.ts';
import { readTensors } from '../read-tensors.ts';
import type { TensorFile } from '../tensor.ts';

type Push = (a: PickleAssembler) => unknown;

const FLOATS = f32le(1, 2, 3, 4);

/** Reads a checkpoint of one entry `w`; records 0 and 1 hold four floats each. */
function read(push: Push): TensorFile {
  const bytes = torchZip({
    pickle: objectOf({ w: push }),
    extra: [{ name: 'archive/data/1', data: f32le(5, 6, 7, 8) }],
  });
  return readTensors(new BufferSource(bytes), 'model.pt');
}

/** Code of the error, or the refusal code of `w`, or the bytes of its tensor. */
function outcome(push: Push): string | Uint8Array {
  try {
    const { tensors, refused } = read(push);
    const [found] = tensors;
    return found === undefined ? (refused[0]?.code ?? 'nothing') : gatherTensor(found);
  } catch (error) {
    if (error instanceof TensorError) return error.code;
    throw error;
  }
}

const numpyArray = (a: PickleAssembler): PickleAssembler =>
  array(a, { kind: 'f4', order: '<', shape: [2, 2], bytes: FLOATS });

interface ArraySpelling {
  readonly kind: string;
  readonly order: string;
  readonly shape: number[];
  readonly bytes: Uint8Array;
  readonly columns?: boolean;
}

function array(a: PickleAssembler, { kind, order, shape, bytes, columns = false }: ArraySpelling): PickleAssembler {
  call(
    a,
    'numpy._core.multiarray._reconstruct',
    (b) => b.global('numpy', 'ndarray'),
    (b) => tuple(b, [0]),
    (b) => b.shortBinstring('b'),
  );
  a.mark().binint1(1);
  tuple(a, shape);
  call(
    a,
    'numpy.dtype',
    (b) => b.text(kind),
    (b) => b.newfalse(),
    (b) => b.newtrue(),
  );
  a.mark().binint1(3).text(order).none().none().none().binint(-1).binint(-1).binint1(0).tuple().build();
  if (columns) a.newtrue();
  else a.newfalse();
  call(
    a,
    '_codecs.encode',
    (b) => b.binunicode(String.fromCharCode(...bytes)),
    (b) => b.text('latin1'),
  );
  return a.tuple().build();
}

const parameter = (a: PickleAssembler): PickleAssembler =>
  call(
    a,
    'torch._utils._rebuild_parameter',
    (b) => tensor(b),
    (b) => b.newtrue(),
    emptyOrderedDict,
  );

const float32: Push = (a) => a.global('torch', 'float32');

const READ: readonly (readonly [string, Push, Uint8Array])[] = [
  ['_rebuild_tensor', (a) => tensor(a, { version: '' }), FLOATS],
  ['_rebuild_tensor_v2', (a) => tensor(a), FLOATS],
  ['_rebuild_tensor_v2 with an offset', (a) => tensor(a, { offset: 2, size: [2] }), f32le(3, 4)],
  ['_rebuild_tensor_v2 transposed', (a) => tensor(a, { size: [2, 2], stride: [1, 2] }), f32le(1, 3, 2, 4)],
  ['_rebuild_tensor_v2 of stride 0', (a) => tensor(a, { size: [3], stride: [0] }), f32le(1, 1, 1)],
  [
    '_rebuild_tensor_v2 negated',
    (a) => tensor(a, { metadata: (b) => dict(b, { neg: (c) => c.newtrue() }) }),
    f32le(-1, -2, -3, -4),
  ],
  [
    'sizes in torch.Size',
    (a) =>
      call(
        a,
        'torch._utils._rebuild_tensor',
        (b) => storage(b),
        (b) => b.binint1(0),
        (b) => call(b, 'torch.Size', (c) => tuple(c, [4])),
        (b) => tuple(b, [1]),
      ),
    FLOATS,
  ],
  ['a scalar', (a) => tensor(a, { size: [], stride: [], offset: 3 }), f32le(4)],
  [
    '_rebuild_tensor_v3',
    (a) =>
      tensor(a, {
        version: '_v3',
        storage: 'torch.storage.UntypedStorage',
        count: 16,
        dtype: 'uint16',
        size: [2],
        offset: 2,
      }),
    f32le(2),
  ],
  ['_rebuild_parameter', parameter, FLOATS],
  [
    '_rebuild_parameter_with_state',
    (a) =>
      call(
        a,
        'torch._utils._rebuild_parameter_with_state',
        (b) => tensor(b),
        (b) => b.newtrue(),
        emptyOrderedDict,
        (b) => dict(b, { x: (c) => c.none() }),
      ),
    FLOATS,
  ],
  [
    '_rebuild_from_type_v2 of another class',
    (a) =>
      call(
        a,
        'torch._tensor._rebuild_from_type_v2',
        (b) => b.global('torch._utils', '_rebuild_tensor'),
        (b) => b.global('my.package', 'Special'),
        (b) => {
          storage(b.mark()).binint1(0);
          tuple(b, [4]);
          return tuple(b, [1]).tuple();
        },
        (b) => b.emptyDict(),
      ),
    FLOATS,
  ],
  [
    '_rebuild_device_tensor_from_numpy',
    (a) =>
      call(
        a,
        'torch._utils._rebuild_device_tensor_from_numpy',
        numpyArray,
        float32,
        (b) => b.text('cuda'),
        (b) => b.newfalse(),
      ),
    FLOATS,
  ],
  [
    '_rebuild_xla_tensor',
    (a) =>
      call(
        a,
        'torch._utils._rebuild_xla_tensor',
        numpyArray,
        float32,
        (b) => b.text('xla'),
        (b) => b.newfalse(),
      ),
    FLOATS,
  ],
  [
    '_rebuild_device_tensor_from_cpu_tensor',
    (a) =>
      call(
        a,
        'torch._utils._rebuild_device_tensor_from_cpu_tensor',
        (b) => tensor(b),
        float32,
        (b) => b.text('hpu'),
        (b) => b.newfalse(),
      ),
    FLOATS,
  ],
  [
    'an array of NumPy in column order',
    (a) => array(a, { kind: 'f4', order: '<', shape: [2, 2], bytes: FLOATS, columns: true }),
    f32le(1, 3, 2, 4),
  ],
  [
    'an array of NumPy in the other byte order',
    (a) => array(a, { kind: 'u2', order: '>', shape: [2], bytes: Uint8Array.of(0, 1, 0x80, 0xff) }),
    concat(le(1, 2), le(0x80ff, 2)),
  ],
  [
    'a tensor of torch 0.1: BUILD of four',
    (a) => {
      call(a, 'torch.FloatTensor').mark();
      storage(a).binint1(0);
      tuple(a, [4]);
      return tuple(a, [1]).tuple().build();
    },
    FLOATS,
  ],
  [
    'a parameter of torch 0.3: BUILD of five',
    (a) => {
      call(a, 'torch.nn.parameter.Parameter').mark();
      tensor(a).none();
      return emptyOrderedDict(a).newtrue().newfalse().tuple().build();
    },
    FLOATS,
  ],
];

const spelled = (name: string): Push => READ.find(([each]) => each === name)?.[1] ?? (() => expect.fail(name));

test.each(READ)('%s', (_, push, bytes) => {
  expect(outcome(push)).toEqual(bytes);
});

const flag =
  (name: string, value: Push): Push =>
  (a) =>
    tensor(a, { metadata: (b) => dict(b, { [name]: value }) });

const REFUSED: readonly (readonly [string, Push, string])[] = [
  [
    '_rebuild_qtensor',
    (a) => call(a, 'torch._utils._rebuild_qtensor', (b) => storage(b, { storage: 'torch.QInt8Storage', count: 16 })),
    'layout-quantized',
  ],
  ['a storage of quantized items', (a) => tensor(a, { storage: 'torch.QInt8Storage', count: 16 }), 'layout-quantized'],
  ['_rebuild_sparse_tensor', (a) => call(a, 'torch._utils._rebuild_sparse_tensor', (b) => tensor(b)), 'layout-sparse'],
  ['_rebuild_nested_tensor', (a) => call(a, 'torch._utils._rebuild_nested_tensor', (b) => tensor(b)), 'layout-nested'],
  [
    '_rebuild_meta_tensor_no_storage',
    (a) => call(a, 'torch._utils._rebuild_meta_tensor_no_storage', float32),
    'without-data',
  ],
  [
    '_rebuild_wrapper_subclass',
    (a) => call(a, 'torch._utils._rebuild_wrapper_subclass', (b) => tensor(b)),
    'layout-unknown',
  ],
  [
    'a function torch does not have',
    (a) => call(a, 'torch._utils._rebuild_nothing', (b) => tensor(b)),
    'layout-unknown',
  ],
  [
    'a DTensor',
    (a) =>
      call(
        a,
        'torch._tensor._rebuild_from_type_v2',
        (b) => b.global('torch._utils', '_rebuild_tensor'),
        (b) => b.global('torch.distributed.tensor', 'DTensor'),
        (b) => b.emptyTuple(),
        (b) => b.none(),
      ),
    'layout-unknown',
  ],
  [
    'a ShardedTensor',
    (a) => {
      call(a, 'torch.distributed._shard.sharded_tensor.api.ShardedTensor');
      return dict(a, { shards: (b) => tensor(b) }).build();
    },
    'layout-unknown',
  ],
  ['complex128', (a) => tensor(a, { storage: 'torch.ComplexDoubleStorage', count: 1, size: [1] }), 'dtype-unsupported'],
  [
    'bits8',
    (a) =>
      tensor(a, { version: '_v3', storage: 'torch.storage.UntypedStorage', count: 16, dtype: 'bits8', size: [16] }),
    'dtype-unsupported',
  ],
  [
    'uint4',
    (a) =>
      tensor(a, { version: '_v3', storage: 'torch.storage.UntypedStorage', count: 16, dtype: 'uint4', size: [16] }),
    'dtype-unsupported',
  ],
  ['a storage class of another package', (a) => tensor(a, { storage: 'evil.FloatStorage' }), 'dtype-unsupported'],
  [
    'v3 over a typed storage: torch reinterprets',
    (a) => tensor(a, { version: '_v3', dtype: 'int32' }),
    'dtype-ambiguous',
  ],
  ['a sign flag that is false: torch sets it all the same', flag('neg', (a) => a.newfalse()), 'layout-unknown'],
  ['an unknown flag', flag('other', (a) => a.newtrue()), 'layout-unknown'],
  ['a conjugated real tensor', flag('conj', (a) => a.newtrue()), 'layout-unknown'],
  ['elements set one by one', (a) => tensor(a).binint1(0).binint1(9).setitem(), 'layout-unknown'],
  [
    'a state set afterwards',
    (a) => {
      tensor(a).mark();
      storage(a, { key: '1' }).binint1(0);
      tuple(a, [4]);
      return tuple(a, [1]).tuple().build();
    },
    'layout-unknown',
  ],
  [
    'a conversion on loading',
    (a) => call(a, 'torch._utils._rebuild_xla_tensor', numpyArray, (b) => b.global('torch', 'bfloat16')),
    'dtype-unsupported',
  ],
  [
    'an array of objects',
    (a) => array(a, { kind: 'O8', order: '|', shape: [1], bytes: latin1('12345678') }),
    'dtype-unsupported',
  ],
  [
    'what an unknown function makes of a tensor',
    (a) => call(a, 'my.package.dequantize', (b) => tensor(b)),
    'layout-unknown',
  ],
  ['stride 0 of 10^12 elements', (a) => tensor(a, { size: [10 ** 12], stride: [0] }), 'expansion-exceeded'],
  ['a view past the end', (a) => tensor(a, { size: [5] }), 'inconsistent'],
  ['a stride past the end', (a) => tensor(a, { size: [2, 2], stride: [3, 1] }), 'inconsistent'],
  ['an offset past the end', (a) => tensor(a, { offset: 4, size: [1] }), 'inconsistent'],
  ['a negative offset', (a) => tensor(a, { offset: -1 }), 'inconsistent'],
  ['a negative stride', (a) => tensor(a, { stride: [-1] }), 'inconsistent'],
  ['a negative size', (a) => tensor(a, { size: [-4] }), 'inconsistent'],
  ['more sizes than strides', (a) => tensor(a, { size: [2, 2] }), 'inconsistent'],
  [
    'sizes whose product is no number',
    (a) => tensor(a, { size: [2n ** 62n, 2n ** 62n], stride: [0, 0] }),
    'inconsistent',
  ],
  [
    'sizes that are no tuple',
    (a) =>
      call(
        a,
        'torch._utils._rebuild_tensor',
        (b) => storage(b),
        (b) => b.binint1(0),
        (b) => b.none(),
        (b) => b.none(),
      ),
    'inconsistent',
  ],
  [
    'sizes in a list, which may change later on',
    (a) =>
      call(
        a,
        'torch._utils._rebuild_tensor',
        (b) => storage(b),
        (b) => b.binint1(0),
        (b) => b.emptyList().binint1(4).append(),
        (b) => tuple(b, [1]),
      ),
    'inconsistent',
  ],
  [
    'an array whose bytes do not fill its shape',
    (a) => array(a, { kind: 'f4', order: '<', shape: [3], bytes: FLOATS }),
    'inconsistent',
  ],
  ['a storage that no record holds', (a) => tensor(a, { key: '7' }), 'inconsistent'],
  ['a record of another size (with mmap torch reads its neighbours)', (a) => tensor(a, { count: 5 }), 'inconsistent'],
  ['a storage given a state', (a) => storage(a).mark().tuple().build(), 'ambiguous'],
  ['a tensor built twice', (a) => call(a, 'torch.FloatTensor').none().build().emptyTuple().build(), 'ambiguous'],
];

test.each(REFUSED)('%s', (_, push, code) => {
  expect(outcome(push)).toBe(code);
});

test('no elements: neither offset nor strides matter (ATen/native/Resize.h)', () => {
  const { tensors } = read((a) => tensor(a, { size: [0, 3], stride: [9, 9], offset: 1000 }));
  expect(tensors[0]).toMatchObject({ shape: [0, 3], storage: undefined, placement: { byteLength: 0 } });
});

test('an axis of one element may have any stride, even beyond 2^53', () => {
  const { tensors } = read((a) => tensor(a, { size: [1, 4], stride: [2n ** 62n, 1] }));
  expect(tensors[0]?.placement.strides).toBeUndefined();
  expect(tensors.map(gatherTensor)).toEqual([FLOATS]);
});

test('one storage with two dtypes: torch takes the first, so both are refused', () => {
  const bytes = torchZip({
    pickle: objectOf({ a: (a) => tensor(a), b: (a) => tensor(a, { storage: 'torch.IntStorage' }) }),
  });
  const { tensors, refused } = readTensors(new BufferSource(bytes), 'model.pt');
  expect(tensors).toEqual([]);
  expect(refused.map(({ code }) => code)).toEqual(['dtype-ambiguous', 'dtype-ambiguous']);
});

test('what is left out of a tensor is told', () => {
  const hooked = read((a) => tensor(a, { hooks: (b) => dict(b, { h: (c) => c.global('my', 'hook') }) }));
  expect(hooked.notes).toEqual(['w: its backward hooks are left out']);
  expect(hooked.globals).toContain('my.hook');
  expect(read(spelled('_rebuild_parameter_with_state')).notes).toEqual(['w: its Python attributes are left out']);
  expect(read(spelled('_rebuild_from_type_v2 of another class')).notes).toEqual([
    'w: it is taken as a plain tensor instead of a my.package.Special',
  ]);
});

test('tensors of one storage share it, tensors of equal storages do not', () => {
  const bytes = torchZip({
    pickle: objectOf({
      a: (a) => tensor(a),
      b: (a) => tensor(a, { offset: 1, size: [2] }),
      c: (a) => tensor(a, { key: '1' }),
    }),
    extra: [{ name: 'archive/data/1', data: FLOATS }],
  });
  const [a, b, c] = readTensors(new BufferSource(bytes), 'model.pt').tensors;
  expect(a?.storage).toBe(b?.storage);
  expect(a?.storage).not.toBe(c?.storage);
});
