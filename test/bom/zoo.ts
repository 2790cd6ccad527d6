import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { concat, f32le } from '../build/bytes.ts';
import { gguf, ggufText, safetensors, safetensorsWith } from '../build/tensors.ts';

type Content = string | Uint8Array;
export type ModelFolder = Readonly<Record<string, Content>>;

/** A model card with something in every field that is read. */
const FULL_CARD = `---
license: apache-2.0
language: [en, de]
datasets:
- squad
- https://example.org/data/set
base_model: example/base-7b
base_model_relation: finetune
pipeline_tag: text-generation
library_name: transformers
tags: [chat]
metrics: [accuracy]
co2_eq_emissions:
  emissions: 12.5
  hardware_used: 8 x A100
model-index:
- name: Tiny
  results:
  - task: {type: text-generation}
    dataset: {name: HellaSwag, type: hellaswag}
    metrics:
    - {type: accuracy, value: 0.712}
---
# Tiny

## Intended uses

Answering questions.

## Limitations

[More Information Needed]

## Bias, Risks, and Limitations

<!-- a template's hint -->
It makes things up.
`;

const shard = (name: string): Uint8Array =>
  safetensors(JSON.stringify({ [name]: { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] } }));

/** Text as an attacker writes it: markup, escapes, a direction override, quotes, a lone surrogate in an escape. */
export const HOSTILE = '<script>alert(1)</script>"\'&\u001b[31m\u202e]]>--> <!--';

const hostileCard = `---
license: ${JSON.stringify(HOSTILE)}
license_link: "javascript:alert(1)"
datasets: [${JSON.stringify(HOSTILE)}, "${'x'.repeat(5000)}", {a: 1}, null, 3]
base_model: [${JSON.stringify(HOSTILE)}, ${JSON.stringify(HOSTILE)}]
pipeline_tag: {deep: {er: 1}}
model-index: [1, {results: {}}, {name: [x], results: [{metrics: [{type: a}, {value: 2}, {type: ${JSON.stringify(HOSTILE)}, value: .nan}]}]}]
tags: [*missing, !!python/object:os.system x]
---
## Limitations
${HOSTILE}
`;

/** Folders as they are met: whole, bare, sharded, quantized, hostile. */
export const zoo: Readonly<Record<string, ModelFolder>> = {
  full: {
    'README.md': FULL_CARD,
    LICENSE: 'Apache License\n',
    'config.json': JSON.stringify({ model_type: 'llama', architectures: ['LlamaForCausalLM'], hidden_size: 4096 }),
    'tokenizer_config.json': JSON.stringify({ chat_template: '{{ messages[0].content }}' }),
    'model.safetensors': safetensorsWith({ format: 'pt' }),
  },
  bare: { 'model.safetensors': safetensorsWith() },
  'empty-card': { 'README.md': '---\n---\n', 'config.json': '{}', 'model.safetensors': safetensorsWith() },
  'card-without-front-matter': {
    'README.md': '# A model\n\nNothing to say.\n',
    'model.safetensors': safetensorsWith(),
  },
  sharded: {
    'model-00001-of-00002.safetensors': shard('a'),
    'model-00002-of-00002.safetensors': shard('b'),
    'model.safetensors.index.json': JSON.stringify({ weight_map: { a: 'model-00001-of-00002.safetensors' } }),
    '.gitattributes': '*.safetensors filter=lfs\n',
  },
  gguf: {
    'tiny-Q4.gguf': gguf({
      entries: [
        ['general.architecture', ggufText('llama')],
        ['general.name', ggufText('Tiny Q4')],
        ['general.license', ggufText('mit')],
        ['general.base_model.0.name', ggufText('Base')],
        ['tokenizer.chat_template', ggufText('{{ messages }}')],
      ],
      tensors: [{ name: 'w', dims: [2, 2] }],
    }),
  },
  several: {
    'README.md':
      '---\nlicense: [mit, gpl-3.0, other]\nlicense_name: my-licence\nlicense_link: https://example.org/l\n---\n',
    'model.bin': concat(f32le(1, 2)),
  },
  expression: { 'README.md': '---\nlicense: mit OR apache-2.0\n---\n', 'a.json': '{}' },
  hostile: {
    'README.md': hostileCard,
    'config.json': '{"model_type": "<img src=x>", "architectures": "x", "hidden_size": {"a": 1}}',
    'tokenizer_config.json': '{"chat_template": [{"name": "<b>", "template": "{{ x }}"}, 3, {"name": 1}]}',
    '<script>alert(1)</script>.json': '{}',
    'a\u202eb "quoted" \'x\' & #1.json': '{}',
    'vouchsafe.conversion.json': '{"sources": 1}',
    'evil.json': '{"model": {"_target_": "os.system", "command": "echo pwned"}}',
  },
  'broken-yaml': { 'README.md': '---\nlicense: "mit\n---\nx\n', 'config.json': '{"a":', 'x.gguf': 'GGUF' },
  'alias-bomb': {
    'README.md': `---\na: &a [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 9 }, (_, i) => `${String.fromCharCode(98 + i)}: &${String.fromCharCode(98 + i)} [${Array.from({ length: 9 }, () => `*${String.fromCharCode(97 + i)}`).join(',')}]`).join('\n')}\nlicense: mit\n---\n`,
    'a.json': '{}',
  },
  converted: {
    'model.safetensors': safetensorsWith(),
    'vouchsafe.conversion.json': JSON.stringify({
      schemaVersion: '1.0',
      tool: { name: 'vouchsafe', version: '0.1.0' },
      createdAt: '2026-01-02T03:04:05.678Z',
      options: {},
      sources: [
        { path: 'pytorch model:1.bin', sha256: 'a'.repeat(64), size: 12, format: 'torch-zip', globals: [] },
        { path: 'b.bin', sha256: null, size: 12, format: 'torch-zip', globals: [] },
      ],
      outputs: [{ path: 'model.safetensors', size: 100, sha256: null }],
      tensors: [{}],
      dropped: [],
      omitted: [{}],
      refused: [],
      notes: ['every CRC is zero'],
    }),
  },
};

/** Writes a folder of the zoo. */
export function writeFolder(folder: string, files: ModelFolder): string {
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return folder;
}
