import { concat, latin1, le } from '../../build/bytes.ts';
import { asm, type PickleAssembler } from '../../build/pickle.ts';
import { build, call, d, dumps, emit, g, make, type PickleValue, t } from '../../build/pickle-value.ts';
import { CODE, COMMAND, type Expected, type HostileCase, PATH } from '../case.ts';

const cases: HostileCase[] = [];

function add(id: string, file: string, verdict: Expected, make: () => Uint8Array, rules: readonly string[] = []): void {
  cases.push({
    id: `indirect.${id}`,
    family: `indirect: ${id.split('.')[0]}`,
    file,
    origin: 'own',
    build: make,
    expect: { verdict, ...(rules.length > 0 ? { rules } : {}) },
  });
}

const value = (id: string, verdict: Expected, made: PickleValue, rules: readonly string[] = []): void =>
  add(id, 'model.pkl', verdict, () => dumps(made), rules);

const namespace = make('argparse:Namespace');
const sorted = g('builtins:sorted');

// What may only be held is called, with the file's arguments, by what the unpickler looks up on an instance.
value('state.setstate-on-the-instance', 'malicious', build(build(namespace, d(['__setstate__', sorted])), t('b', 'a')));
add('state.append-after-state', 'model.pkl', 'suspicious', () =>
  emit(asm().proto(4), build(make('collections:UserList'), d(['data', build(namespace, d(['extend', sorted]))])), {
    globals: 'stack-global',
  })
    .mark()
    .text('x')
    .appends()
    .stop()
    .bytes(),
);
value(
  'state.object-with-pop',
  'suspicious',
  build(make('sklearn.svm._classes:SVC'), build(namespace, d(['pop', sorted]))),
);
value(
  'state.computed-slots',
  'suspicious',
  build(make('random:Random'), call('builtins:tuple', [null, d(['seed', sorted])])),
);
value(
  'state.class-by-identity',
  'suspicious',
  build(call('torch.jit._pickle:restore_type_tag', g('argparse:Namespace'), ''), t(null, d(['__eq__', sorted]))),
);

value(
  'state.method-of-an-item',
  'suspicious',
  build(
    make('torch.optim.adam:Adam'),
    d(['param_groups', [build(namespace, d(['setdefault', sorted]))]], ['defaults', d()], ['state', d()]),
  ),
  ['pickle-shadowed-method'],
);
value(
  'state.callee-of-partial',
  'suspicious',
  build(make('functools:partial', sorted), t(call('torch.nn.modules.container:Sequential'), t(), d(), d())),
);

// Listed functions that call what they are given.
const rebuild = (target: PickleValue, ...args: readonly PickleValue[]): PickleValue =>
  call('torch._tensor:_rebuild_from_type', target, g('torch._tensor:Tensor'), t(...args), d());
const wrapper = g('numpy.core.fromnumeric:_wrapfunc');
const wrapped = (...args: readonly PickleValue[]): PickleValue => rebuild(wrapper, ...args);
value(
  'call.rebuild-from-type',
  'suspicious',
  wrapped(
    wrapped(
      wrapped(wrapped(wrapper, '__getattribute__', '__globals__'), '__getitem__', '__builtins__'),
      '__getitem__',
      'eval',
    ),
    '__call__',
    CODE,
  ),
  ['pickle-call-arguments'],
);
value(
  'call.reconstructor-base',
  'suspicious',
  call('copyreg:_reconstructor', g('joblib.memory:Memory'), g('joblib.memory:Memory'), PATH),
);
value(
  'call.ufunc-elsewhere',
  'suspicious',
  call('numpy.core:_ufunc_reconstruct', 'numpy.f2py.crackfortran', 'getlincoef'),
);
value('call.ufunc-load', 'suspicious', call('numpy.core:_ufunc_reconstruct', 'numpy', 'load'));
value('call.ufunc-runs-module', 'suspicious', call('numpy.core:_ufunc_reconstruct', 'numpy.f2py.__main__', 'main'));

// Checkpoints of torch before 1.6 whose pickles are all text.
const system = (a: PickleAssembler): PickleAssembler =>
  a.global('os', 'system').mark().string(`'${COMMAND}'`).tuple().reduce();
const legacy = (magic: string): Uint8Array =>
  concat(latin1(`${magic}.I1001\n.(d.`), system(asm()).stop().bytes(), '(l.');
