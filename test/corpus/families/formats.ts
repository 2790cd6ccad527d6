import { concat, f32le, le } from '../../build/bytes.ts';
import { hdf5 } from '../../build/hdf5.ts';
import { asm } from '../../build/pickle.ts';
import { externalTensor, lengthField, onnx, onnxNode, savedModel, varintField } from '../../build/protobuf.ts';
import { gguf, gguf32, gguf64, ggufArray, ggufText, safetensors, safetensorsWith } from '../../build/tensors.ts';
import { torchZip } from '../../build/torch.ts';
import { zip } from '../../build/zip.ts';
import { CODE, COMMAND, type Expected, type HostileCase } from '../case.ts';

const cases: HostileCase[] = [];
function add(id: string, file: string, origin: string, verdict: Expected, build: () => Uint8Array): void {
  cases.push({ id: `format.${id}`, family: `formats: ${id.split('.')[0]}`, file, origin, build, expect: { verdict } });
}
const evil = (): Uint8Array =>
  asm().proto(2).global('os', 'system').binunicode(COMMAND).tuple1().reduce().stop().bytes();

// Keras.
const MARSHALLED = Buffer.from([0xe3, 0, 0, 0, 0, 0, 0, 0, 0]).toString('base64');
const layer = (module: string, className: string, config: object): object => ({
  module,
  class_name: className,
  registered_name: null,
  config,
});
const sequential = (...layers: object[]): object => ({
  module: 'keras',
  class_name: 'Sequential',
  config: { name: 's', layers },
});
const lambda = (config: object): object => layer('keras.layers', 'Lambda', { name: 'l', ...config });
const lambdaCode = {
  function: { class_name: '__lambda__', config: { code: MARSHALLED, defaults: null, closure: null } },
};
const keras = (config: object, more: readonly { name: string; data: Uint8Array | string }[] = []): Uint8Array =>
  zip([
    { name: 'metadata.json', data: '{"keras_version": "3.8.0"}' },
    { name: 'config.json', data: JSON.stringify(config) },
    { name: 'model.weights.h5', data: hdf5({}) },
    ...more,
  ]);
