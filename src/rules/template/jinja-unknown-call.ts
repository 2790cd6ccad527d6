import {
  type Expression,
  expressionsIn,
  expressionsOf,
  type Statement,
  statementsIn,
} from '../../formats/jinja/ast.ts';
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
    bad: [
      { name: 'chat_template.jinja', content: '{{ fetch_context(messages) }}' },
      { name: 'chat_template.jinja', content: '{% set f = tools[name] %}{{ f(messages) }}' },
      { name: 'chat_template.jinja', content: '{% set range = tools[name] %}{{ range(messages) }}' },
      { name: 'chat_template.jinja', content: '{% set ns = namespace(get=tools[name]) %}{{ ns.get(messages) }}' },
    ],
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
    const known: Known = { callable: callableNames(parsed), members: ownMembers(parsed) };
    for (const statement of statementsIn(parsed.body)) {
      for (const whole of expressionsOf(statement)) {
        for (const node of expressionsIn(whole)) {
          const name = node.kind === 'call' ? unknownCallee(node.callee, known) : undefined;
          if (name !== undefined) report({ data: { name }, pointer: template.pointer });
        }
      }
    }
  },
});

/** What may be called: the renderer's functions, macros, and other names for these. What holds anything else may hold a command. */
function callableNames(parsed: ParsedTemplate): ReadonlySet<string> {
  const callable = new Set(templateGlobals);
  const others = new Set<string>();
  for (const statement of statementsIn(parsed.body)) {
    if (statement.kind === 'macro') callable.add(statement.name);
    if (statement.kind === 'macro' || statement.kind === 'scope') {
      for (const param of statement.params) others.add(param.name);
    } else if (isAlias(statement, callable, others)) callable.add(statement.target.name);
    else if (statement.kind === 'set' || statement.kind === 'for') {
      for (const node of expressionsIn(statement.target)) if (node.kind === 'name') others.add(node.name);
    }
  }
  return new Set([...callable].filter((name) => !others.has(name)));
}

/** Stands for members whose names are not known. */
const ANY = '*';

/** Members that the template itself puts somewhere: `namespace(get=…)`, `set ns.get = …`. They hide methods of that name. */
function ownMembers(parsed: ParsedTemplate): ReadonlySet<string> {
  const members = new Set<string>();
  for (const statement of statementsIn(parsed.body)) {
    if (statement.kind === 'set' && statement.target.kind === 'get' && statement.target.key.kind === 'string') {
      members.add(statement.target.key.value);
    }
    for (const node of expressionsOf(statement).flatMap((whole) => [...expressionsIn(whole)])) {
      if (node.kind !== 'call' || node.callee.kind !== 'name' || node.callee.name !== 'namespace') continue;
      for (const { name } of node.args) members.add(name ?? ANY);
    }
  }
  return members;
}

/** `{% set f = g %}`, where `g` may be called. */
function isAlias(
  statement: Statement,
  callable: ReadonlySet<string>,
  others: ReadonlySet<string>,
): statement is Statement & { kind: 'set'; target: Expression & { kind: 'name' } } {
  if (statement.kind !== 'set' || statement.target.kind !== 'name') return false;
  const { value } = statement;
  return value?.kind === 'name' && callable.has(value.name) && !others.has(value.name);
}

interface Known {
  readonly callable: ReadonlySet<string>;
  readonly members: ReadonlySet<string>;
}

function unknownCallee(callee: Expression, { callable, members }: Known): string | undefined {
  if (callee.kind === 'name') return callable.has(callee.name) ? undefined : `${callee.name}()`;
  if (callee.kind !== 'get') return 'what it works out';
  if (callee.key.kind !== 'string') return 'what it works out';
  const method = callee.key.value;
  // Commands and internals have a rule of their own.
  if (commandMethods.has(method) || method.startsWith('__')) return undefined;
  const isOwn = callee.computed || (callee.object.kind === 'name' && (members.has(method) || members.has(ANY)));
  return knownMethods.has(method) && !isOwn ? undefined : `.${method}()`;
}
