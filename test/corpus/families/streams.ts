import { deflateSync, gzipSync } from 'node:zlib';
import { concat, latin1, le, patched } from '../../build/bytes.ts';
import { asm, type PickleAssembler } from '../../build/pickle.ts';
import { build, call, d, dumps, g, make, t } from '../../build/pickle-value.ts';
import { CODE, COMMAND, type Expected, type HostileCase, PATH } from '../case.ts';

type Build = () => PickleAssembler | Uint8Array;

const cases: HostileCase[] = [];

/** Streams whose payload CPython never reaches, as the oracle says: they are damage, and need not be called more. */
const NEVER_RUN = new Set([
  ...[
    'arabic-digit',
    'float-underscore',
    'float-hex',
    'float-padded',
    'float-exponent',
    'empty-int',
    'empty-long',
    'empty-float',
    'letters',
  ].map((name) => `numbers.${name}`),
  ...['long4-negative', 'proto-255', 'next-buffer', 'readonly-buffer', 'persid'].map(
    (name) => `operands.${name}-before`,
  ),
  'frames.nested',
  'frames.too-long',
  'frames.huge',
  'frames.import-straddles',
  'resources.long-text-int',
  'names.string-padded',
  'calls.build-on-function',
]);

function add(id: string, origin: string, verdict: Expected, make: Build, options: { still?: boolean } = {}): void {
  cases.push({
    id: `stream.${id}`,
    family: `streams: ${id.split('.')[0]}`,
    file: 'model.pkl',
    origin,
    build: () => {
      const made = make();
      return made instanceof Uint8Array ? made : made.bytes();
    },
    expect: { verdict: NEVER_RUN.has(id) ? 'not-clean' : verdict },
    ...(options.still === true ? {} : { stream: true }),
  });
}

/** `os.system(COMMAND)`, result left on the stack. */
const payload = (a: PickleAssembler): PickleAssembler => a.global('os', 'system').binunicode(COMMAND).tuple1().reduce();
const evil = (): Uint8Array => payload(asm().proto(2)).stop().bytes();
const NAMES = ['os', 'system'] as const;

// Every way an import can be spelled.
const spelt =
  (push: (a: PickleAssembler, text: string) => PickleAssembler, proto = 4) =>
  (): PickleAssembler =>
    push(push(asm().proto(proto), NAMES[0]), NAMES[1])
      .stackGlobal()
      .text(COMMAND)
      .tuple1()
      .reduce()
      .stop();