const kerasRows: readonly (readonly [string, string, Expected, object])[] = [
  ['lambda-bytecode', 'CVE-2024-3660', 'malicious', sequential(lambda(lambdaCode))],
  [
    'lambda-old-style',
    'CVE-2024-3660',
    'malicious',
    sequential(lambda({ function: [MARSHALLED, null, null], function_type: 'lambda' })),
  ],
  [
    'lambda-output-shape',
    'CVE-2024-3660',
    'malicious',
    sequential(
      lambda({
        function: { class_name: 'function', config: 'relu', registered_name: 'relu' },
        output_shape: lambdaCode.function,
      }),
    ),
  ],
  [
    'lambda-nested-model',
    'protectai/modelscan#351',
    'malicious',
    sequential(sequential(sequential(lambda(lambdaCode)))),
  ],
  [
    'lambda-in-wrapper',
    'protectai/modelscan#351',
    'malicious',
    sequential(layer('keras.layers', 'TimeDistributed', { layer: lambda(lambdaCode) })),
  ],
  [
    'lambda-function-type',
    'CVE-2024-3660',
    'malicious',
    sequential(lambda({ function: lambdaCode.function, function_type: 'function', module: 'os' })),
  ],
  ['module-os', 'CVE-2025-1550', 'malicious', sequential(layer('os', 'system', { command: COMMAND }))],
  ['module-builtins', 'CVE-2025-1550', 'malicious', sequential(layer('builtins', 'eval', { source: CODE }))],
  [
    'function-of-module',
    'CVE-2025-1550',
    'malicious',
    sequential(
      lambda({
        function: { module: 'subprocess', class_name: 'function', config: 'Popen', registered_name: 'function' },
      }),
    ),
  ],
  [
    'fn-module',
    'CVE-2025-1550',
    'suspicious',
    sequential({ ...layer('keras.layers', 'Dense', {}), fn_module: 'os', fn_name: 'system' }),
  ],
  ['unknown-package', 'CVE-2025-1550', 'suspicious', sequential(layer('vouchsafe_marker.layers', 'Thing', {}))],
  [
    'keras-internal-os',
    'CVE-2025-1550',
    'malicious',
    sequential(layer('keras.src.utils.io_utils.os', 'system', { command: COMMAND })),
  ],
  [
    'get-file',
    'CVE-2025-8747',
    'suspicious',
    sequential(layer('keras.utils', 'get_file', { fname: 'x', origin: 'http://vouchsafe-marker.invalid/x' })),
  ],
  [
    'get-file-function',
    'CVE-2025-8747',
    'suspicious',
    sequential(
      lambda({
        function: { module: 'keras.utils', class_name: 'function', config: 'get_file', registered_name: 'function' },
      }),
    ),
  ],
  [
    'unsafe-switch',
    'CVE-2025-9906',
    'suspicious',
    sequential(layer('keras.config', 'enable_unsafe_deserialization', {})),
  ],
  [
    'load-model',
    'CVE-2025-9906',
    'suspicious',
    sequential(layer('keras.models', 'load_model', { filepath: '/tmp/VOUCHSAFE-MARKER' })),
  ],
  [
    'dataset-from-directory',
    'CVE-2025-8747',
    'suspicious',
    sequential(layer('keras.utils', 'image_dataset_from_directory', { directory: '/' })),
  ],
  [
    'torch-module',
    'CVE-2025-49655',
    'suspicious',
    sequential(
      layer('keras.layers', 'TorchModuleWrapper', {
        module: { class_name: '__bytes__', config: { value: Buffer.from(evil()).toString('base64') } },
      }),
    ),
  ],
  [
    'tfsm-layer',
    'CVE-2026-1462',
    'suspicious',
    sequential(layer('keras.layers', 'TFSMLayer', { filepath: '/tmp/VOUCHSAFE-MARKER' })),
  ],
  [
    'string-lookup-file',
    'CVE-2025-12058',
    'suspicious',
    sequential(layer('keras.layers', 'StringLookup', { vocabulary: '/etc/passwd' })),
  ],
  [
    'string-lookup-url',
    'CVE-2025-12058',
    'suspicious',
    sequential(layer('keras.layers', 'StringLookup', { vocabulary: 'http://vouchsafe-marker.invalid/' })),
  ],
  [
    'integer-lookup-file',
    'CVE-2025-12058',
    'suspicious',
    sequential(layer('keras.layers', 'IntegerLookup', { vocabulary: 'gs://vouchsafe-marker/x' })),
  ],
  [
    'index-lookup-file',
    'CVE-2025-12058',
    'suspicious',
    sequential(layer('keras.src.layers.preprocessing.index_lookup', 'IndexLookup', { vocabulary: '../../secret' })),
  ],
  [
    'compile-config',
    'CVE-2025-1550',
    'malicious',
    {
      ...sequential(),
      compile_config: { loss: { module: 'os', class_name: 'function', config: 'system', registered_name: 'function' } },
    },
  ],
  ['build-config', 'CVE-2025-1550', 'malicious', { ...sequential(), build_config: lambdaCode.function }],
  [
    'registered-name',
    'CVE-2025-1550',
    'not-clean',
    sequential({ module: null, class_name: 'Thing', registered_name: 'vouchsafe>Thing', config: {} }),
  ],
];
for (const [name, origin, verdict, config] of kerasRows) {
  add(`keras.${name}`, 'model.keras', origin, verdict, () => keras(config));
  add(`keras-h5.${name}`, 'model.h5', name.startsWith('lambda') ? 'CVE-2025-9905' : origin, verdict, () =>
    hdf5({ model_config: JSON.stringify(config) }),
  );
}
add('keras.config-duplicate', 'model.keras', 'own', 'malicious', () =>
  keras(sequential(), [{ name: 'config.json', data: JSON.stringify(sequential(lambda(lambdaCode))) }]),
);
add('keras.weights-external-link', 'model.keras', 'CVE-2026-1669', 'suspicious', () =>
  zip([
    { name: 'metadata.json', data: '{}' },
    { name: 'config.json', data: JSON.stringify(sequential()) },
    { name: 'model.weights.h5', data: hdf5({}, [{ name: 'w', kind: 'external', file: '/etc/passwd', path: '/w' }]) },
  ]),
);
add('keras.assets-pickle', 'model.keras', 'own', 'malicious', () =>
  keras(sequential(), [{ name: 'assets/x', data: evil() }]),
);
add('keras.npz-weights', 'model.keras', 'own', 'malicious', () =>
  keras(sequential(), [{ name: 'model.weights.npz', data: zip([{ name: 'w.npy', data: evil() }]) }]),
);
add('keras-h5.external-link', 'model.weights.h5', 'CVE-2026-1669', 'suspicious', () =>
  hdf5({}, [{ name: 'w', kind: 'external', file: '/etc/passwd', path: '/w' }]),
);
add('keras-h5.external-link-relative', 'model.h5', 'CVE-2026-0897', 'suspicious', () =>
  hdf5({}, [{ name: 'w', kind: 'external', file: 'other.h5', path: '/w' }]),
);
add('keras-h5.training-config', 'model.h5', 'CVE-2024-3660', 'malicious', () =>
  hdf5({ model_config: JSON.stringify(sequential()), training_config: JSON.stringify({ loss: lambdaCode.function }) }),
);
add('keras-h5.tail-pickle', 'model.h5', 'own', 'not-clean', () => concat(hdf5({}), evil()));
add('keras-h5.user-block-pickle', 'model.h5', 'own', 'malicious', () => {
  const head = new Uint8Array(512);
  head.set(evil());
  return concat(head, hdf5({}));
});
add('keras-h5.cut', 'model.h5', 'own', 'not-clean', () =>
  hdf5({ model_config: JSON.stringify(sequential(lambda(lambdaCode))) }).slice(0, -20),
);
add('keras-json.lambda', 'model.json', 'CVE-2024-3660', 'malicious', () =>
  new TextEncoder().encode(JSON.stringify(sequential(lambda(lambdaCode)))),
);

