import type { KnownTemplate } from './template.ts';

/** Llama 2: instructions in square brackets, the system message inside the first one. */
export const llama2: KnownTemplate = {
  title: 'Llama 2 chat models',
  tokens: [],
  text: `{%- if messages[0]['role'] == 'system' %}
{%- set opening = '<<SYS>>\\n' + messages[0]['content'] + '\\n<</SYS>>\\n\\n' %}
{%- set turns = messages[1:] %}
{%- else %}
{%- set opening = '' %}
{%- set turns = messages %}
{%- endif %}
{%- for message in turns %}
{%- if message['role'] == 'user' %}
{{- bos_token + '[INST] ' + (opening if loop.first else '') + message['content'] | trim + ' [/INST]' }}
{%- else %}
{{- ' ' + message['content'] | trim + ' ' + eos_token }}
{%- endif %}
{%- endfor %}
`,
};
