import type { KnownTemplate } from './template.ts';

/** Mistral: instructions between two control tokens, the system message in front of the first one. */
export const mistral: KnownTemplate = {
  title: 'Mistral instruct models',
  tokens: ['[INST]', '[/INST]'],
  text: `{%- if messages[0]['role'] == 'system' %}
{%- set opening = messages[0]['content'] + '\\n\\n' %}
{%- set turns = messages[1:] %}
{%- else %}
{%- set opening = '' %}
{%- set turns = messages %}
{%- endif %}
{{- bos_token }}
{%- for message in turns %}
{%- if message['role'] == 'user' %}
{{- '[INST] ' + (opening if loop.first else '') + message['content'] + ' [/INST]' }}
{%- else %}
{{- ' ' + message['content'] + eos_token }}
{%- endif %}
{%- endfor %}
`,
};