// SavedModel.
for (const op of ['PyFunc', 'PyFuncStateless', 'EagerPyFunc']) {
  add(`savedmodel.${op}`, 'saved_model.pb', 'facts TF-OP', 'malicious', () => savedModel(['Const', op]));
  add(`savedmodel.${op}-in-function`, 'saved_model.pb', 'facts TF-OP', 'malicious', () =>
    savedModel(['Const', op], true),
  );
}
for (const op of ['ReadFile', 'WriteFile']) {
  add(`savedmodel.${op}`, 'saved_model.pb', 'facts TF-OP', 'suspicious', () => savedModel(['Const', op]));
  add(`savedmodel.${op}-in-function`, 'saved_model.pb', 'facts TF-OP', 'suspicious', () =>
    savedModel(['Const', op], true),
  );
}

// ONNX.
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
for (const [name, location, origin] of [
  ['parent', '../secret', 'CVE-2022-25882'],
  ['parent-deep', 'a/b/../../../secret', 'CVE-2024-27318'],
  ['absolute', '/etc/passwd', 'CVE-2022-25882'],
  ['windows-drive', 'C:\\secret', 'CVE-2022-25882'],
  ['unc', '\\\\host\\share\\x', 'CVE-2022-25882'],
  ['backslash-parent', '..\\..\\secret', 'CVE-2024-27318'],
  ['dot-parent', './../secret', 'CVE-2025-51480'],
  ['doubled', 'a/..//../x', 'CVE-2025-51480'],
  ['home', '~/../../etc/passwd', 'CVE-2025-51480'],
  ['proc', '/proc/self/environ', 'CVE-2022-25882'],
] as const) {
  add(`onnx.location-${name}`, 'model.onnx', origin, 'suspicious', () =>
    onnx({ initializers: [externalTensor(location)] }),
  );
}
const traversal = (): Uint8Array => externalTensor('../../etc/passwd');
add('onnx.sparse-values', 'model.onnx', 'CVE-2024-27318', 'suspicious', () =>
  onnx({ sparse: [lengthField(1, traversal())] }),
);
add('onnx.sparse-indices', 'model.onnx', 'CVE-2024-27318', 'suspicious', () =>
  onnx({ sparse: [concat(lengthField(1, externalTensor('ok')), lengthField(2, traversal()))] }),
);
add('onnx.attribute-tensor', 'model.onnx', 'CVE-2026-27489', 'suspicious', () =>
  onnx({
    nodes: [
      onnxNode('Constant', '', [concat(lengthField(1, 'value'), lengthField(5, traversal()), varintField(20, 4))]),
    ],
  }),
);
add('onnx.attribute-tensors', 'model.onnx', 'CVE-2026-27489', 'suspicious', () =>
  onnx({ nodes: [onnxNode('Constant', '', [concat(lengthField(1, 'value'), lengthField(10, traversal()))])] }),
);
add('onnx.attribute-sparse', 'model.onnx', 'CVE-2026-34446', 'suspicious', () =>
  onnx({
    nodes: [onnxNode('Constant', '', [concat(lengthField(1, 'v'), lengthField(22, lengthField(1, traversal())))])],
  }),
);
add('onnx.subgraph', 'model.onnx', 'CVE-2026-34446', 'suspicious', () =>
  onnx({
    nodes: [onnxNode('If', '', [concat(lengthField(1, 'then_branch'), lengthField(6, lengthField(5, traversal())))])],
  }),
);
add('onnx.function', 'model.onnx', 'CVE-2026-34447', 'suspicious', () =>
  onnx({
    functions: [
      concat(
        lengthField(1, 'f'),
        lengthField(7, onnxNode('Constant', '', [concat(lengthField(1, 'v'), lengthField(5, traversal()))])),
      ),
    ],
  }),
);
add('onnx.external-attributes', 'model.onnx', 'CVE-2026-34445', 'not-clean', () =>
  onnx({ initializers: [externalTensor('weights.bin', { __class__: 'x', basepath: '/etc' })] }),
);
add('onnx.external-negative', 'model.onnx', 'own', 'not-clean', () =>
  onnx({ initializers: [externalTensor('weights.bin', { offset: '-1', length: '99999999999999999999' })] }),
);
add('onnx.domain-python', 'model.onnx', 'facts ONNX-DOMAIN', 'suspicious', () =>
  onnx({ nodes: [onnxNode('PythonOp', 'ai.onnx.contrib')], opsets: ['ai.onnx.contrib'] }),
);
add('onnx.domain-unknown', 'model.onnx', 'facts ONNX-DOMAIN', 'suspicious', () =>
  onnx({ nodes: [onnxNode('Run', 'com.vouchsafe.marker')], opsets: ['com.vouchsafe.marker'] }),
);
add('onnx.pyop', 'model.onnx', 'facts ONNX-DOMAIN', 'suspicious', () =>
  onnx({ nodes: [onnxNode('PyOp', 'pyopadd')], opsets: ['pyopadd'] }),
);
add('onnx.raw-data-is-pickle', 'model.onnx', 'own', 'not-clean', () =>
  onnx({
    initializers: [concat(varintField(1, 8), varintField(2, 3), lengthField(8, 'w'), lengthField(9, evil()))],
    tail: evil(),
  }),
);
add('onnx.cut', 'model.onnx', 'own', 'not-clean', () => onnx({ initializers: [traversal()] }).slice(0, -8));
add('onnx.tail', 'model.onnx', 'own', 'not-clean', () => onnx({ tail: 'PK\u0003\u0004 trailing archive' }));

