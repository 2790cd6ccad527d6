import type { KnownTemplate } from './template.ts';

/** Llama 3: the role in a header, two line breaks, the text, an end of turn. */
export const llama3: KnownTemplate = {
  title: 'Llama 3 and later text models',
  tokens: ['<|start_header_id|>', '<|end_header_id|>', '<|eot_id|>'],
  eos: '<|eot_id|>',
  text: `{{- bos_token }}
{%- for message in messages %}
{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}
{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
`,
};
