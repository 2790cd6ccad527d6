import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { knownTemplates, type TemplateName } from '../../src/clean/templates/index.ts';
import { bytesOf, cleanBytes } from '../clean/run.ts';
import { hostileSafetensors, tensorBytes } from '../clean/weights.ts';
import { findPython } from './ask-oracle.ts';

interface Answer {
  readonly templates: Readonly<Record<string, string>>;
  readonly safetensors?: readonly Readonly<Record<string, readonly [string, readonly number[], string]>>[];
  readonly yaml?: readonly unknown[];
}

function ask(python: string, request: object): Answer {
  const script = join(import.meta.dirname, 'clean_oracle.py');
  const result = spawnSync(python, [script], { input: JSON.stringify(request), encoding: 'utf8', timeout: 60_000 });
  if (result.status !== 0) throw new Error(result.stderr);
  return JSON.parse(result.stdout) as Answer;
}

const messages = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: 'Hello' },
  { role: 'user', content: 'Bye' },
];

/** What the families' own templates give for the conversation above, by their published formats. */
const RENDERED: Readonly<Record<TemplateName, string>> = {
  alpaca: 'Be brief.\n\n### Instruction:\nHi\n\n### Response:\nHello</s>\n\n### Instruction:\nBye\n\n### Response:\n',
  chatml:
    '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n',
  gemma:
    '<s><start_of_turn>user\nBe brief.\n\nHi<end_of_turn>\n<start_of_turn>model\nHello<end_of_turn>\n<start_of_turn>user\nBye<end_of_turn>\n<start_of_turn>model\n',
  'llama-2': '<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHi [/INST] Hello </s><s>[INST] Bye [/INST]',
  'llama-3':
    '<s><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nHello<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nBye<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n',
  mistral: '<s>[INST] Hi[/INST] Hello</s>[INST] Be brief.\n\nBye[/INST]',
};

const jinja = findPython(['jinja2']);
describe.skipIf(jinja === null)('jinja2, where Python has it', () => {
  test('the templates render as their families want it', () => {
    const templates = Object.entries(knownTemplates).map(([name, { text }]) => [name, [text, messages, true]]);
    expect(ask(jinja as string, { templates: Object.fromEntries(templates) }).templates).toEqual(RENDERED);
  });
});

const safetensors = findPython(['safetensors', 'numpy']);
describe.skipIf(safetensors === null)('the safetensors library, where Python has it', () => {
  test.each(['all', 'safe', 'none'] as const)(
    'reads the same tensors from a cleaned file, metadata kept: %s',
    (keepMetadata) => {
      const { cleaned } = cleanBytes(hostileSafetensors(), 'model.safetensors', { options: { keepMetadata } });
      if (cleaned === undefined) throw new Error('was not cleaned');
      const files = [Buffer.from(bytesOf(cleaned.content)).toString('base64')];
      const hex = Buffer.from(tensorBytes(21)).toString('hex');
      expect(ask(safetensors as string, { safetensors: files }).safetensors).toEqual([
        { w: ['float32', [2, 2], hex.slice(0, 32)], b: ['uint8', [5], hex.slice(32)] },
      ]);
    },
  );
});

const pyYaml = findPython(['yaml']);
describe.skipIf(pyYaml === null)('PyYAML, where Python has it', () => {
  test.each([
    ['enc:\n- _target_: os.system\n- name: x\n# end\nseed: 1\n', { enc: [{ name: 'x' }], seed: 1 }],
    [
      'a:\n    - _target_: os.system\nb: &x {c: !!python/name:os.system , d: 2}\ne: *x\n',
      { a: [], b: { d: 2 }, e: { d: 2 } },
    ],
    ['_target_: os.system\n_args_:\n- id\nlr: 1e-3\n', { lr: '1e-3' }],
  ])('reads what was to stay of %j', (text, expected) => {
    const { cleaned } = cleanBytes(new TextEncoder().encode(text), 'config.yaml');
    if (cleaned === undefined) throw new Error('was not cleaned');
    const result = new TextDecoder().decode(bytesOf(cleaned.content));
    expect(ask(pyYaml as string, { yaml: [result] }).yaml).toEqual([expected]);
  });
});