// Safetensors.
const st = (id: string, origin: string, verdict: Expected, build: () => Uint8Array): void =>
  add(`safetensors.${id}`, 'model.safetensors', origin, verdict, build);
const W = '"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}';
st('duplicate-key', 'facts SAFET-STRUCT', 'not-clean', () => safetensors(`{${W},${W}}`));
st('duplicate-key-escaped', 'facts SAFET-STRUCT', 'not-clean', () =>
  safetensors(`{${W},${W.replace('w', '\\u0077')}}`),
);
st('duplicate-metadata-key', 'facts SAFET-STRUCT', 'not-clean', () =>
  safetensors(`{"__metadata__":{"a":"1","a":"2"},${W}}`),
);
st('duplicate-metadata', 'facts SAFET-STRUCT', 'not-clean', () =>
  safetensors(`{"__metadata__":{},"__metadata__":{},${W}}`),
);
st('overlap', 'facts SAFET-STRUCT', 'not-clean', () =>
  safetensors(`{${W},"v":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}`),
);
st('hole', 'facts SAFET-STRUCT', 'not-clean', () =>
  safetensors(`{${W},"v":{"dtype":"F32","shape":[1],"data_offsets":[20,24]}}`, new Uint8Array(24)),
);
st('end-before-start', 'facts SAFET-STRUCT', 'not-clean', () =>
  safetensors('{"w":{"dtype":"F32","shape":[4],"data_offsets":[16,0]}}'),
);
st('size-not-shape', 'facts SAFET-STRUCT', 'not-clean', () =>
  safetensors('{"w":{"dtype":"F32","shape":[5],"data_offsets":[0,16]}}'),
);
st('shape-overflow', 'facts SAFET-STRUCT', 'not-clean', () =>
  safetensors('{"w":{"dtype":"F32","shape":[18446744073709551615,18446744073709551615,0],"data_offsets":[0,16]}}'),
);
st('shape-zero-overflow', 'facts SAFET-STRUCT', 'not-clean', () =>
  safetensors('{"w":{"dtype":"F32","shape":[0,18446744073709551615,18446744073709551615],"data_offsets":[0,0]}}', ''),
);
st('negative', 'facts SAFET-STRUCT', 'not-clean', () =>
  safetensors('{"w":{"dtype":"F32","shape":[-4],"data_offsets":[0,16]}}'),
);
st('float-offset', 'facts SAFET-STRUCT', 'not-clean', () =>
  safetensors('{"w":{"dtype":"F32","shape":[4],"data_offsets":[0.0,1.6e1]}}'),
);
st('unknown-dtype', 'facts SAFET-STRUCT', 'not-clean', () =>
  safetensors('{"w":{"dtype":"OBJECT","shape":[4],"data_offsets":[0,16]}}'),
);
st('unknown-field', 'facts SAFET-STRUCT', 'not-clean', () =>
  safetensors('{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16],"hidden":"payload"}}'),
);
st('array-entry', 'facts SAFET-STRUCT', 'not-clean', () => safetensors('{"w":["F32",[4],[0,16]]}'));
st('metadata-object', 'facts SAFET-STRUCT', 'not-clean', () => safetensors(`{"__metadata__":{"a":{"b":"c"}},${W}}`));
st('header-is-list', 'facts SAFET-STRUCT', 'not-clean', () => safetensors('[]', ''));
st('header-length-lies', 'safetensors attacks/', 'not-clean', () =>
  safetensors(`{${W}}`, f32le(1, 2, 3, 4), { length: 10 }),
);
st('header-length-huge', 'safetensors attacks/', 'not-clean', () =>
  safetensors(`{${W}}`, f32le(1, 2, 3, 4), { length: 2n ** 63n - 1n }),
);
st('header-length-beyond-file', 'safetensors attacks/', 'not-clean', () => safetensors(`{${W}}`, '', { length: 5000 }));
st('padding-not-space', 'facts SAFET-STRUCT', 'not-clean', () =>
  safetensors(`{${W}}`, f32le(1, 2, 3, 4), { padding: '\0\0\0' }),
);
st('padding-hides-text', 'facts SAFET-STRUCT', 'not-clean', () =>
  safetensors(`{${W}}`, f32le(1, 2, 3, 4), { padding: '#!/bin/sh' }),
);
st('leading-space', 'safetensors.md §1', 'not-clean', () => safetensors(`   {${W}}`));
st('byte-order-mark', 'safetensors.md §1', 'not-clean', () => safetensors(`\uFEFF{${W}}`));
st('lone-surrogate', 'safetensors.md §1', 'not-clean', () =>
  safetensors(`{"\\ud800":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}`),
);
st('tail-zip', 'facts SAFET-STRUCT', 'suspicious', () => concat(safetensorsWith(), torchZip({ pickle: evil() })));
st('tail-pickle', 'facts SAFET-STRUCT', 'not-clean', () => concat(safetensorsWith(), evil()));
st('data-short', 'facts SAFET-STRUCT', 'not-clean', () => safetensors(`{${W}}`, f32le(1)));
st('data-is-pickle', 'own', 'not-clean', () => {
  const data = evil();
  return concat(
    safetensors(`{"w":{"dtype":"U8","shape":[${data.length}],"data_offsets":[0,${data.length}]}}`, data),
    data,
  );
});
st('deep-header', 'own', 'not-clean', () =>
  safetensors(`{"__metadata__":${'['.repeat(5000)}${']'.repeat(5000)},${W}}`),
);
st('pickle-named-safetensors', 'CVE-2025-10155', 'malicious', evil);
for (const [name, metadata] of [
  ['exec', { _target_: 'builtins.exec', _args_: `["${CODE}"]` }],
  ['python-literal', { _target_: 'builtins.exec', _args_: '[\'import os; os.system("echo VOUCHSAFE-MARKER")\']' }],
  ['nested-literal', { encoder: "{'_target_': 'os.system', 'command': 'echo VOUCHSAFE-MARKER'}" }],
  ['nested-json', { config: JSON.stringify({ a: [{ _target_: 'os.system', command: COMMAND }] }) }],
  ['alias', { vae: "{'_target_': 'enum.bltns.eval', '_args_': ['1']}" }],
  ['partial', { f: "{'_target_': 'subprocess.Popen', '_partial_': True}" }],
] as const)
  st(`metadata-${name}`, 'Unit 42: ml-flextok', 'malicious', () => safetensorsWith(metadata));

