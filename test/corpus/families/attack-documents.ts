import { concat, le } from '../../build/bytes.ts';
import { hdf5 } from '../../build/hdf5.ts';
import { safetensorsFile } from '../../../src/rules/examples/safetensors.ts';
import { CODE, COMMAND, type Expected, type HostileCase } from '../case.ts';

const cases: HostileCase[] = [];
interface Case {
  readonly file: string;
  readonly origin: string;
  readonly content: string | Uint8Array | (() => Uint8Array);
  readonly verdict?: Expected;
}

function add(id: string, { file, origin, content, verdict = 'malicious' }: Case): void {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  cases.push({
    id: `documents.${id}`,
    family: `documents: ${id.split('.')[0]}`,
    file,
    origin,
    build: typeof bytes === 'function' ? bytes : () => bytes,
    expect: { verdict },
  });
}

// Lines end where YAML 1.1, which PyYAML and libyaml read, says; not only where 1.2 does.
for (const [name, lineBreak] of [
  ['return', '\r'],
  ['next-line', '\u0085'],
  ['line-separator', '\u2028'],
  ['paragraph-separator', '\u2029'],
] as const) {
  const origin = 'YAML 1.1 section 4.2';
  const target = `_target_: os.system${lineBreak}_args_: ["${COMMAND}"]\n`;
  add(`yaml.comment-ended-by-${name}`, { file: 'config.yaml', origin, content: `# a comment${lineBreak}${target}` });
  add(`yaml.unnamed-${name}`, { file: 'notes', origin, content: `# a comment${lineBreak}${target}` });
  const tag = `# x${lineBreak}a: !!python/object/apply:os.system ["${COMMAND}"]\n`;
  add(`yaml.tag-after-${name}`, { file: 'hparams.yaml', origin, content: tag });
}
add('ini.comment-ended-by-return', {
  file: 'config.cfg',
  origin: 'Python io, universal newlines',
  content: '[model]\n# a comment\r_target_ = os.system\n',
});
add('yaml.second-document-in-string', {
  file: 'config.json',
  origin: 'own',
  content: JSON.stringify({ a: 'note\n---\n_target_: os.system\n' }),
});
add('yaml.created-map', {
  file: 'config.yaml',
  origin: 'OmegaConf oc.create',
  content: `model: "\${oc.create:{_target_: os.system, _args_: ['${COMMAND}']}}"\n`,
});

// A character that JSON allows and text seldom holds must not turn JSON into mere text.
const instantiate = { _target_: 'os.system', _args_: [COMMAND] };
const template = "{{ lipsum.__globals__['os'].system('id') }}";
add('json.delete-character', {
  file: 'config.json',
  origin: 'RFC 8259 section 7',
  content: JSON.stringify({ name: '\u007f', ...instantiate }),
});
add('json.delete-character-template', {
  file: 'tokenizer_config.json',
  origin: 'RFC 8259 section 7',
  content: JSON.stringify({ pad_token: '\u007f', chat_template: template }),
});
add('json.control-character', {
  file: 'config.json',
  origin: 'own',
  content: `{"a":"\u0001${'x'.repeat(200)}","_target_":"os.system"}`,
  verdict: 'not-clean',
});
const manyStrings = '"x",'.repeat(5000);
for (const [name, item] of [
  ['tag', JSON.stringify(`!!python/object/apply:os.system ["${COMMAND}"]`)],
  ['yaml', JSON.stringify('_target_: os.system\n_args_: [id]')],
  ['escaped', String.raw`"\u007b\u0022_target_\u0022\u003a \u0022os.system\u0022}"`],
] as const) {
  add(`json.late-${name}`, { file: 'config.json', origin: 'own', content: `{"a":[${manyStrings}${item}]}` });
}
add('json.template-twice-in-item', {
  file: 'tokenizer_config.json',
  origin: 'own',
  content: `{"chat_template":[{"name":"default","template":${JSON.stringify(template)},"template":"{{ 1 }}"}]}`,
});

// ml-flextok reads every value of a safetensors header with `ast.literal_eval`.
const literals = {
  prefixed: "u'os.system'",
  joined: "'os' '.system'",
  parenthesized: "('os.system')",
  escaped: String.raw`'\x6fs.system'`,
  named: String.raw`'os\N{FULL STOP}s\N{LATIN SMALL LETTER Y}stem'`,
  raw: "r'os.system'",
  tripled: "'''os.system'''",
  commented: "'os.system' # a class",
};
for (const [name, literal] of Object.entries(literals)) {
  const metadata = { _target_: literal, _args_: `['${COMMAND}']` };
  add(`literal.target-${name}`, {
    file: 'model.safetensors',
    origin: 'facts, ml-flextok',
    content: () => safetensorsFile(JSON.stringify({ __metadata__: metadata })),
  });
}
const key = String.raw`'\x5ftarget_'`;
for (const [name, text] of [
  ['far', `${' '.repeat(200)}{${key}: 'builtins.exec'}`],
  ['after-comment', `# settings\n{${key}: 'builtins.exec'}`],
  ['inner-comment', `{# settings\n${key}: 'builtins.exec'}`],
  ['joined-line', `\\\n{${key}: 'builtins.exec'}`],
  ['named-character', String.raw`{'\N{LOW LINE}target_': 'builtins.exec'}`],
] as const) {
  add(`literal.map-${name}`, {
    file: 'config.json',
    origin: 'facts, ml-flextok',
    content: JSON.stringify({ extra: text }),
  });
}

