import { expect, test } from 'vitest';
import { f32le } from '../../../test/build/bytes.ts';
import { asm, type PickleAssembler } from '../../../test/build/pickle.ts';
import { torchZip } from '../../../test/build/torch.ts';
import { call, dict, emptyOrderedDict, objectOf, pickleOf, storage, tensor } from '../../../test/build/torch-object.ts';
import { LimitError } from '../../bytes/errors.ts';
import { BufferSource } from '../../bytes/source.ts';
import type { ReadTensorsOptions } from '../read-tensors.ts';
import { readTensors } from '../read-tensors.ts';
import type { TensorFile } from '../tensor.ts';

type Push = (a: PickleAssembler) => unknown;

function read(pickle: Uint8Array, options: ReadTensorsOptions = {}): TensorFile {
  const bytes = torchZip({ pickle, extra: [{ name: 'archive/data/1', data: f32le(5, 6, 7, 8) }] });
  return readTensors(new BufferSource(bytes), 'model.pt', options);
}

const names = (file: TensorFile): string[] => file.tensors.map(({ name }) => name);
const paths = (file: TensorFile): Record<string, string> =>
  Object.fromEntries(file.omitted.map(({ path, what }) => [path, what]));
const w: Push = (a) => tensor(a);
const one: Push = (a) => tensor(a, { size: [1] });
const number: Push = (a) => a.binint1(7);
const weights: Push = (a) => dict(a, { 'layer.weight': w, 'layer.bias': w });

test('a state dict: its keys are the names, in its order', () => {
  expect(names(read(objectOf({ b: w, a: w })))).toEqual(['b', 'a']);
});

test('the holder of the weights is unwrapped, optimizer, numbers and settings are omitted', () => {
  const pickle = objectOf({
    epoch: number,
    best: one,
    state_dict: weights,
    optimizer: (a) => dict(a, { state: (b) => b.emptyDict().binint1(0).raw([]).binint1(1).setitem(), exp_avg: w }),
    hyper_parameters: (a) => dict(a, { lr: number, name: (b) => b.text('x') }),
  });
  const file = read(pickle);
  expect(names(file)).toEqual(['layer.weight', 'layer.bias']);
  expect(paths(file)).toEqual({
    epoch: 'a number',
    best: 'a tensor: F32 [1]',
    'optimizer.state.0': 'a number',
    'optimizer.exp_avg': 'a tensor: F32 [4]',
    'hyper_parameters.lr': 'a number',
    'hyper_parameters.name': 'text',
  });
});

test('a holder in a holder is unwrapped as well', () => {
  expect(names(read(objectOf({ model: (a) => dict(a, { state_dict: weights, epoch: number }) })))).toEqual([
    'layer.weight',
    'layer.bias',
  ]);
});

test.each([
  ['two holders', { model: weights, ema: weights }],
  ['a holder beside other weights', { model: weights, ema: weights, optimizer: weights }],
])('%s: every name is a full path', (_, entries) => {
  expect(names(read(objectOf(entries)))).toEqual([
    'model.layer.weight',
    'model.layer.bias',
    'ema.layer.weight',
    'ema.layer.bias',
  ]);
});

test('weights that nothing is known of beside a holder keep their path, and so does the holder', () => {
  expect(names(read(objectOf({ model: weights, criterion: w })))).toEqual([
    'model.layer.weight',
    'model.layer.bias',
    'criterion',
  ]);
});

test('keys of training programs are plain names in a flat state dict', () => {
  expect(names(read(objectOf({ optimizer: w, model: w, args: w })))).toEqual(['optimizer', 'model', 'args']);
});

test('only what training goes on with: nothing is taken, and that is told', () => {
  const file = read(objectOf({ optimizer_state_dict: (a) => dict(a, { fp32_flat_groups: w }) }));
  expect(file.tensors).toEqual([]);
  expect(file.notes[0]).toMatch(/optimizer states/);
});

test('the whole object: everything under its full path', () => {
  const file = read(objectOf({ state_dict: weights, optimizer: w, best: one }), { wholeObject: true });
  expect(names(file)).toEqual(['state_dict.layer.weight', 'state_dict.layer.bias', 'optimizer', 'best']);
});

test('a part can be selected by its path, with dots in keys', () => {
  const pickle = objectOf({ 'a.b': (a) => dict(a, { c: weights }), a: (a) => dict(a, { b: w }) });
  expect(names(read(pickle, { select: 'a.b.c' }))).toEqual(['layer.weight', 'layer.bias']);
  expect(() => read(pickle, { select: 'a.x' })).toThrowError(/holds no tensors/);
});

