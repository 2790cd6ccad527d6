/**
 * Builds examples/safe and examples/hostile: what ordinary models look like, and what attacks on them look like; and
 * examples/snapshot, a download with a poisoned checkpoint, to be made safe. The hostile files would only ever print
 * a word, and are built here so that none is stored.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gguf, ggufText, safetensorsWith } from '../test/build/tensors.ts';
import { npy } from '../test/build/npy.ts';
import { asm, type PickleAssembler } from '../test/build/pickle.ts';
import { stateDict, torchZip } from '../test/build/torch.ts';

const FOLDER = 'examples';
const CHAT_TEMPLATE =
  "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}" +
  '{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}';

const CARD = `---
license: apache-2.0
datasets:
- squad
pipeline_tag: text-generation
---

# A small model

Made for trying things out.

## Limitations

It knows nothing.
`;

const callEcho = (to: PickleAssembler): PickleAssembler =>
  to.global('os', 'system').unicode('echo this could have been anything').tuple1().reduce();
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const files: Readonly<Record<string, string | Uint8Array>> = {
  'safe/model.safetensors': safetensorsWith({ format: 'pt' }),
  'safe/checkpoint.pt': torchZip(),
  'safe/model.gguf': gguf({
    entries: [
      ['general.architecture', ggufText('llama')],
      ['tokenizer.chat_template', ggufText(CHAT_TEMPLATE)],
    ],
  }),
  'safe/embeddings.npy': npy(new Uint8Array(32), { shape: '(4,)', descr: '<f8' }),
  'safe/config.json': json({
    architectures: ['LlamaForCausalLM'],
    hidden_size: 64,
    model_type: 'llama',
    vocab_size: 256,
  }),
  'safe/tokenizer_config.json': json({ chat_template: CHAT_TEMPLATE, eos_token: '<|im_end|>' }),

  'hostile/checkpoint.pt': torchZip({ pickle: stateDict(callEcho) }),
  'hostile/cut-short.pkl': callEcho(asm().proto(4)).bytes(),
  'hostile/hidden-call.pkl': asm()
    .proto(4)
    .global('random', '_os.system')
    .unicode('echo hidden')
    .tuple1()
    .reduce()
    .pop()
    .none()
    .stop()
    .bytes(),
  'hostile/metadata.safetensors': safetensorsWith({ _target_: 'builtins.exec', _args_: "['print(1)']" }),
  'hostile/model.gguf': gguf({
    entries: [
      ['general.architecture', ggufText('llama')],
      ['tokenizer.chat_template', ggufText("{{ cycler.__init__.__globals__.os.popen('echo template').read() }}")],
    ],
  }),
  'hostile/config.json': json({
    model_type: 'moirai',
    distr_output: { _target_: 'enum.bltns.eval', _args_: ["print('config')"] },
  }),

  'snapshot/pytorch_model.bin': torchZip({ pickle: stateDict(callEcho) }),
  'snapshot/config.json': json({ architectures: ['LlamaForCausalLM'], hidden_size: 4, model_type: 'llama' }),
  'snapshot/tokenizer_config.json': json({ chat_template: CHAT_TEMPLATE, eos_token: '<|im_end|>' }),
  'snapshot/README.md': CARD,
};

for (const folder of ['safe', 'hostile', 'snapshot']) mkdirSync(join(FOLDER, folder), { recursive: true });
for (const [name, content] of Object.entries(files)) writeFileSync(join(FOLDER, name), content);
console.log(`${Object.keys(files).length} files in ${FOLDER}/safe, ${FOLDER}/hostile and ${FOLDER}/snapshot`);
