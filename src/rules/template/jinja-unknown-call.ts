import { type Expression, expressionsIn, expressionsOf, statementsIn } from '../../formats/jinja/ast.ts';
import { type ParsedTemplate, parseTemplate } from '../../formats/jinja/parse-template.ts';
import { commandMethods, knownMethods, templateGlobals } from '../data/template-names.ts';
import { defineRule } from '../rule.ts';

export const jinjaUnknownCall = defineRule<{ readonly name: string }>()({
  id: 'jinja-unknown-call',
  title: 'Template calls something unknown',
  severity: 'medium',
  inconclusive: true,
  facet: 'template',
  formats: ['jinja', 'json', 'gguf'],
  references: [{ kind: 'CWE', id: 'CWE-1336' }],
  why: 'Chat templates call macros of their own, a few functions of the renderer, and methods of strings, lists and dictionaries. Anything else is a function of a program we do not know, with effects we cannot judge.',
  fix: 'Find out which program defines the function. If none does, take the template of the base model.',
  examples: {
    bad: [{ name: 'chat_template.jinja', content: '{{ fetch_context(messages) }}' }],
    good: [
      {
        name: 'chat_template.jinja',
        content:
          "{% macro turn(m) %}{{ m.content.strip() }}{% endmacro %}{{ turn(messages[0]) }}{{ raise_exception('no') }}",
      },
    ],
  },
  message: (data) => `calls ${data.name}, which no chat renderer offers`,
  check(template, report) {
    const parsed = parseTemplate(template);
    const own = ownNames(parsed);
    for (const statement of statementsIn(parsed.body)) {
      for (const whole of expressionsOf(statement)) {
        for (const node of expressionsIn(whole)) {
          const name = node.kind === 'call' ? unknownCallee(node.callee, own) : undefined;
          if (name !== undefined) report({ data: { name }, pointer: template.pointer });
        }
      }
    }
  },
});

/** Macros, and what is assigned: calling a variable calls something that was judged where it came from. */
function ownNames(parsed: ParsedTemplate): ReadonlySet<string> {
  const names = new Set<string>();
  for (const statement of statementsIn(parsed.body)) {
    if (statement.kind === 'macro') {
      names.add(statement.name);
      for (const param of statement.params) names.add(param.name);
    }
    const target = statement.kind === 'set' || statement.kind === 'for' ? statement.target : undefined;
    if (target !== undefined) for (const node of expressionsIn(target)) if (node.kind === 'name') names.add(node.name);
  }
  return names;
}

function unknownCallee(callee: Expression, own: ReadonlySet<string>): string | undefined {
  if (callee.kind === 'name') {
    return own.has(callee.name) || templateGlobals.has(callee.name) ? undefined : `${callee.name}()`;
  }
  if (callee.kind !== 'get' || callee.key.kind !== 'string') return undefined;
  const method = callee.key.value;
  // Commands and internals have a rule of their own.
  if (knownMethods.has(method) || commandMethods.has(method) || method.startsWith('__')) return undefined;
  return `.${method}()`;
}