add(
  'names.short-binunicode',
  'PEP 3154',
  'malicious',
  spelt((a, text) => a.shortBinunicode(text)),
);
add(
  'names.binunicode',
  'PEP 3154',
  'malicious',
  spelt((a, text) => a.binunicode(text)),
);
add(
  'names.binunicode8',
  'PEP 3154',
  'malicious',
  spelt((a, text) => a.binunicode8(text)),
);
add(
  'names.unicode',
  'pickle protocol 0',
  'malicious',
  spelt((a, text) => a.unicode(text)),
);
add(
  'names.unicode-escaped',
  'pickle protocol 0',
  'malicious',
  spelt((a, text) =>
    a.unicode(Array.from(text, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')),
  ),
);
add(
  'names.unicode-escaped-32',
  'pickle protocol 0',
  'malicious',
  spelt((a, text) =>
    a.unicode(Array.from(text, (char) => `\\U${char.charCodeAt(0).toString(16).padStart(8, '0')}`).join('')),
  ),
);
add(
  'names.string',
  'GHSA-9gvj-pp9x-gcfr',
  'malicious',
  spelt((a, text) => a.string(`'${text}'`)),
);
add(
  'names.string-double-quoted',
  'GHSA-9gvj-pp9x-gcfr',
  'malicious',
  spelt((a, text) => a.string(`"${text}"`)),
);
add(
  'names.string-hex-escaped',
  'GHSA-9gvj-pp9x-gcfr',
  'malicious',
  spelt((a, text) => a.string(`'${Array.from(text, (char) => `\\x${char.charCodeAt(0).toString(16)}`).join('')}'`)),
);
add(
  'names.string-octal-escaped',
  'GHSA-9gvj-pp9x-gcfr',
  'malicious',
  spelt((a, text) => a.string(`'${Array.from(text, (char) => `\\${char.charCodeAt(0).toString(8)}`).join('')}'`)),
);
add(
  'names.string-padded',
  'GHSA-9gvj-pp9x-gcfr',
  'malicious',
  spelt((a, text) => a.string(`'${text}' \t`)),
);
add(
  'names.binstring',
  'GHSA-9gvj-pp9x-gcfr',
  'malicious',
  spelt((a, text) => a.binstring(text)),
);
add(
  'names.short-binstring',
  'GHSA-9gvj-pp9x-gcfr',
  'malicious',
  spelt((a, text) => a.shortBinstring(text)),
);
add(
  'names.bytes',
  'mmaitre314/picklescan#22',
  'not-clean',
  spelt((a, text) => a.shortBinbytes(text)),
);
add(
  'names.bytearray',
  'mmaitre314/picklescan#22',
  'not-clean',
  spelt((a, text) => a.bytearray8(text), 5),
);
add('names.integers', 'protectai/modelscan#338', 'not-clean', () =>
  asm().proto(4).binint(1).binint(2).stackGlobal().stop(),
);
add('names.global-proto-0', 'pickle protocol 0', 'malicious', () =>
  asm().global('os', 'system').mark().string(`'${COMMAND}'`).tuple().reduce().stop(),
);
add('names.python-2', 'Lib/_compat_pickle.py', 'malicious', () =>
  asm().proto(2).global('__builtin__', 'eval').binunicode(CODE).tuple1().reduce().stop(),
);
add('names.python-2-commands', 'Lib/_compat_pickle.py', 'malicious', () =>
  asm().proto(2).global('commands', 'getoutput').binunicode(COMMAND).tuple1().reduce().stop(),
);
add('names.python-2-execfile', 'Lib/_compat_pickle.py', 'malicious', () =>
  asm().proto(2).global('__builtin__', 'execfile').binunicode(PATH).tuple1().reduce().stop(),
);
add('names.python-2-itertools', 'Lib/_compat_pickle.py', 'suspicious', () =>
  asm()
    .proto(2)
    .global('__builtin__', 'list')
    .mark()
    .global('itertools', 'imap')
    .mark()
    .global('os', 'system')
    .emptyList()
    .binunicode(COMMAND)
    .append()
    .tuple()
    .reduce()
    .tuple()
    .reduce()
    .stop(),
);
add('names.crlf', 'own', 'not-clean', () =>
  asm().proto(2).raw('cos\r\nsystem\r\n').binunicode(COMMAND).tuple1().reduce().stop(),
);
add('names.trailing-space', 'own', 'not-clean', () =>
  asm().proto(2).raw('cos \nsystem\n').binunicode(COMMAND).tuple1().reduce().stop(),
);
add('names.empty-module', 'own', 'not-clean', () => asm().proto(2).raw('c\nsystem\n').stop());
add('names.not-utf8', 'own', 'not-clean', () => asm().proto(2).raw('c', [0xff, 0xfe], '\nsystem\n').stop());
add('names.surrogate', 'own', 'not-clean', () => asm().proto(4).unicode('os').unicode('\\ud800').stackGlobal().stop());
add('names.dotted-module', 'own', 'malicious', () => dumps(call('os.path:os.system', COMMAND)));
add('names.fullwidth', 'own', 'not-clean', () => dumps(call('ｏｓ:system', COMMAND)));
add('names.zero-width', 'own', 'not-clean', () => dumps(call('os\u200b:system', COMMAND)));
add('names.nul', 'own', 'not-clean', () => dumps(call('os\u0000:system', COMMAND)));

// Ways to call.
add('calls.reduce', 'pickle protocol 0', 'malicious', () => payload(asm().proto(0)).stop());
add('calls.inst', 'pickle protocol 0', 'malicious', () =>
  asm().mark().string(`'${COMMAND}'`).inst('os', 'system').stop(),
);
add('calls.inst-binary', 'pickle protocol 0', 'malicious', () =>
  asm().proto(2).mark().binunicode(COMMAND).inst('posix', 'system').stop(),
);
add('calls.obj', 'pickle protocol 1', 'malicious', () =>
  asm().proto(1).mark().global('os', 'system').binunicode(COMMAND).obj().stop(),
);
add('calls.newobj', 'PEP 307', 'malicious', () => dumps(make('subprocess:Popen', ['/bin/sh', '-c', COMMAND])), {
  still: true,
});
add(
  'calls.newobj-ex',
  'PEP 3154',
  'malicious',
  () =>
    asm()
      .proto(4)
      .global('subprocess', 'Popen')
      .emptyTuple()
      .emptyDict()
      .binunicode('args')
      .binunicode(COMMAND)
      .setitem()
      .newobjEx()
      .stop(),
  { still: true },
);
add(
  'calls.build-setstate',
  'PEP 307',
  'suspicious',
  () => dumps(build(call('types:SimpleNamespace'), d(['__setstate__', g('os:system')]))),
  { still: true },
);
add('calls.build-setstate-called', 'protectai/modelscan#330', 'suspicious', () =>
  dumps(build(build(call('types:SimpleNamespace'), d(['__setstate__', g('os:system')])), COMMAND)),
);
add('calls.build-class-state', 'own', 'suspicious', () =>
  dumps(build(build(g('collections:Counter'), t(null, d(['__setstate__', g('os:system')]))), COMMAND)),
);
add('calls.build-instance-setstate', 'GHSA-mhc9-48gj-9gp3', 'malicious', () => {
  const a = payload(asm().proto(2)).pop();
  return a
    .global('collections', 'OrderedDict')
    .emptyTuple()
    .reduce()
    .emptyDict()
    .binunicode('a')
    .binint1(1)
    .setitem()
    .build()
    .stop();
});
add('calls.reduce-build', 'GHSA-mhc9-48gj-9gp3', 'malicious', () => payload(asm().proto(4)).emptyDict().build().stop());
add('calls.pop', 'GHSA-mxhj-88fx-4pcv', 'malicious', () => payload(asm().proto(2)).pop().emptyDict().stop());
add('calls.obj-pop', 'GHSA-mxhj-88fx-4pcv', 'malicious', () =>
  asm().proto(4).mark().global('os', 'system').text(COMMAND).obj().pop().none().stop(),
);
add('calls.pop-mark', 'GHSA-mxhj-88fx-4pcv', 'malicious', () =>
  payload(asm().proto(2).mark()).popMark().emptyDict().stop(),
);
add('calls.pop-of-mark', 'own', 'malicious', () => payload(asm().proto(2).mark()).pop().pop().emptyDict().stop());
add('calls.dup', 'own', 'malicious', () =>
  asm().proto(2).global('os', 'system').dup().binunicode(COMMAND).tuple1().reduce().stop(),
);
add('calls.dup-arguments', 'own', 'malicious', () =>
  asm().proto(2).global('os', 'system').binunicode(COMMAND).tuple1().dup().pop().reduce().stop(),
);
add('calls.as-dict-key', 'own', 'malicious', () => payload(asm().proto(2).emptyDict()).none().setitem().stop());
add('calls.as-set-item', 'own', 'malicious', () => payload(asm().proto(4).emptySet().mark()).additems().stop());
add('calls.in-frozenset', 'own', 'malicious', () => payload(asm().proto(4).mark()).frozenset().stop());
add('calls.under-stop', 'own', 'malicious', () => payload(asm().proto(2)).emptyDict().stop());
add('calls.as-persistent-id', 'own', 'malicious', () => payload(asm().proto(2)).binpersid().stop());
add('calls.list-append', 'own', 'suspicious', () =>
  // APPENDS calls `extend` or `append` of whatever object is there.
  asm()
    .proto(4)
    .global('types', 'SimpleNamespace')
    .emptyTuple()
    .reduce()
    .emptyDict()
    .text('append')
    .global('os', 'system')
    .setitem()
    .build()
    .text(COMMAND)
    .append()
    .stop(),
);
add('calls.list-extend', 'own', 'suspicious', () =>
  asm()
    .proto(4)
    .global('types', 'SimpleNamespace')
    .emptyTuple()
    .reduce()
    .emptyDict()
    .text('extend')
    .global('builtins', 'print')
    .setitem()
    .build()
    .mark()
    .text(COMMAND)
    .appends()
    .stop(),
);
add('calls.set-add', 'own', 'suspicious', () =>
  asm()
    .proto(4)
    .global('types', 'SimpleNamespace')
    .emptyTuple()
    .reduce()
    .emptyDict()
    .text('add')
    .global('os', 'system')
    .setitem()
    .build()
    .mark()
    .text(COMMAND)
    .additems()
    .stop(),
);
add('calls.setitem-on-globals', 'own', 'suspicious', () =>
  asm().proto(4).global('sys', 'modules').text('json').global('os', 'path').setitem().stop(),
);
add('calls.setitem-on-module-dict', 'GHSA-5j3x-jp52-966f', 'suspicious', () =>
  asm().proto(4).global('builtins', '__dict__').text('len').global('os', 'system').setitem().stop(),
);
add('calls.build-on-module', 'own', 'suspicious', () =>
  // A state that is a dict goes into the `__dict__` of what is imported: the module's own names change.
  asm().proto(4).global('json', 'decoder').emptyDict().text('scanner').global('os', 'system').setitem().build().stop(),
);
add('calls.build-on-function', 'own', 'suspicious', () =>
  asm()
    .proto(4)
    .global('random', 'shuffle')
    .none()
    .emptyDict()
    .text('__code__')
    .global('os', 'path')
    .setitem()
    .tuple2()
    .build()
    .stop(),
);
add('calls.chained-getattr', 'own', 'malicious', () =>
  dumps(call(call('builtins:getattr', call('builtins:__import__', 'os'), 'system'), COMMAND)),
);
add('calls.chained-partial', 'own', 'suspicious', () =>
  dumps(call(call('functools:partial', g('os:system'), COMMAND))),
);
add('calls.chained-methodcaller', 'GHSA-955r-x9j8-7rhh', 'suspicious', () =>
  dumps(call(call('operator:methodcaller', 'system', COMMAND), call('builtins:__import__', 'os'))),
);
add('calls.chained-attrgetter', 'GHSA-46h3-79wf-xr6c', 'suspicious', () =>
  dumps(call(call(call('operator:attrgetter', 'system'), call('builtins:__import__', 'os')), COMMAND)),
);
add(
  'calls.marshal',
  'GHSA-565g-hwwr-4pp3',
  'malicious',
  () => dumps(call(call('types:FunctionType', call('marshal:loads', latin1('c\0')), d()))),
  { still: true },
);
add('calls.type-with-slot', 'own', 'suspicious', () =>
  // A class whose __init_subclass__ / __set_name__ is the payload.
  dumps(
    call('builtins:type', 'X', t(), d(['a', call('types:SimpleNamespace')], ['__class_getitem__', g('os:system')])),
  ),
);
add('calls.type-del', 'own', 'suspicious', () =>
  dumps(call(call('builtins:type', 'X', t(), d(['__del__', g('os:system')])))),
);
add('calls.type-hash', 'own', 'suspicious', () =>
  dumps(d([call(call('builtins:type', 'X', t(), d(['__hash__', g('os:system')]))), 1])),
);
add('calls.resolve-name', 'GHSA-vvpj-8cmc-gx39', 'malicious', () =>
  dumps(call(call('pkgutil:resolve_name', 'os:system'), COMMAND)),
);
add('calls.import-then-attribute', 'own', 'not-clean', () => {
  // Importing a module is enough to run it.
  return dumps(g('antigravity:webbrowser'));
});
add('calls.import-this', 'own', 'not-clean', () => dumps(g('this:s')));
add('calls.main-module', 'own', 'not-clean', () => dumps(call('__main__:load')));
add('calls.unknown-package', 'own', 'suspicious', () => dumps(call('vouchsafe_marker_package:run', 1)));
add('calls.unknown-class-state', 'own', 'not-clean', () =>
  dumps(build(make('vouchsafe_marker_package:Model'), d(['a', 1]))),
);

add('calls.chained-itemgetter', 'GHSA-46h3-79wf-xr6c', 'suspicious', () =>
  dumps(call(call(call('_operator:itemgetter', 'eval'), g('builtins:__dict__')), CODE)),
);
add('calls.chained-attrgetter-dotted', 'GHSA-46h3-79wf-xr6c', 'suspicious', () =>
  dumps(call(call(call('_operator:attrgetter', '_os.system'), call('builtins:__import__', 'random')), COMMAND)),
);
add('calls.mapped-attrgetter', 'GHSA-46h3-79wf-xr6c', 'suspicious', () =>
  dumps(call('builtins:list', call('builtins:map', call('operator:attrgetter', 'system'), [g('os:path')]))),
);

// Values that are only known at run time.
add('computed.str', 'protectai/modelscan#85', 'malicious', () =>
  asm()
    .proto(4)
    .global('builtins', 'str')
    .text('os')
    .tuple1()
    .reduce()
    .text('system')
    .stackGlobal()
    .text(COMMAND)
    .tuple1()
    .reduce()
    .stop(),
);
add('computed.codecs-encode', 'own', 'malicious', () =>
  asm()
    .proto(4)
    .global('_codecs', 'decode')
    .shortBinbytes('os')
    .text('utf-8')
    .tuple2()
    .reduce()
    .text('system')
    .stackGlobal()
    .text(COMMAND)
    .tuple1()
    .reduce()
    .stop(),
);
add('computed.rot13', 'own', 'malicious', () =>
  asm()
    .proto(4)
    .global('_codecs', 'decode')
    .text('bf')
    .text('rot13')
    .tuple2()
    .reduce()
    .text('system')
    .stackGlobal()
    .text(COMMAND)
    .tuple1()
    .reduce()
    .stop(),
);
add('computed.join', 'own', 'malicious', () =>
  asm()
    .proto(4)
    .global('builtins', 'str.join')
    .text('')
    .mark()
    .text('o')
    .text('s')
    .list()
    .tuple2()
    .reduce()
    .text('system')
    .stackGlobal()
    .text(COMMAND)
    .tuple1()
    .reduce()
    .stop(),
);
add('computed.format', 'own', 'malicious', () =>
  asm()
    .proto(4)
    .text('os')
    .global('builtins', 'str.format')
    .text('{}stem')
    .text('sy')
    .tuple2()
    .reduce()
    .stackGlobal()
    .text(COMMAND)
    .tuple1()
    .reduce()
    .stop(),
);
add('computed.bytes-decode', 'own', 'malicious', () =>
  asm()
    .proto(4)
    .global('builtins', 'bytes.decode')
    .shortBinbytes('os')
    .tuple1()
    .reduce()
    .text('system')
    .stackGlobal()
    .text(COMMAND)
    .tuple1()
    .reduce()
    .stop(),
);
add('computed.str-replace', 'own', 'malicious', () =>
  asm()
    .proto(4)
    .global('builtins', 'str.replace')
    .text('oxs')
    .text('x')
    .text('')
    .tuple3()
    .reduce()
    .text('system')
    .stackGlobal()
    .text(COMMAND)
    .tuple1()
    .reduce()
    .stop(),
);
add('computed.slot-state', 'protectai/modelscan#330', 'malicious', () =>
  asm()
    .proto(4)
    .text('os')
    .memoize()
    .pop()
    .global('types', 'SimpleNamespace')
    .emptyTuple()
    .reduce()
    .none()
    .emptyDict()
    .text('m')
    .binget(0)
    .setitem()
    .tuple2()
    .build()
    .memoize()
    .pop()
    .global('operator', 'attrgetter')
    .text('m')
    .tuple1()
    .reduce()
    .binget(1)
    .tuple1()
    .reduce()
    .text('system')
    .stackGlobal()
    .text(COMMAND)
    .tuple1()
    .reduce()
    .stop(),
);
add(
  'computed.persistent-id',
  'own',
  'not-clean',
  () => asm().proto(4).text('os').binpersid().text('system').stackGlobal().stop(),
  { still: true },
);
add('computed.callable-from-dict', 'own', 'suspicious', () =>
  asm()
    .proto(4)
    .global('operator', 'getitem')
    .emptyDict()
    .text('f')
    .global('os', 'system')
    .setitem()
    .text('f')
    .tuple2()
    .reduce()
    .text(COMMAND)
    .tuple1()
    .reduce()
    .stop(),
);
add('computed.callable-from-list', 'own', 'suspicious', () =>
  asm()
    .proto(4)
    .global('builtins', 'list.pop')
    .mark()
    .global('os', 'system')
    .list()
    .tuple1()
    .reduce()
    .text(COMMAND)
    .tuple1()
    .reduce()
    .stop(),
);
add('computed.arguments', 'own', 'malicious', () =>
  asm()
    .proto(4)
    .global('os', 'system')
    .global('builtins', 'str')
    .text(COMMAND)
    .tuple1()
    .reduce()
    .tuple1()
    .reduce()
    .stop(),
);
add('computed.arguments-tuple', 'own', 'malicious', () =>
  asm()
    .proto(4)
    .global('os', 'system')
    .global('builtins', 'tuple')
    .mark()
    .mark()
    .text(COMMAND)
    .list()
    .tuple()
    .reduce()
    .reduce()
    .stop(),
);
add('computed.list-grown-later', 'own', 'malicious', () =>
  asm()
    .proto(4)
    .emptyList()
    .memoize()
    .global('builtins', 'list')
    .global('builtins', 'map')
    .global('os', 'system')
    .binget(0)
    .text(COMMAND)
    .append()
    .tuple2()
    .reduce()
    .tuple1()
    .reduce()
    .stop(),
);

// Extension registry.
const withCode = (use: (a: PickleAssembler) => PickleAssembler) => (): PickleAssembler =>
  use(asm().proto(4).global('copyreg', 'add_extension').text('os').text('system').binint2(0xf1).tuple3().reduce().pop())
    .text(COMMAND)
    .tuple1()
    .reduce()
    .stop();
add(
  'extensions.ext1',
  'PEP 307',
  'malicious',
  withCode((a) => a.ext1(0xf1)),
);
add(
  'extensions.ext2',
  'PEP 307',
  'malicious',
  withCode((a) => a.ext2(0xf1)),
);
add(
  'extensions.ext4',
  'PEP 307',
  'malicious',
  withCode((a) => a.ext4(0xf1)),
);
add('extensions.unregistered', 'trailofbits/fickling#172', 'not-clean', () => asm().proto(2).ext1(7).stop());
add('extensions.inverted-registry', 'own', 'malicious', () =>
  asm()
    .proto(4)
    .global('copyreg', '_inverted_registry')
    .binint(9)
    .text('os')
    .text('system')
    .tuple2()
    .setitem()
    .pop()
    .ext1(9)
    .text(COMMAND)
    .tuple1()
    .reduce()
    .stop(),
);
add('extensions.cache', 'own', 'malicious', () =>
  asm()
    .proto(4)
    .global('copyreg', '_extension_cache')
    .binint(9)
    .global('os', 'system')
    .setitem()
    .pop()
    .ext1(9)
    .text(COMMAND)
    .tuple1()
    .reduce()
    .stop(),
);
add('extensions.dispatch-table', 'own', 'suspicious', () =>
  asm().proto(4).global('copyreg', 'dispatch_table').global('builtins', 'int').global('os', 'system').setitem().stop(),
);

// Memo.
add('memo.put-get', 'mmaitre314/picklescan#14', 'malicious', () =>
  asm()
    .proto(0)
    .unicode('os')
    .put(0)
    .pop()
    .unicode('system')
    .put(1)
    .pop()
    .get(0)
    .get(1)
    .stackGlobal()
    .unicode(COMMAND)
    .tuple1()
    .reduce()
    .stop(),
);
add('memo.binput', 'mmaitre314/picklescan#14', 'malicious', () =>
  asm().proto(2).global('os', 'system').binput(255).pop().binget(255).binunicode(COMMAND).tuple1().reduce().stop(),
);
add('memo.long-binput', 'mmaitre314/picklescan#14', 'malicious', () =>
  asm()
    .proto(2)
    .global('os', 'system')
    .longBinput(70_000)
    .pop()
    .longBinget(70_000)
    .binunicode(COMMAND)
    .tuple1()
    .reduce()
    .stop(),
);
add('memo.overwritten', 'mmaitre314/picklescan#22', 'malicious', () =>
  asm()
    .proto(4)
    .text('math')
    .binput(0)
    .pop()
    .text('os')
    .binput(0)
    .pop()
    .binget(0)
    .text('system')
    .stackGlobal()
    .text(COMMAND)
    .tuple1()
    .reduce()
    .stop(),
);
add('memo.memoize-counts-entries', 'mmaitre314/picklescan#22', 'malicious', () =>
  // MEMOIZE stores at len(memo): an entry put at 1 first makes the next one overwrite it.
  asm()
    .proto(4)
    .text('math')
    .binput(1)
    .pop()
    .text('os')
    .memoize()
    .pop()
    .binget(1)
    .text('system')
    .stackGlobal()
    .text(COMMAND)
    .tuple1()
    .reduce()
    .stop(),
);
add('memo.put-then-memoize', 'mmaitre314/picklescan#22', 'malicious', () =>
  asm()
    .proto(4)
    .text('x')
    .put(0)
    .pop()
    .text('os')
    .memoize()
    .pop()
    .text('system')
    .memoize()
    .pop()
    .binget(1)
    .binget(2)
    .stackGlobal()
    .text(COMMAND)
    .tuple1()
    .reduce()
    .stop(),
);
add('memo.missing-key', 'GHSA-9gvj-pp9x-gcfr', 'malicious', () => payload(asm().proto(2)).pop().binget(99).stop());
add('memo.missing-key-as-name', 'mmaitre314/picklescan#22', 'not-clean', () =>
  asm().proto(4).binget(9).text('system').stackGlobal().stop(),
);
add('memo.text-key-spellings', 'own', 'malicious', () =>
  asm().proto(0).global('os', 'system').put(' 0').pop().get('0 ').unicode(COMMAND).tuple1().reduce().stop(),
);
add('memo.text-key-underscore', 'own', 'malicious', () =>
  asm().proto(0).global('os', 'system').put('1_0').pop().get('10').unicode(COMMAND).tuple1().reduce().stop(),
);
add('memo.negative-key', 'own', 'not-clean', () => payload(asm().proto(0)).put(-1).stop());
add('memo.huge-key', 'own', 'not-clean', () => payload(asm().proto(0)).put('99999999999999999999').stop());
add('memo.put-of-mark', 'own', 'malicious', () => payload(asm().proto(2)).mark().binput(0).stop());
add('memo.reused-in-second-pickle', 'own', 'malicious', () =>
  concat(
    asm().proto(4).text('math').memoize().stop().bytes(),
    asm()
      .proto(4)
      .text('os')
      .memoize()
      .pop()
      .binget(0)
      .text('system')
      .stackGlobal()
      .text(COMMAND)
      .tuple1()
      .reduce()
      .stop()
      .bytes(),
  ),
);

// Numbers CPython reads and others do not: an operand must never end the reading.
const after = (first: PickleAssembler): Uint8Array => payload(first.pop()).stop().bytes();
for (const [name, spell] of [
  ['hex', 'I0x10\n'],
  ['binary', 'I0b1\n'],
  ['octal', 'I0o7\n'],
  ['nul', 'I1\0\n'],
  ['underscore', 'I1_0\n'],
  ['plus', 'I+1\n'],
  ['padded', 'I 1 \n'],
  ['leading-zero', 'I01\n'],
  ['bool', 'I00\n'],
  ['arabic-digit', 'I\u0661\n'],
  ['huge', `I${'9'.repeat(4000)}\n`],
  ['long-hex', 'L0x1L\n'],
  ['long-no-suffix', 'L1\n'],
  ['long-negative-hex', 'L-0x1L\n'],
  ['long-underscore', 'L1_0L\n'],
  ['long-padded', 'L 1L\n'],
  ['float-inf', 'Finf\n'],
  ['float-nan', 'Fnan\n'],
  ['float-underscore', 'F1_0.5\n'],
  ['float-hex', 'F0x1p3\n'],
  ['float-padded', 'F 1.5 \n'],
  ['float-exponent', 'F1e400\n'],
  ['empty-int', 'I\n'],
  ['empty-long', 'L\n'],
  ['empty-float', 'F\n'],
  ['letters', 'Iabc\n'],
] as const) {
  add(`numbers.${name}`, 'CPython Modules/_pickle.c', 'malicious', () => after(asm().proto(0).raw(spell)));
  add(`numbers.${name}-after`, 'CPython Modules/_pickle.c', 'malicious', () =>
    payload(asm().proto(0)).pop().raw(spell).stop(),
  );
}
for (const [name, operand] of [
  ['long1-empty', [0x8a, 0]],
  ['long1-255', [0x8a, 255, ...Array<number>(255).fill(255)]],
  ['long4-empty', [0x8b, 0, 0, 0, 0]],
  ['long4-negative', [0x8b, 255, 255, 255, 255]],
  ['binfloat-nan', [0x47, 0x7f, 0xf8, 0, 0, 0, 0, 0, 1]],
  ['proto-255', [0x80, 255, 0x4e]],
  ['proto-again', [0x80, 5, 0x4e]],
  ['bytearray8', [0x96, 1, 0, 0, 0, 0, 0, 0, 0, 65]],
  ['binbytes8-empty', [0x8e, 0, 0, 0, 0, 0, 0, 0, 0]],
  ['next-buffer', [0x97]],
  ['readonly-buffer', [0x4e, 0x98]],
  ['persid', [0x50, 0x61, 0x0a]],
  ['newtrue', [0x88]],
  ['frozenset', [0x28, 0x91]],
] as const) {
  add(`operands.${name}-before`, 'trailofbits/fickling#322', 'malicious', () => after(asm().raw([...operand])));
  add(`operands.${name}-after`, 'trailofbits/fickling#322', 'malicious', () =>
    payload(asm().proto(2))
      .pop()
      .raw([...operand])
      .stop(),
  );
}

// Frames.
add('frames.proper', 'PEP 3154', 'malicious', () =>
  asm()
    .proto(4)
    .framed((inner) => payload(inner).stop()),
);
add('frames.two', 'PEP 3154', 'malicious', () =>
  asm()
    .proto(4)
    .framed((inner) => inner.global('os', 'system'))
    .framed((inner) => inner.text(COMMAND).tuple1().reduce().stop()),
);
add('frames.hidden-in-bytes', 'python/cpython#154848', 'malicious', () => {
  // The frame ends inside the bytes: a reader that honours it takes the rest as opcodes.
  const hidden = evil();
  const inner = asm().binbytes(hidden);
  return asm().proto(4).frame(5).raw(inner.bytes()).pop().none().stop();
});
add('frames.hidden-in-text', 'python/cpython#154848', 'not-clean', () =>
  asm()
    .proto(4)
    .frame(5)
    .binunicode(asm().global('os', 'system').binunicode(COMMAND).tuple1().reduce().stop().bytes())
    .pop()
    .none()
    .stop(),
);
add('frames.nested', 'python/cpython#154848', 'malicious', () => payload(asm().proto(4).frame(80).frame(3)).stop());
add('frames.too-long', 'own', 'malicious', () => payload(asm().proto(4).frame(10_000)).stop());
add('frames.huge', 'own', 'malicious', () =>
  payload(
    asm()
      .proto(4)
      .frame(2n ** 62n),
  ).stop(),
);
add('frames.zero', 'own', 'malicious', () => payload(asm().proto(4).frame(0)).stop());
add('frames.in-protocol-2', 'own', 'malicious', () =>
  payload(asm().proto(2).frame(4).none().pop().none().pop()).stop(),
);
add('frames.after-payload', 'own', 'malicious', () =>
  payload(asm().proto(4))
    .frame(2 ** 40)
    .stop(),
);
add('frames.import-straddles', 'python/cpython#154848', 'malicious', () =>
  asm().proto(4).frame(6).raw('cos\nsystem\n').text(COMMAND).tuple1().reduce().stop(),
);

// Several pickles, junk, damage: what ran before counts.
const benign = (): Uint8Array => asm().proto(4).emptyDict().text('a').binint1(1).setitem().stop().bytes();
add('sequence.second', 'own', 'malicious', () => concat(benign(), evil()), { still: true });
add('sequence.third', 'own', 'malicious', () => concat(benign(), benign(), evil()), { still: true });
add('sequence.hundredth', 'own', 'malicious', () => concat(...Array.from({ length: 99 }, benign), evil()), {
  still: true,
});
add('sequence.after-zeros', 'own', 'not-clean', () => concat(benign(), new Uint8Array(64), evil()), { still: true });
add('sequence.after-junk', 'own', 'not-clean', () => concat(benign(), 'some trailing words\n', evil()), {
  still: true,
});
add('sequence.after-newlines', 'own', 'not-clean', () => concat(benign(), '\n\n', evil()), { still: true });
add('sequence.junk-after', 'own', 'malicious', () => concat(evil(), 'trailing'));
add('sequence.zeros-after', 'own', 'malicious', () => concat(evil(), new Uint8Array(4096)));
add('sequence.zip-after', 'own', 'malicious', () => concat(evil(), 'PK\u0003\u0004junk'));
add('sequence.json-after', 'own', 'malicious', () => concat(evil(), '{"a": 1}'));
add('sequence.no-stop', 'nullifAI', 'malicious', () => payload(asm().proto(2)));
add('sequence.bad-opcode', 'nullifAI', 'malicious', () => payload(asm().proto(2)).raw([0xff]).stop());
add('sequence.bad-opcode-first', 'own', 'not-clean', () => payload(asm().proto(2).raw([0xff])).stop(), { still: true });
add('sequence.stack-underflow', 'own', 'malicious', () => payload(asm().proto(2)).pop().pop().stop());
add('sequence.no-mark', 'own', 'malicious', () => payload(asm().proto(2)).tuple().stop());
add('sequence.appends-on-nothing', 'own', 'malicious', () => payload(asm().proto(2)).pop().mark().appends().stop());
add('sequence.reduce-on-int', 'own', 'malicious', () => payload(asm().proto(2)).binint(1).emptyTuple().reduce().stop());
add('sequence.truncated-operand', 'own', 'malicious', () => payload(asm().proto(2)).raw([0x58, 255, 0, 0, 0], 'x'));
add('sequence.huge-operand', 'own', 'malicious', () => payload(asm().proto(4)).raw([0x8d], le(2n ** 60n, 8), 'x'));
add('sequence.negative-operand', 'own', 'malicious', () => payload(asm().proto(2)).raw([0x54], le(-1, 4), 'x').stop());
add('sequence.bad-utf8', 'own', 'malicious', () => payload(asm().proto(2)).binunicode([0xff, 0xfe]).stop());
add('sequence.bad-string', 'own', 'malicious', () => payload(asm().proto(2)).string('unquoted').stop());
add('sequence.lone-quote', 'own', 'malicious', () => payload(asm().proto(2)).string("'").stop());
add('sequence.unhashable-key', 'own', 'malicious', () =>
  payload(asm().proto(2)).pop().emptyDict().emptyList().none().setitem().stop(),
);
add('sequence.many-protos', 'own', 'malicious', () => payload(asm().proto(2).proto(3).proto(4).proto(5)).stop());
add('sequence.no-proto', 'own', 'malicious', () => payload(asm()).stop());
add('sequence.proto-late', 'own', 'malicious', () => payload(asm()).proto(5).stop());
add('sequence.proto-6', 'own', 'not-clean', () => payload(asm().proto(6)).stop(), { still: true });

// Exceptions raised on purpose: what comes before has run, what catches may run more.
add('exceptions.payload-then-raise', 'arXiv 2508.19774', 'malicious', () =>
  payload(asm().proto(2)).pop().global('builtins', 'int').binunicode('x').tuple1().reduce().stop(),
);
add('exceptions.missing-attribute', 'arXiv 2508.19774', 'malicious', () =>
  payload(asm().proto(2)).pop().global('math', 'nothing_here').stop(),
);
add('exceptions.missing-module', 'arXiv 2508.19774', 'malicious', () =>
  payload(asm().proto(2)).pop().global('no_such_module', 'x').stop(),
);
add('exceptions.build-on-none', 'arXiv 2508.19774', 'malicious', () =>
  payload(asm().proto(2)).pop().none().emptyDict().build().stop(),
);
add('exceptions.newobj-on-none', 'arXiv 2508.19774', 'malicious', () =>
  payload(asm().proto(2)).pop().none().emptyTuple().newobj().stop(),
);
add('exceptions.setitem-on-none', 'arXiv 2508.19774', 'malicious', () =>
  payload(asm().proto(2)).pop().none().none().none().setitem().stop(),
);
add('exceptions.append-on-tuple', 'arXiv 2508.19774', 'malicious', () =>
  payload(asm().proto(2)).pop().emptyTuple().none().append().stop(),
);
add('exceptions.unknown-extension', 'arXiv 2508.19774', 'malicious', () =>
  payload(asm().proto(2)).pop().ext1(99).stop(),
);
add('exceptions.persistent-id', 'arXiv 2508.19774', 'malicious', () =>
  payload(asm().proto(2)).pop().persid('x').stop(),
);
add('exceptions.excepthook', 'arXiv 2508.19774', 'suspicious', () =>
  asm().proto(4).global('sys', '__dict__').text('excepthook').global('os', 'system').setitem().stop(),
);

// Pickles inside constants: loaded by a call in the stream or by whoever unpacks the value.
const inner = evil();
const hex = Buffer.from(inner).toString('hex');
const base64 = Buffer.from(inner).toString('base64');
add('nested.bytes', 'own', 'malicious', () => asm().proto(4).binbytes(inner).stop(), { still: true });
add('nested.bytearray', 'own', 'malicious', () => asm().proto(5).bytearray8(inner).stop(), { still: true });
add(
  'nested.latin-1-text',
  'own',
  'not-clean',
  () => dumps(call('_codecs:encode', Buffer.from(inner).toString('latin1'), 'latin1')),
  { still: true },
);
add('nested.base64-text', 'modelaudit', 'not-clean', () => dumps(d(['data', base64])), { still: true });
add('nested.base64-bytes', 'modelaudit', 'not-clean', () => dumps(d(['data', latin1(base64)])), { still: true });
add('nested.hex-text', 'modelaudit', 'not-clean', () => dumps(d(['data', hex])), { still: true });
add('nested.zlib-bytes', 'modelaudit', 'not-clean', () => dumps(d(['data', new Uint8Array(deflateSync(inner))])), {
  still: true,
});
add('nested.gzip-bytes', 'modelaudit', 'not-clean', () => dumps(d(['data', new Uint8Array(gzipSync(inner))])), {
  still: true,
});
add(
  'nested.base64-of-zlib',
  'modelaudit',
  'not-clean',
  () => dumps(d(['data', Buffer.from(deflateSync(inner)).toString('base64')])),
  { still: true },
);
add('nested.protocol-0', 'own', 'not-clean', () => dumps(d(['data', latin1(`cos\nsystem\n(S'${COMMAND}'\ntR.`)])), {
  still: true,
});
add('nested.twice', 'own', 'not-clean', () => dumps(d(['data', dumps(d(['data', inner]))])), { still: true });
add('nested.loads-of-constant', 'own', 'malicious', () => dumps(call('pickle:loads', inner)));
add('nested.loads-of-base64', 'own', 'malicious', () => dumps(call('pickle:loads', call('base64:b64decode', base64))));
add('nested.loads-of-hex', 'own', 'malicious', () => dumps(call('pickle:loads', call('binascii:unhexlify', hex))));
add('nested.loads-of-zlib', 'own', 'malicious', () =>
  dumps(call('pickle:loads', call('zlib:decompress', new Uint8Array(deflateSync(inner))))),
);
add('nested.loads-of-integers', 'modelaudit turn 181', 'malicious', () =>
  dumps(call('pickle:loads', call('builtins:bytes', [...inner]))),
);
add('nested.bytes-of-integers', 'modelaudit turn 181', 'not-clean', () => dumps(call('builtins:bytes', [...inner])), {
  still: true,
});
add('nested.load-from-bytes', 'own', 'malicious', () => dumps(call('torch.storage:_load_from_bytes', inner)), {
  still: true,
});
add(
  'nested.as-array-buffer',
  'own',
  'not-clean',
  () =>
    dumps(
      build(
        call('numpy.core.multiarray:_reconstruct', g('numpy:ndarray'), t(0), latin1('b')),
        t(1, t(1), call('numpy:dtype', 'O8', false, true), false, inner),
      ),
    ),
  { still: true },
);
add(
  'nested.unpickler-state',
  'own',
  'suspicious',
  () => dumps(build(call('numpy.random._pickle:__randomstate_ctor', 'os.system'), d(['bit_generator', 'system']))),
  { still: true },
);

// Shapes that cost a naive reader its memory or time.
add('resources.recursive-list', 'own', 'malicious', () =>
  payload(asm().proto(2).emptyList().binput(0).binget(0).append().pop()).stop(),
);
add('resources.dup-doubling', 'own', 'malicious', () => {
  const a = asm().proto(2).emptyList().binput(0);
  for (let level = 0; level < 40; level += 1)
    a.pop()
      .emptyList()
      .mark()
      .binget(level)
      .binget(level)
      .appends()
      .binput(level + 1);
  return payload(a).stop();
});
add('resources.tuple-tower', 'own', 'malicious', () => {
  const a = asm().proto(2).none();
  for (let level = 0; level < 50_000; level += 1) a.tuple1();
  return payload(a.pop()).stop();
});
add('resources.marks', 'own', 'malicious', () =>
  payload(asm().proto(2).raw(new Uint8Array(200_000).fill(0x28))).stop(),
);
add('resources.many-strings', 'own', 'malicious', () => {
  const one = asm().shortBinunicode('abc').memoize().pop().bytes();
  const many = new Uint8Array(one.length * 100_000);
  for (let at = 0; at < many.length; at += one.length) many.set(one, at);
  return payload(asm().proto(4).raw(many)).stop();
});
add('resources.long-text-int', 'own', 'malicious', () => payload(asm().proto(0).int('1'.repeat(200_000)).pop()).stop());
add('resources.get-flood', 'own', 'malicious', () =>
  payload(
    asm()
      .proto(2)
      .emptyList()
      .binput(0)
      .pop()
      .raw(...Array.from({ length: 5000 }, () => [0x68, 0, 0x30])),
  ).stop(),
);

/** The streams that are one pickle machine trick each. */
export const streamCases: readonly HostileCase[] = cases;

/** A payload cut at every offset after its call, and each such cut with junk behind. */
export const truncationCases: readonly HostileCase[] = truncations();

function truncations(): HostileCase[] {
  const whole = asm()
    .proto(4)
    .framed((a) =>
      payload(a)
        .memoize()
        .emptyDict()
        .memoize()
        .mark()
        .text('weights')
        .memoize()
        .mark()
        .binint(1)
        .binfloat(2)
        .long1(300)
        .tuple()
        .memoize()
        .text('name')
        .memoize()
        .binunicode('linear')
        .setitems()
        .tuple2()
        .stop(),
    );
  const bytes = whole.bytes();
  const payloadEnd = payload(asm().proto(4).frame(0)).length;
  const cuts = Array.from({ length: bytes.length - payloadEnd }, (_, index) => payloadEnd + index);
  return cuts.flatMap((cut) => [
    truncation(`cut.${cut}`, () => bytes.slice(0, cut)),
    truncation(`cut-junk.${cut}`, () => concat(bytes.slice(0, cut), [0xff, 0x00, 0xfe])),
    truncation(`flip.${cut}`, () => patched(bytes, cut, [(bytes[cut] ?? 0) ^ 0xff])),
  ]);
}

function truncation(id: string, build: () => Uint8Array): HostileCase {
  return {
    id: `truncation.${id}`,
    family: 'streams: damaged after the payload',
    file: 'model.pkl',
    origin: 'nullifAI',
    build,
    expect: { verdict: 'malicious' },
  };
}
