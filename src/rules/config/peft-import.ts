import { get, stringOf } from '../../formats/document.ts';
import { documentRule } from './document-rule.ts';
import { SUPPLY_CHAIN } from './references.ts';
import { isDangerous, judgeTarget } from './target.ts';

export const peftImport = documentRule<{ key: string; module: string }>()({
  id: 'peft-import',
  title: 'Adapter imports an unknown module',
  severity: 'medium',
  formats: ['json'],
  references: [
    { kind: 'CWE', id: 'CWE-470' },
    { kind: 'URL', id: 'https://github.com/huggingface/peft/issues/3085' },
    ...SUPPLY_CHAIN,
  ],
  why: 'PEFT before 0.20.0 imports the module that `auto_mapping.parent_library` or `megatron_core` names. Adapters for known architectures name transformers, diffusers or Megatron.',
  fix: 'Upgrade PEFT to 0.20.0 or later, and find out which package the adapter means.',
  examples: {
    bad: [
      {
        name: 'adapter_config.json',
        content: '{"peft_type": "LORA", "auto_mapping": {"base_model_class": "X", "parent_library": "acme_models.x"}}',
      },
    ],
    good: [
      {
        name: 'adapter_config.json',
        content:
          '{"peft_type": "LORA", "auto_mapping": {"base_model_class": "LlamaForCausalLM", "parent_library": "transformers.models.llama.modeling_llama"}, "megatron_core": "megatron.core"}',
      },
      { name: 'adapter_config.json', content: '{"peft_type": "LORA", "auto_mapping": null}' },
    ],
  },
  message: ({ key, module }) => `"${key}" imports ${module}`,
  check(index, report, { policy }) {
    const mapped = index
      .keyed('auto_mapping')
      .map((place) => ({ place, text: stringOf(get(place.node, 'parent_library')) }));
    const core = index.keyed('megatron_core').map((place) => ({ place, text: place.text }));
    for (const { place, text } of [...mapped, ...core]) {
      if (text === undefined) continue;
      // The module alone is imported; a made-up attribute lets it be judged like a target.
      const target = judgeTarget(`${text}._`, policy);
      if (target.kind === 'trusted' && !text.startsWith('transformers_modules')) continue;
      const data = { key: String(place.step), module: text.slice(0, 200) };
      report(place, data, isDangerous(target) ? 'critical' : 'medium');
    }
  },
});
