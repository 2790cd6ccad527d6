import type { KnownTemplate } from './template.ts';

/** Alpaca: headings in plain text, as many early instruct models were trained on. */
export const alpaca: KnownTemplate = {
  title: 'Alpaca-like instruct models',
  tokens: [],
  text: `{%- for message in messages %}
{%- if message['role'] == 'system' %}
{{- message['content'] | trim + '\\n\\n' }}
{%- elif message['role'] == 'user' %}
{{- '### Instruction:\\n' + message['content'] | trim + '\\n\\n' }}
{%- else %}
{{- '### Response:\\n' + message['content'] | trim + eos_token + '\\n\\n' }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
{{- '### Response:\\n' }}
{%- endif %}
`,
};
