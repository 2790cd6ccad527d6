import { parseTemplate } from '../../formats/jinja/parse-template.ts';
import { defineRule } from '../rule.ts';

export const jinjaUnparsed = defineRule<{ readonly expected: string; readonly line: number }>()({
  id: 'jinja-unparsed',
  title: 'Template that could not be followed',
  severity: 'medium',
  inconclusive: true,
  facet: 'template',
  formats: ['jinja', 'json', 'gguf'],
  references: [{ kind: 'CWE', id: 'CWE-1336' }],
  why: 'Template engines differ in what they accept. A template that breaks one reader may run in another, and what could not be read was not judged.',
  fix: 'Compare the template with that of the base model, or correct it so that Jinja2 itself parses it.',
  examples: {
    bad: [{ name: 'chat_template.jinja', content: '{% if messages %}{{ messages[0].content }}' }],
    good: [{ name: 'chat_template.jinja', content: '{% if messages %}{{ messages[0].content }}{% endif %}' }],
  },
  message: (data) => `expected ${data.expected} on line ${data.line}`,
  check(template, report) {
    const { problem } = parseTemplate(template);
    if (problem === undefined) return;
    const line = template.text.slice(0, problem.offset).split('\n').length;
    report({ data: { expected: problem.expected, line }, pointer: template.pointer });
  },
});
