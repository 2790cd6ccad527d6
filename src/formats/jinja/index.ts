import { readText } from '../text/read-text.ts';
import { defineFormat } from '../format.ts';

const NAME = /\.(?:jinja2?|j2)$/;

/** A chat template in a file of its own (`chat_template.jinja`, `additional_chat_templates/*.jinja`). */
export const jinja = defineFormat({
  id: 'jinja',
  title: 'Jinja template',
  extensions: ['.jinja', '.jinja2', '.j2'],
  detect: (probe) => (NAME.test(probe.name) ? 'likely' : null),
  parse(context) {
    const text = readText(context.source, 0, context.limits.maxTemplateBytes, 'maxTemplateBytes');
    const file = context.path.split(/[/\\]/).at(-1) ?? '';
    const name = file.replace(NAME, '');
    context.emit('template', { text, name: name === 'chat_template' ? 'default' : name, pointer: '' });
    context.cover(0, context.source.size, 'structure');
  },
});
