import { documentRule } from './document-rule.ts';
import { SUPPLY_CHAIN } from './references.ts';

export const hfAttentionKernel = documentRule<{ key: string; kernel: string }>()({
  id: 'hf-attention-kernel',
  title: 'Configuration makes transformers download and run a kernel',
  severity: 'critical',
  formats: ['json'],
  references: [{ kind: 'CWE', id: 'CWE-829' }, { kind: 'CVE', id: 'CVE-2026-4372' }, ...SUPPLY_CHAIN],
  why: 'transformers takes an attention implementation with a slash for a kernel repository of the hub, downloads it and imports it, without `trust_remote_code`. Which implementation to use is the loader’s choice; the library never saves such a value.',
  fix: 'Do not load the model, and upgrade transformers to 5.3.0 or later.',
  examples: {
    bad: [
      { name: 'config.json', content: '{"model_type": "llama", "_attn_implementation_internal": "someone/kernel"}' },
      { name: 'config.json', content: '{"text_config": {"_attn_implementation": "someone/kernel:attention"}}' },
    ],
    good: [
      {
        name: 'config.json',
        content: '{"model_type": "phi3", "_attn_implementation": "flash_attention_2", "attn_implementation": "sdpa"}',
      },
    ],
  },
  message: ({ key, kernel }) => `"${key}" names the kernel repository ${kernel}`,
  check(index, report) {
    for (const key of ['_attn_implementation', '_attn_implementation_internal', 'attn_implementation'] as const) {
      for (const place of index.keyed(key)) {
        if (place.text?.includes('/') !== true) continue;
        // In the recipe of a training run the person who runs it made the choice.
        const isRecipe = key === 'attn_implementation' && !index.document.fileName.endsWith('config.json');
        report(place, { key, kernel: place.text.slice(0, 200) }, isRecipe ? 'low' : 'critical');
      }
    }
  },
});