// GGUF.
const gg = (id: string, origin: string, verdict: Expected, build: () => Uint8Array): void =>
  add(`gguf.${id}`, 'model.gguf', origin, verdict, build);
const SSTI = "{{ cycler.__init__.__globals__.os.popen('echo VOUCHSAFE-MARKER').read() }}";
gg('template', 'CVE-2024-34359', 'malicious', () => gguf({ entries: [['tokenizer.chat_template', ggufText(SSTI)]] }));
gg('template-named', 'CVE-2026-5760', 'malicious', () =>
  gguf({
    entries: [
      ['tokenizer.chat_template', ggufText('{{ messages }}')],
      ['tokenizer.chat_template.tool_use', ggufText(SSTI)],
      ['tokenizer.chat_templates', ggufArray(8, 1, concat(le(8, 8), 'tool_use'))],
    ],
  }),
);
gg('template-twice', 'CVE-2024-34359', 'malicious', () =>
  gguf({
    entries: [
      ['tokenizer.chat_template', ggufText('{{ messages }}')],
      ['tokenizer.chat_template', ggufText(SSTI)],
    ],
  }),
);
gg('count-entries', 'CVE-2026-33298', 'not-clean', () => gguf({ claimedEntries: 2n ** 60n }));
gg('count-tensors', 'CVE-2026-33298', 'not-clean', () => gguf({ claimedTensors: 2n ** 60n }));
gg('count-negative', 'CVE-2025-53630', 'not-clean', () => gguf({ claimedTensors: -1 }));
gg('count-one-more', 'own', 'not-clean', () => gguf({ claimedTensors: 2 }));
gg('string-length', 'CVE-2026-27940', 'not-clean', () => gguf({ entries: [['a', ggufText('x', 2n ** 62n)]] }));
gg('string-length-wraps', 'CVE-2026-27940', 'not-clean', () => gguf({ entries: [['a', ggufText('x', -1)]] }));
gg('array-count', 'CVE-2026-27940', 'not-clean', () => gguf({ entries: [['a', ggufArray(4, 2n ** 61n, [])]] }));
gg('array-of-arrays', 'own', 'not-clean', () =>
  gguf({ entries: [['a', ggufArray(9, 1, concat(le(4, 4), le(1, 8), le(1, 4)))]] }),
);
gg('array-bad-type', 'own', 'not-clean', () => gguf({ entries: [['a', ggufArray(77, 1, le(1, 4))]] }));
gg('value-bad-type', 'own', 'not-clean', () => gguf({ entries: [['a', { type: 99, bytes: le(1, 4) }]] }));
gg('dims-overflow', 'CVE-2025-53630', 'not-clean', () => gguf({ tensors: [{ dims: [2n ** 32n, 2n ** 32n] }] }));
gg('dims-negative', 'CVE-2026-7482', 'not-clean', () => gguf({ tensors: [{ dims: [-4] }] }));
gg('dims-five', 'facts GGUF-STRUCT', 'not-clean', () => gguf({ tensors: [{ dims: [1, 1, 1, 1, 4] }] }));
gg('dims-many', 'facts GGUF-STRUCT', 'not-clean', () => gguf({ tensors: [{ claimedDims: 2 ** 31 }] }));
gg('tensor-beyond-file', 'CVE-2026-7482', 'not-clean', () => gguf({ tensors: [{ dims: [1_000_000] }] }));
gg('tensor-offset-huge', 'CVE-2026-65315', 'not-clean', () => gguf({ tensors: [{ offset: 2n ** 63n }] }));
gg('tensor-offset-unaligned', 'facts GGUF-STRUCT', 'not-clean', () => gguf({ tensors: [{ offset: 3 }] }));
gg('tensors-overlap', 'facts GGUF-STRUCT', 'not-clean', () =>
  gguf({ tensors: [{ name: 'a' }, { name: 'b', offset: 0 }] }),
);
gg('tensors-same-name', 'facts GGUF-STRUCT', 'not-clean', () =>
  gguf({ tensors: [{ name: 'a' }, { name: 'a', offset: 32 }], data: new Uint8Array(64) }),
);
gg('tensor-name-long', 'facts GGUF-STRUCT', 'not-clean', () => gguf({ tensors: [{ name: 'x'.repeat(80) }] }));
gg('alignment-zero', 'facts GGUF-STRUCT', 'not-clean', () => gguf({ entries: [['general.alignment', gguf32(0)]] }));
gg('alignment-odd', 'facts GGUF-STRUCT', 'not-clean', () => gguf({ entries: [['general.alignment', gguf32(33)]] }));
gg('alignment-wrong-type', 'facts GGUF-STRUCT', 'not-clean', () =>
  gguf({ entries: [['general.alignment', gguf64(32)]] }),
);
gg('duplicate-key', 'facts GGUF-STRUCT', 'not-clean', () =>
  gguf({
    entries: [
      ['a', gguf32(1)],
      ['a', gguf32(2)],
    ],
  }),
);
gg('empty-key', 'facts GGUF-STRUCT', 'not-clean', () => gguf({ entries: [['', gguf32(1)]] }));
gg('version-0', 'facts GGUF-STRUCT', 'not-clean', () => gguf({ version: 0 }));
gg('version-99', 'facts GGUF-STRUCT', 'not-clean', () => gguf({ version: 99 }));
gg('tail-pickle', 'own', 'not-clean', () => gguf({ tail: evil() }));
gg('tail-zip', 'own', 'not-clean', () => gguf({ tail: torchZip({ pickle: evil() }) }));
gg('cut-data', 'own', 'not-clean', () => gguf().slice(0, -20));
gg('cut-head', 'own', 'not-clean', () => gguf().slice(0, 40));
gg('description-injection', 'facts README-PI', 'not-clean', () =>
  gguf({
    entries: [['general.description', ggufText('\u{E0049}\u{E0047}\u{E004E}\u{E004F}\u{E0052}\u{E0045} a fine model')]],
  }),
);

