import type { KnownTemplate } from './template.ts';

/** ChatML: every message between two markers, the role on a line of its own. */
export const chatml: KnownTemplate = {
  title: 'ChatML (Qwen, Yi, Hermes and many fine-tuned models)',
  tokens: ['<|im_start|>', '<|im_end|>'],
  eos: '<|im_end|>',
  isWithoutBos: true,
  text: `{%- for message in messages %}
{{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
{{- '<|im_start|>assistant\\n' }}
{%- endif %}
`,
};