// What an encoding declaration makes of a comment.
add('encoding.python-utf-7', {
  file: 'modeling_x.py',
  origin: 'PEP 263',
  content: `# coding: utf-7\n# +AAo-import os+ADs-os.system(+ACI-${COMMAND}+ACI-)\n`,
  verdict: 'not-clean',
});
add('encoding.python-unicode-escape', {
  file: 'modeling_x.py',
  origin: 'PEP 263',
  content: `# vim: set fileencoding=unicode_escape :\n# \\x0a${CODE}\n`,
  verdict: 'not-clean',
});
add('encoding.python-second-line', {
  file: 'modeling_x.py',
  origin: 'PEP 263',
  content: `\n# coding=raw-unicode-escape\n# \\u000a${CODE}\n`,
  verdict: 'not-clean',
});
const entity = '<!DOCTYPE net [<!ENTITY x SYSTEM "file:///etc/passwd">]><net>&x;</net>';
add('encoding.xml-utf-16', {
  file: 'model.xml',
  origin: 'XML 1.0 section 4.3.3',
  content: () => new Uint8Array(Buffer.from(`\ufeff<?xml version="1.0" encoding="utf-16"?>${entity}`, 'utf16le')),
  verdict: 'suspicious',
});
add('encoding.xml-utf-7', {
  file: 'model.xml',
  origin: 'XML 1.0 section 4.3.3',
  content: `<?xml version="1.0" encoding="UTF-7"?>${entity.replace('<!DOCTYPE', '+ADwAIQ-DOCTYPE').replace('<!ENTITY', '+ADwAIQ-ENTITY')}`,
  verdict: 'not-clean',
});

// HDF5 begins after a user block of any power of two; what comes before it may be a file of another kind.
const lambda = {
  class_name: 'Lambda',
  config: { name: 'l', function: { class_name: '__lambda__', config: { code: '4wEAAAA=' } } },
};
const model = JSON.stringify({ class_name: 'Sequential', config: { name: 's', layers: [lambda] } });
const hostileHdf5 = (block: number, head: Uint8Array): Uint8Array => {
  const file = concat(
    head,
    new Uint8Array(block - head.length),
    hdf5({ model_config: model, keras_version: '2.13.0' }),
  );
  new DataView(file.buffer).setUint32(4, head.length === 12 ? file.length - 8 : 0, true);
  return file;
};
const wave = concat('RIFF', le(0, 4), 'WAVE');
for (const block of [4096, 65_536, 1_048_576]) {
  add(`user-block.wave-${block}`, {
    file: 'model.h5',
    origin: 'HDF5 specification II.A',
    content: () => hostileHdf5(block, wave),
  });
  add(`user-block.wave-unnamed-${block}`, {
    file: 'sound.wav',
    origin: 'HDF5 specification II.A',
    content: () => hostileHdf5(block, wave),
  });
}

add('user-block.lying-base', {
  file: 'model.h5',
  origin: 'HDF5 library, H5F__super_read',
  content: () => {
    // The library ignores the base address in the superblock; a reader that believes it sees the second file.
    const hostile = hdf5({ model_config: model, keras_version: '2.13.0' });
    const superblock = new DataView(hostile.buffer);
    superblock.setUint32(24, hostile.length, true);
    superblock.setUint32(40, 2 * hostile.length, true);
    return concat(hostile, hdf5({ keras_version: '2.13.0' }));
  },
});

// Templates that put a command in a name of their own, or of the renderer, and call it from there.
const spell =
  "{% set k = 'globals'.center(11,'_') %}{% set i = 'init'.center(8,'_') %}{% set c = 'class'.center(9,'_') %}";
const command = "messages[c][i][k]['sys']['modules']['os']['system']";
const run = `('${COMMAND}')`;
const calls = {
  variable: `{% set f = ${command} %}{{ f${run} }}`,
  'loop-variable': `{% for f in [${command}] %}{{ f${run} }}{% endfor %}`,
  parameter: `{% macro m(f) %}{{ f${run} }}{% endmacro %}{{ m(${command}) }}`,
  'macro-name-again': `{% macro f() %}{% endmacro %}{% set f = ${command} %}{{ f${run} }}`,
  'name-of-renderer': `{% set range = ${command} %}{{ range${run} }}`,
  with: `{% with range = ${command} %}{{ range${run} }}{% endwith %}`,
  'call-block-parameter': `{% macro m() %}{{ caller(${command}) }}{% endmacro %}{% call(range) m() %}{{ range${run} }}{% endcall %}`,
  'dictionary-entry': `{% set d = {'get': ${command}} %}{{ d['get']${run} }}`,
  'list-item': `{{ [${command}][0]${run} }}`,
  'namespace-member': `{% set ns = namespace(get=${command}) %}{{ ns.get${run} }}`,
  'namespace-assignment': `{% set ns = namespace() %}{% set ns.get = ${command} %}{{ ns.get${run} }}`,
  'namespace-map': `{% set ns = namespace({'get': ${command}}) %}{{ ns.get${run} }}`,
  cycler: `{% set x = cycler(${command}) %}{{ x.current${run} }}`,
  'spare-argument': `{% macro m() %}{{ varargs[0]${run} }}{% endmacro %}{{ m(${command}) }}`,
  worked_out: `{{ ([${command}]|first)${run} }}`,
};
for (const [name, text] of Object.entries(calls)) {
  add(`template.call-${name.replace('_', '-')}`, {
    file: 'chat_template.jinja',
    origin: 'own',
    content: spell + text,
    verdict: 'not-clean',
  });
}

/** Found by attacking the readers of documents, templates and texts. */
export const attackDocumentCases: readonly HostileCase[] = cases;