// Executables, pointers, other archives of models.
add('executable.llamafile', 'model.llamafile', 'facts LLAMAFILE', 'not-clean', () =>
  concat('MZ', new Uint8Array(510), gguf()),
);
add('executable.elf-gguf', 'model.gguf', 'facts LLAMAFILE', 'not-clean', () =>
  concat([0x7f], 'ELF', new Uint8Array(508), gguf()),
);
add('executable.elf-bin', 'model.bin', 'own', 'not-clean', () => concat([0x7f], 'ELF', [2, 1, 1], new Uint8Array(500)));
add('executable.pe-bin', 'pytorch_model.bin', 'own', 'not-clean', () => concat('MZ', new Uint8Array(500)));
add('executable.shell', 'model.pkl', 'own', 'not-clean', () => bytes(`#!/bin/sh\n${COMMAND}\n`));
add('executable.tensorrt', 'model.engine', 'facts TRT-ENGINE', 'not-clean', () =>
  concat('ftrt', new Uint8Array(200), [0x7f], 'ELF', new Uint8Array(100)),
);
const skops = (schema: object): Uint8Array => zip([{ name: 'schema.json', data: JSON.stringify(schema) }]);
add('skops.operator-node', 'model.skops', 'CVE-2025-54412', 'suspicious', () =>
  skops({
    __class__: 'methodcaller',
    __module__: 'operator',
    __loader__: 'OperatorFuncNode',
    attrs: { content: ['system', COMMAND] },
    protocol: 2,
  }),
);
add('skops.method-node', 'model.skops', 'CVE-2025-54413', 'suspicious', () =>
  skops({
    __class__: 'ndarray',
    __module__: 'numpy',
    __loader__: 'MethodNode',
    content: { func: 'tofile', obj: { __class__: 'Popen', __module__: 'subprocess', __loader__: 'ObjectNode' } },
    protocol: 2,
  }),
);
add('skops.object-os', 'model.skops', 'CVE-2025-54886', 'malicious', () =>
  skops({ __class__: 'system', __module__: 'os', __loader__: 'FunctionNode', content: COMMAND, protocol: 2 }),
);
add('skops.joblib-fallback', 'model.skops', 'CVE-2025-54886', 'malicious', evil);
add('mar.path-escape', 'model.mar', 'facts MAR-HANDLER', 'suspicious', () =>
  zip([
    {
      name: 'MAR-INF/MANIFEST.json',
      data: JSON.stringify({
        model: { modelName: 'm', serializedFile: '../../../etc/passwd', handler: 'image_classifier' },
      }),
    },
  ]),
);
add('mar.custom-handler', 'model.mar', 'facts MAR-HANDLER', 'not-clean', () =>
  zip([
    {
      name: 'MAR-INF/MANIFEST.json',
      data: JSON.stringify({ model: { modelName: 'm', serializedFile: 'm.pt', handler: 'handler.py' } }),
    },
    { name: 'handler.py', data: `import os\nos.system("${COMMAND}")\n` },
  ]),
);

/** Formats other than pickle and its containers. */
export const formatCases: readonly HostileCase[] = cases;
