import type { KnownTemplate } from './template.ts';

/** Mistral: instructions between two control tokens, the system message in front of the last one (mistral-common, v3). */
export const mistral: KnownTemplate = {
  title: 'Mistral instruct models with a tokenizer of version 2 or 3 (7B v0.3, 8x22B, Large 2407)',
  tokens: ['[INST]', '[/INST]'],
  eos: '</s>',
  text: `{%- if messages[0]['role'] == 'system' %}
{%- set opening = messages[0]['content'] + '\\n\\n' %}
{%- set turns = messages[1:] %}
{%- else %}
{%- set opening = '' %}
{%- set turns = messages %}
{%- endif %}
{%- set asked = namespace(last=-1) %}
{%- for message in turns %}
{%- if message['role'] == 'user' %}
{%- set asked.last = loop.index0 %}
{%- endif %}
{%- endfor %}
{{- bos_token }}
{%- for message in turns %}
{%- if message['role'] == 'user' %}
{{- '[INST] ' + (opening if loop.index0 == asked.last else '') + message['content'] + '[/INST]' }}
{%- else %}
{{- ' ' + message['content'] + eos_token }}
{%- endif %}
{%- endfor %}
`,
};
