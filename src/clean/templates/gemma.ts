import type { KnownTemplate } from './template.ts';

/** Gemma: turns of the user and the model; there is no system role, so its text opens the first turn. */
export const gemma: KnownTemplate = {
  title: 'Gemma instruct models',
  tokens: ['<start_of_turn>', '<end_of_turn>'],
  text: `{%- if messages[0]['role'] == 'system' %}
{%- set opening = messages[0]['content'] | trim + '\\n\\n' %}
{%- set turns = messages[1:] %}
{%- else %}
{%- set opening = '' %}
{%- set turns = messages %}
{%- endif %}
{{- bos_token }}
{%- for message in turns %}
{%- set role = 'model' if message['role'] == 'assistant' else message['role'] %}
{{- '<start_of_turn>' + role + '\\n' + (opening if loop.first else '') + message['content'] | trim + '<end_of_turn>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
{{- '<start_of_turn>model\\n' }}
{%- endif %}
`,
};
