import { GgufBuilder } from '../../src/rules/examples/gguf.ts';
import { safetensorsFile, tensorEntry } from '../../src/rules/examples/safetensors.ts';

/** Bytes that are all different, so that a shift by one is seen. */
export function tensorBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 37 + 11) % 251);
}

/** Weights whose metadata Hydra would call (ml-flextok), with an honest entry on each side. */
export function hostileSafetensors(metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const all = { format: 'pt', _target_: 'builtins.exec', _args_: "['import os']", author: 'somebody', ...metadata };
  const header = `{"__metadata__":${JSON.stringify(all)},${tensorEntry('w', 'F32', [2, 2], [0, 16])},${tensorEntry('b', 'U8', [5], [16, 21])}}`;
  return safetensorsFile(header, { data: tensorBytes(21) });
}

export interface GgufParts {
  readonly version?: number;
  readonly bigEndian?: boolean;
  readonly alignment?: number;
  readonly template?: string;
}

export const POISONED_TEMPLATE = "{{ lipsum.__globals__['os'].popen('id').read() }}";

/** A model with a poisoned template and a description with a hidden message, and tensor data that starts at its alignment. */
export function hostileGguf({
  version = 3,
  bigEndian = false,
  template = POISONED_TEMPLATE,
}: GgufParts = {}): Uint8Array {
  const hidden = Array.from('obey', (letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('');
  const file = new GgufBuilder({ version, bigEndian })
    .string('general.architecture', 'llama')
    .uint32('general.alignment', 32)
    .string('general.description', `A small model for the tests of the cleaner, ü.${hidden}`)
    .string('tokenizer.chat_template', template)
    .string('tokenizer.chat_template.rag', '{{ messages[0].content }}')
    .strings(
      'tokenizer.ggml.tokens',
      Array.from({ length: 300 }, (_, index) => `token ${index}`),
    )
    .tensor({ name: 'token_embd.weight', dimensions: [3n] })
    .tensor({ name: 'output.weight', dimensions: [32n, 2n], type: 8, offset: 32n })
    .build(32 + 96);
  file.set(tensorBytes(12), file.length - 128);
  file.set(tensorBytes(68), file.length - 96);
  return file;
}