test('keys that are whole numbers are digits; others give no name', () => {
  const pickle = pickleOf((a) => {
    tensor(a.emptyDict().mark().binint1(0));
    tensor(a.long1(-12));
    tensor(a.binint1(1).binint1(2).tuple2());
    tensor(a.none());
    a.binfloat(1.5).binint1(3);
    return a.setitems();
  });
  const file = read(pickle);
  expect(names(file)).toEqual(['0', '-12']);
  expect(file.refused).toEqual([
    { name: '?', code: 'name-invalid', detail: expect.stringContaining('neither text nor') as string },
    { name: '?', code: 'name-invalid', detail: expect.any(String) as string },
  ]);
  expect(paths(file)).toEqual({ '?': 'a number' });
});

test('names that are no text, or taken, are refused', () => {
  const pickle = pickleOf((a) => {
    tensor(a.emptyDict().mark().unicode('\\ud800'));
    tensor(a.text('__metadata__'));
    tensor(a.text('a.b'));
    dict(a.text('a'), { b: (b) => tensor(b, { key: '1' }) });
    return a.setitems();
  });
  const file = read(pickle);
  expect(names(file)).toEqual(['a.b']);
  expect(file.refused.map(({ name, code }) => `${name} ${code}`)).toEqual([
    '__metadata__ name-invalid',
    'a.b name-invalid',
    '? name-invalid',
  ]);
});

test('`__proto__` and the like are names like any other', () => {
  const entries = JSON.parse('{"__proto__":1,"constructor":1,"toString":1}') as Record<string, number>;
  const pickle = pickleOf((a) => {
    a.emptyDict().mark();
    for (const key of Object.keys(entries)) tensor(a.text(key));
    return a.setitems();
  });
  expect(names(read(pickle))).toEqual(['__proto__', 'constructor', 'toString']);
});

test('Python 2: an OrderedDict made of pairs, with byte strings as keys', () => {
  const pickle = pickleOf((a) => {
    a.global('collections', 'OrderedDict').emptyList().emptyList();
    tensor(a.mark().shortBinstring('w\u00e9')).appends();
    return a.append().tuple1().reduce();
  });
  expect(names(read(pickle))).toEqual(['wé']);
});

test('a key that occurs twice: the last value counts, in the place of the first', () => {
  const pickle = pickleOf((a) => {
    tensor(a.emptyDict().mark().text('a'));
    tensor(a.text('b'));
    tensor(a.text('a'), { key: '1' });
    return a.setitems();
  });
  const file = read(pickle);
  expect(file.tensors.map(({ name, storage: id }) => `${name} ${id}`)).toEqual(['a data/1', 'b data/0']);
  expect(file.notes[0]).toMatch(/twice/);
});

test('the number 0 and the text `0` are two keys of Python: neither tensor is lost, and 1, 1.0 and True are one', () => {
  const pickle = pickleOf((a) => {
    tensor(a.emptyDict().mark().binint1(0));
    tensor(a.text('0'), { key: '1' });
    dict(a.binint1(5), { a: (b) => tensor(b) });
    dict(a.text('5'), { b: (b) => tensor(b) });
    tensor(a.binint1(1));
    tensor(a.newtrue(), { key: '1' });
    tensor(a.binfloat(2));
    tensor(a.binint1(2));
    return a.setitems();
  });
  const file = read(pickle);
  expect(file.tensors.map(({ name, storage: id }) => `${name} ${id}`)).toEqual([
    '0 data/0',
    '5.a data/0',
    '5.b data/0',
    '1 data/1',
  ]);
  expect(file.refused.map(({ name, detail }) => `${name}: ${detail}`)).toEqual([
    '0: another tensor has this name',
    expect.stringMatching(/^\?: its key is neither/) as string,
  ]);
});

test('objects of unknown classes do not hide their tensors, however they are made', () => {
  const state: Push = (a) => dict(a, { weight: w });
  const pickle = pickleOf((a) => {
    a.emptyDict().mark();
    state(a.text('newobj').global('my', 'Model').emptyTuple().newobj());
    a.build();
    state(a.text('inst').mark().inst('my', 'Model'));
    a.build();
    state(a.text('slots').global('my', 'Model').emptyTuple().newobj().none());
    a.tuple2().build();
    tensor(a.text('mapping').global('my', 'Mapping').emptyTuple().reduce().text('k')).setitem();
    tensor(a.text('list').global('my', 'List').emptyTuple().reduce()).append();
    tensor(a.text('named').global('my', 'Pair')).tuple1().newobj();
    return a.setitems();
  });
  expect(names(read(pickle))).toEqual([
    'newobj.weight',
    'inst.weight',
    'slots.weight',
    'mapping.k',
    'list.0',
    'named.0',
  ]);
});

function module(entries: { parameters?: Push; buffers?: Push; modules?: Push; hidden?: Push; other?: Push }): Push {
  return (a) => {
    a.global('my.models', 'Net').emptyTuple().newobj();
    dict(a, {
      training: (b) => b.newtrue(),
      _parameters: entries.parameters ?? emptyOrderedDict,
      _buffers: entries.buffers ?? emptyOrderedDict,
      _non_persistent_buffers_set: entries.hidden ?? ((b) => call(b, '__builtin__.set', (c) => c.emptyList())),
      _modules: entries.modules ?? emptyOrderedDict,
      ...(entries.other === undefined ? {} : { other: entries.other }),
    });
    return a.build();
  };
}

