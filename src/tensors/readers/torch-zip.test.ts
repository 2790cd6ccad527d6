/** Where loaders of torch's zip files disagree, measured with torch 2.13: each is refused, or read as all of them do. */
import { expect, test } from 'vitest';
import { concat, f32le } from '../../../test/build/bytes.ts';
import { gatherTensor } from '../../../test/build/gather-tensor.ts';
import { asm } from '../../../test/build/pickle.ts';
import { stateDict, type TorchZip, torchZip } from '../../../test/build/torch.ts';
import { call, dict, objectOf, pickleOf, tensor, tuple } from '../../../test/build/torch-object.ts';
import { zip, type ZipMember } from '../../../test/build/zip.ts';
import { BufferSource } from '../../bytes/source.ts';
import { TensorError } from '../errors.ts';
import { readTensors, type ReadTensorsOptions } from '../read-tensors.ts';
import type { TensorFile } from '../tensor.ts';

const FLOATS = f32le(1, 2, 3, 4);

function read(bytes: Uint8Array, options: ReadTensorsOptions = {}): TensorFile {
  return readTensors(new BufferSource(bytes), 'model.pt', options);
}

function codeOf(bytes: Uint8Array, options?: ReadTensorsOptions): string {
  try {
    read(bytes, options);
    return 'read';
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}

/** The members of an ordinary checkpoint, each of which can be replaced. */
function members(replace: Readonly<Record<string, Partial<ZipMember>>> = {}): ZipMember[] {
  const all: ZipMember[] = [
    { name: 'archive/data.pkl', data: stateDict() },
    { name: 'archive/byteorder', data: 'little' },
    { name: 'archive/data/0', data: FLOATS },
    { name: 'archive/version', data: '3\n' },
  ];
  return all.map((member) => ({ ...member, ...replace[member.name] }));
}

test('an ordinary one: where its bytes are, and what its header says of them', () => {
  const bytes = torchZip();
  const { tensors, refused, omitted, globals, notes } = read(bytes);
  expect(tensors).toHaveLength(1);
  expect(tensors[0]).toMatchObject({ name: 'w', dtype: 'F32', shape: [4], origin: { member: 'archive/data/0' } });
  const { span, crc32 } = tensors[0]?.origin ?? {};
  expect(bytes.slice(span?.start, span?.end)).toEqual(FLOATS);
  expect(crc32).toBeGreaterThan(0);
  expect([refused, omitted, notes]).toEqual([[], [], []]);
  expect(globals).toEqual(['collections.OrderedDict', 'torch.FloatStorage', 'torch._utils._rebuild_tensor_v2']);
});

const other = torchZip({ pickle: objectOf({ evil: (a) => tensor(a) }) });

const AMBIGUOUS: readonly (readonly [string, Uint8Array])[] = [
  ['two zip files in a row: torch reads the second, zipfile the first', concat(torchZip(), other)],
  ['bytes before the archive', torchZip({ zip: { prefix: 'xxxx' } })],
  ['bytes before the archive that offsets do not count', torchZip({ zip: { prefix: 'xxxx', relativeOffsets: true } })],
  ['bytes after the archive', torchZip({ zip: { tail: 'xxxx' } })],
  ['two data.pkl', torchZip({ extra: [{ name: 'archive/data.pkl', data: stateDict() }] })],
  ['DATA.PKL beside data.pkl', torchZip({ extra: [{ name: 'archive/DATA.PKL', data: stateDict() }] })],
  ['two records of one name', torchZip({ extra: [{ name: 'archive/DATA/0', data: FLOATS }] })],
  ['a second root', torchZip({ before: [{ name: 'other/version', data: '3' }] })],
  ['a second root behind', torchZip({ extra: [{ name: 'other/data.pkl', data: stateDict() }] })],
  ['another name in the local header', zip(members({ 'archive/data/0': { localName: 'archive/data/9' } }))],
  ['another size in the local header', zip(members({ 'archive/data/0': { localSize: 8 } }))],
  ['another checksum in the local header', zip(members({ 'archive/data/0': { localCrc: 1 } }))],
  ['an entry no directory lists', torchZip({ extra: [{ name: 'archive/data/1', data: FLOATS, omit: 'central' }] })],
  ['an encrypted record', zip(members({ 'archive/data/0': { localFlags: 1, centralFlags: 1 } }))],
  ['a record that only the directory calls encrypted', zip(members({ 'archive/data/0': { centralFlags: 1 } }))],
  ['a record that is a link', zip(members({ 'archive/data/0': { mode: 0o120777 } }))],
  [
    'a record whose attributes call it a folder: torch 2.13 gives uninitialised memory',
    zip(members({ 'archive/data/0': { dosAttributes: 0x10 } })),
  ],
  ['an end record in the comment of another', torchZip({ zip: { comment: `PK\u0005\u0006${'\0'.repeat(18)}` } })],
  ['a false number of entries', torchZip({ zip: { claimedEntries: 2 } })],
  [
    'a compressed record: torch with mmap takes the compressed bytes',
    zip(members({ 'archive/data/0': { method: 'deflate' } })),
  ],
  ['a stored record of two sizes', zip(members({ 'archive/data/0': { localSize: 16, centralSize: 12 } }))],
];

test.each(AMBIGUOUS)('ambiguous: %s', (_, bytes) => {
  expect(codeOf(bytes)).toBe('ambiguous');
});

test.each([
  [
    'a short record: torch with mmap reads what lies behind it',
    members({ 'archive/data/0': { data: f32le(1, 2, 3) } }),
  ],
  ['a long record', members({ 'archive/data/0': { data: f32le(1, 2, 3, 4, 5) } })],
  ['no record', members().filter(({ name }) => name !== 'archive/data/0')],
  ['a wrong checksum of data.pkl', members({ 'archive/data.pkl': { localCrc: 5, centralCrc: 5 } })],
  ['a byte order that is none', members({ 'archive/byteorder': { data: 'middle' } })],
])('inconsistent: %s', (_, parts) => {
  expect(codeOf(zip(parts))).toBe('inconsistent');
});

test('DATA.PKL alone is found, as torch looks names up without regard to case', () => {
  const bytes = zip(
    members({ 'archive/data.pkl': { name: 'archive/DATA.PKL' }, 'archive/data/0': { name: 'ARCHIVE/Data/0' } }),
  );
  expect(codeOf(bytes)).toBe('ambiguous');
  const folded = zip(
    members({ 'archive/data.pkl': { name: 'archive/DATA.PKL' }, 'archive/data/0': { name: 'archive/Data/0' } }),
  );
  expect(read(folded).tensors).toHaveLength(1);
});

test('the checksum of tensor bytes is handed on, not verified: nothing is read before it is needed', () => {
  const bytes = zip(members({ 'archive/data/0': { localCrc: 5, centralCrc: 5 } }));
  expect(read(bytes).tensors[0]?.origin.crc32).toBe(5);
});

test('no checksum anywhere (torch.serialization.set_crc32_options) is noted; one that is missing is wrong', () => {
  const zero = { localCrc: 0, centralCrc: 0 };
  const none = members().map((member) => ({ ...member, ...zero }));
  const file = read(zip(none));
  expect(file.notes).toEqual(['every CRC is zero: torch was told to store none']);
  expect(file.tensors[0]?.origin.crc32).toBeUndefined();
  expect(codeOf(zip(members({ 'archive/data.pkl': zero })))).toBe('inconsistent');
});

test('compressed records are decoded when that is asked for; a compressed pickle always is', () => {
  const bytes = zip(members({ 'archive/data/0': { method: 'deflate' }, 'archive/data.pkl': { method: 'deflate' } }));
  const { tensors } = read(bytes, { allowCompressed: true });
  expect(tensors.map(gatherTensor)).toEqual([FLOATS]);
  expect(tensors[0]?.origin.span).toBeUndefined();
  expect(codeOf(zip(members({ 'archive/data.pkl': { method: 'deflate' } })))).toBe('read');
});

test('junk after STOP and values left on the stack are accepted as by torch, and noted', () => {
  const junk = read(torchZip({ pickle: concat(stateDict(), 'junk') }));
  expect(junk.notes).toEqual(['bytes after the end of the pickle are left out']);
  const left = read(torchZip({ pickle: pickleOf((a) => dict(a.none(), { w: (b) => tensor(b) })) }));
  expect(left.notes).toEqual(['1 values beside the object are on the stack at the end of the pickle']);
});

test('a big-endian file: typed storages are reordered, bytes seen as uint16 are refused, as torch leaves them', () => {
  const untyped = { version: '_v3', storage: 'torch.storage.UntypedStorage', count: 16, key: '1' } as const;
  const pickle = objectOf({
    f: (a) => tensor(a),
    u16: (a) => tensor(a, { ...untyped, dtype: 'uint16' }),
    f8: (a) => tensor(a, { ...untyped, dtype: 'float8_e4m3fn' }),
  });
  const parts = members({ 'archive/data.pkl': { data: pickle }, 'archive/byteorder': { data: 'big' } });
  const { tensors, refused } = read(zip([...parts, { name: 'archive/data/1', data: FLOATS }]));
  expect(tensors.map(({ name, placement }) => [name, placement.swapBytes])).toEqual([
    ['f', 4],
    ['f8', undefined],
  ]);
  expect(refused).toMatchObject([{ name: 'u16', code: 'dtype-ambiguous' }]);
});

test('a pickle that fails to load gives no tensors', () => {
  const pickle = asm().proto(2).binget(7).stop().bytes();
  expect(codeOf(torchZip({ pickle }))).toBe('malformed');
  expect(codeOf(torchZip({ pickle: stateDict().subarray(0, -1) }))).toBe('truncated');
});

const CODE = `class Net(Module):
  __parameters__ = ["weight", ]
  __buffers__ = ["mean", ]
  weight : Tensor
class Empty(Module):
  __parameters__ = []
  __buffers__ = []
`;

/** A TorchScript program: its classes, its tensors, and the tensors that its code names. */
function program(extra: Partial<TorchZip> = {}): Uint8Array {
  const pickle = pickleOf((a) => {
    a.global('__torch__.my', 'Net').emptyTuple().newobj();
    dict(a, {
      training: (b) => b.newfalse(),
      weight: (b) => tensor(b),
      mean: (b) => tensor(b),
      plain: (b) => tensor(b),
      sizes: (b) => call(b, 'torch.jit._pickle.build_intlist', (c) => tuple(c, [1, 2])),
      inner: (b) => dict(b.global('__torch__.other', 'Unknown').emptyTuple().newobj(), { w: (c) => tensor(c) }).build(),
    });
    return a.build();
  });
  const constants = pickleOf((a) => tensor(a.mark()).tuple());
  return torchZip({
    pickle,
    extra: [
      { name: 'archive/constants.pkl', data: constants },
      { name: 'archive/constants/0', data: FLOATS },
      { name: 'archive/code/__torch__/my.py', data: CODE, method: 'deflate' },
    ],
    ...extra,
  });
}

test('TorchScript: parameters and buffers by the code of their class; constants and other tensors are omitted', () => {
  const { tensors, omitted } = read(program());
  expect(tensors.map(({ name }) => name)).toEqual(['weight', 'mean', 'inner.w']);
  expect(omitted).toEqual([
    { path: 'plain', what: 'an attribute that is neither parameter nor buffer: F32 [4]' },
    { path: 'sizes', what: 'a tuple of 2' },
    { path: 'constants.0', what: 'a constant of the code: F32 [4]' },
  ]);
  const whole = read(program(), { wholeObject: true }).tensors;
  expect(whole.map(({ name }) => name)).toEqual(['weight', 'mean', 'plain', 'inner.w', 'constants.0']);
  expect(whole.at(-1)?.origin.member).toBe('archive/constants/0');
});

test('errors name the file and say what to do', () => {
  try {
    read(torchZip({ zip: { tail: 'x' } }));
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(TensorError);
    expect((error as TensorError).message).toMatch(
      /^model\.pt means different things to different loaders: 1 bytes after/,
    );
    expect((error as TensorError).hint).toBeDefined();
  }
});