add('legacy.magic-as-int', 'model.pt', 'malicious', () => legacy('I119547037146038801333356\n'));
add('legacy.magic-after-pop', 'model.pt', 'malicious', () => legacy('N0L119547037146038801333356L\n'));
add('legacy.magic-far-away', 'model.pt', 'malicious', () => legacy(`${'N0'.repeat(5000)}I119547037146038801333356\n`));

// joblib's unpickler and a reader that does not follow it part ways: what the one skips is opcodes to the other.
const stack = { globals: 'stack-global' } as const;
const dtype = (itemBytes: number): PickleValue =>
  build(call('numpy:dtype', 'f8', false, true), t(3, '<', null, null, null, itemBytes, -1, 0));
const arrayState = (
  items: number,
  itemBytes: number,
  ...more: readonly (readonly [PickleValue, PickleValue])[]
): PickleValue =>
  d(
    ['subclass', g('numpy:ndarray')],
    ['shape', t(items)],
    ['order', 'C'],
    ['dtype', dtype(itemBytes)],
    ['allow_mmap', true],
    ...more,
  );
const wrapperClass = g('joblib.numpy_pickle:NumpyArrayWrapper');
const payload = (): Uint8Array => system(asm().pop()).stop().bytes();
const joblib = (made: PickleValue, state: PickleValue, rest: Uint8Array): Uint8Array =>
  concat(
    emit(emit(asm().proto(4), made, stack), state, stack)
      .build()
      .bytes(),
    rest,
  );
/** Three constants and the head of a fourth, eight bytes in all, before opcodes that the fourth swallows. */
const swallowed = (): Uint8Array => concat('NNNB', le(payload().length, 4), payload());

for (const [name, made] of [
  ['reconstructor', call('copyreg:_reconstructor', wrapperClass, g('builtins:object'), null)],
  ['newobj-function', call('copyreg:__newobj__', wrapperClass)],
] as const)
  add(`joblib.wrapper-by-${name}`, 'model.joblib', 'not-clean', () =>
    concat(joblib(made, arrayState(1, -1), swallowed()), '.'),
  );
const honest = make('joblib.numpy_pickle:NumpyArrayWrapper');
const hidden = (): Uint8Array => {
  const bytes = new Uint8Array(800).fill(0);
  bytes.fill(0xff, 0, 8);
  bytes.set(payload(), 8);
  return concat(bytes, '.');
};
add('joblib.computed-key', 'model.joblib', 'not-clean', () =>
  joblib(honest, arrayState(100, -1, [call('builtins:str', 'shape'), t(1)]), hidden()),
);
add('joblib.item-size-of-state', 'model.joblib', 'not-clean', () => joblib(honest, arrayState(1, 800), hidden()));
add('joblib.frame-goes-on', 'model.joblib', 'malicious', () => {
  const inner = concat(joblib(honest, arrayState(1, -1), new Uint8Array(0)).slice(2), 'N0N0N0N0');
  return concat([0x80, 4, 0x95], le(inner.length, 8), inner, swallowed(), '.');
});
add('joblib.read-by-pickle', 'model.pkl', 'malicious', () => {
  const items = new Uint8Array(320);
  items.set(payload());
  return joblib(honest, arrayState(40, -1), concat(items, '.'));
});

// Python ends a comment at a carriage return.
add('numpy.comment-ended-by-return', 'a.npy', 'malicious', () => {
  const header = "{'descr': '<f8', #\r 'descr': '|O',\n'fortran_order': False, 'shape': (100,)}\n";
  const items = new Uint8Array(800);
  items.set(system(asm().proto(2)).stop().bytes());
  return concat([0x93], 'NUMPY', [1, 0], le(header.length, 2), header, items);
});

// What a reader does once for each reference must not be done again for each path to it.
add('resources.shared-tuples', 'model.pkl', 'suspicious', () => {
  const a = asm().proto(4).emptyDict().binput(0);
  for (let level = 1; level <= 6; level += 1) {
    a.pop().mark();
    for (let item = 0; item < 250; item += 1) a.binget(level - 1);
    a.tuple().binput(level);
  }
  return system(a.global('builtins', 'list').binget(6).tuple1().reduce()).stop().bytes();
});
add('resources.text-pickles', 'model.pkl', 'not-clean', () => concat(latin1('I1\n.'.repeat(200_000)), payload()));

/** Files that reach code through calls, states and loaders that are harmless one by one. */
export const attackPickleCases: readonly HostileCase[] = cases;