const net = module({
  parameters: (a) => dict(a, { weight: w, none: (b) => b.none() }),
  buffers: (a) => dict(a, { mean: one, cache: w }),
  hidden: (a) => call(a, '__builtin__.set', (b) => b.emptyList().text('cache').append()),
  modules: (a) => dict(a, { block: module({ parameters: (b) => dict(b, { w }) }), off: (b) => b.none() }),
  other: w,
});

test('a module of any class: what state_dict() gives (torch/nn/modules/module.py)', () => {
  const file = read(pickleOf(net));
  expect(names(file)).toEqual(['weight', 'mean', 'block.w']);
  expect(paths(file)).toEqual({
    cache: 'a buffer that state_dict() leaves out: F32 [4]',
    other: 'an attribute: F32 [4]',
  });
  expect(file.globals).toContain('my.models.Net');
  expect(names(read(pickleOf(net), { wholeObject: true }))).toEqual(['weight', 'mean', 'cache', 'block.w', 'other']);
});

test('a module in a checkpoint is unwrapped like a state dict', () => {
  expect(names(read(objectOf({ model: net, epoch: number })))).toEqual(['weight', 'mean', 'block.w']);
});

test('a single tensor has a name of its own', () => {
  expect(names(read(pickleOf(w)))).toEqual(['tensor']);
});

test('an object in itself, and one with two names', () => {
  const pickle = pickleOf((a) => {
    a.emptyDict().binput(0).mark();
    tensor(a.text('w'));
    a.text('self').binget(0);
    dict(a.text('x'), { w }).binput(1);
    return a.text('y').binget(1).setitems();
  });
  expect(names(read(pickle))).toEqual(['w', 'x.w', 'y.w']);
});

test('a bare storage is told of', () => {
  expect(paths(read(objectOf({ s: (a) => storage(a), w })))).toEqual({ s: 'an object kept outside the pickle' });
});

test('shared containers that multiply, deep ones, and long names end at a limit', () => {
  const doubled = pickleOf((a) => {
    tensor(a.emptyList()).append();
    for (let level = 0; level < 40; level += 1)
      a.binput(level).pop().emptyList().mark().binget(level).binget(level).appends();
    return a;
  });
  expect(() => read(doubled, { limits: { maxTensorVisits: 10_000 } })).toThrowError(LimitError);
  const plain = pickleOf((a) => {
    a.emptyDict().mark();
    tensor(a.text('w'));
    a.text('bomb').emptyList();
    for (let level = 0; level < 40; level += 1)
      a.binput(level).pop().emptyList().mark().binget(level).binget(level).appends();
    return a.setitems();
  });
  expect(read(plain, { limits: { maxOmittedValues: 100 } }).notes.join()).toMatch(/further values/);
  const deep = pickleOf((a) => {
    tensor(a);
    for (let level = 0; level < 5000; level += 1) a.tuple1();
    return a;
  });
  expect(() => read(deep)).toThrowError(/maxObjectDepth/);
  const long = objectOf({ ['x'.repeat(4000)]: (a) => dict(a, { ['y'.repeat(4000)]: w }) });
  expect(() => read(long)).toThrowError(/maxTensorNameChars/);
});

test('what unpicklers disagree on is refused: state given twice, frames crossed', () => {
  const twice = pickleOf((a) => a.global('my', 'Model').emptyTuple().newobj().none().build().none().build());
  expect(() => read(twice)).toThrowError(/twice/);
  const crossed = asm().proto(4).frame(3).binunicode('abcdef').stop().bytes();
  expect(() => read(crossed)).toThrowError(/frame/);
});

test('a container changed after a tensor or a module was made of it is refused: it was another one then', () => {
  const metadata = pickleOf((a) =>
    tensor(a.emptyDict().binput(1).pop(), { metadata: (b) => b.binget(1) })
      .binget(1)
      .text('neg')
      .newtrue()
      .setitem()
      .pop(),
  );
  expect(() => read(metadata)).toThrowError(/changed after/);
  const state = pickleOf((a) => {
    tensor(a.global('my', 'Model').emptyTuple().newobj().emptyDict().binput(1).text('w')).setitem().build();
    return tensor(a.binget(1).text('w'), { key: '1' }).setitem().pop();
  });
  expect(() => read(state)).toThrowError(/changed after/);
  const pairs = pickleOf((a) => {
    a.global('collections', 'OrderedDict').emptyList().binput(1).tuple1().reduce();
    return tensor(a.binget(1).text('w')).tuple2().append().pop();
  });
  expect(() => read(pairs)).toThrowError(/changed after/);
});
