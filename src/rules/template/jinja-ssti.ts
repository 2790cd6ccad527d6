import { type Argument, childrenOf, type Expression, statementsIn } from '../../formats/jinja/ast.ts';
import { type ParsedTemplate, parseTemplate } from '../../formats/jinja/parse-template.ts';
import {
  attributeFilters,
  commandMethods,
  gadgetAttributes,
  gadgetDunders,
  templateGlobals,
} from '../data/template-names.ts';
import { defineRule, type Hit, type Severity } from '../rule.ts';
import { foldToString } from './fold.ts';
import { type Step, steps } from './steps.ts';

interface Data {
  readonly what: string;
  readonly name: string;
}

type Report = (what: string, name: string, severity?: Severity) => void;

const DUNDER = /__[a-z]\w{0,40}?__/gi;

export const jinjaSsti = defineRule<Data>()({
  id: 'jinja-ssti',
  title: 'Template reaches into the interpreter',
  severity: 'critical',
  facet: 'template',
  formats: ['jinja', 'json', 'gguf'],
  references: [
    { kind: 'CWE', id: 'CWE-1336' },
    { kind: 'CVE', id: 'CVE-2024-34359' },
    { kind: 'CVE', id: 'CVE-2026-5760' },
    { kind: 'CVE', id: 'CVE-2024-56326' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
    { kind: 'OWASP', id: 'LLM03' },
  ],
  why: 'A chat template is a program. Rendered outside a sandbox, attribute access climbs from any object to its class, from there to every loaded module, and so to commands. No honest template needs a double-underscore name, not even one put together from pieces.',
  fix: 'Do not load the model with a program that renders its template. Replace the template with the one of the base model, and report the model.',
  examples: {
    bad: [
      { name: 'chat_template.jinja', content: "{{ ''.__class__.__mro__[1].__subclasses__() }}" },
      { name: 'chat_template.jinja', content: "{{ lipsum['__glo' ~ 'bals__'].os.popen('id').read() }}" },
      { name: 'chat_template.jinja', content: "{{ x|attr('\\x5f\\x5fclass\\x5f\\x5f') }}" },
      { name: 'chat_template.jinja', content: "{{ messages|map(attribute='__ssalc__'[::-1])|list }}" },
      { name: 'chat_template.jinja', content: '{{ x|attr(message.content) }}' },
      { name: 'chat_template.jinja', content: "{% include '/etc/passwd' %}" },
    ],
    good: [
      {
        name: 'chat_template.jinja',
        content:
          "{% for m in messages %}{{ '<|' + m['role'] + '|>' + m.content|trim }}{% endfor %}{% set ns = namespace(seen=false) %}{{ messages|map(attribute='role')|join(', ') }}",
      },
    ],
  },
  message: (data) => `${data.what}: ${data.name}`,
  check(template, report) {
    const parsed = parseTemplate(template);
    const hit: Report = (what, name, severity) => {
      const found: Hit<Data> = { data: { what, name: name.slice(0, 120) }, pointer: template.pointer };
      report(severity === undefined ? found : { ...found, severity });
    };
    checkLoads(parsed, hit);
    for (const step of steps(parsed)) checkExpression(step.node, step, hit);
    if (parsed.problem !== undefined) checkUnparsed(template.text, parsed, hit);
  },
});

function checkLoads(parsed: ParsedTemplate, hit: Report): void {
  for (const statement of statementsIn(parsed.body)) {
    if (statement.kind === 'load') hit('loads another template', statement.tag, 'high');
  }
}

/** Kinds of expressions that can be worked out to a string. */
const TEXTUAL: ReadonlySet<string> = new Set(['string', 'binary', 'filter', 'call', 'get']);

function checkExpression(node: Expression, step: Step, hit: Report, called = false): void {
  if (node.kind === 'name' && isDunder(node.name)) hit('names an internal', node.name);
  if (node.kind === 'get') checkGet(node, step, hit, called);
  if (node.kind === 'filter' && attributeFilters.has(node.name)) checkFilter(node, step, hit);
  if (TEXTUAL.has(node.kind)) checkString(foldToString(node, step.names), hit);
  for (const child of childrenOf(node)) {
    checkExpression(child, step, hit, node.kind === 'call' && child === node.callee);
  }
}

function checkGet(node: Expression & { kind: 'get' }, step: Step, hit: Report, called: boolean): void {
  const name = foldToString(node.key, step.names);
  if (name !== undefined) return checkName(name, hit, called);
  if (node.key.kind === 'slice' || node.key.kind === 'number') return;
  const macros = node.object.kind === 'name' && Array.isArray(step.names.get(node.object.name));
  if (called && !macros) hit('calls a member whose name is computed', 'x[…](…)', 'high');
  if (node.object.kind === 'name' && node.object.name !== 'loop' && templateGlobals.has(node.object.name)) {
    hit('looks inside a built-in function by a computed name', node.object.name, 'high');
  }
}

function checkFilter(node: Expression & { kind: 'filter' }, step: Step, hit: Report): void {
  for (const arg of attributePaths(node.name, node.args)) {
    const path = foldToString(arg, step.names);
    if (path !== undefined) for (const name of path.split('.')) checkName(name, hit, false);
    else if (arg.kind !== 'number') hit('reads an attribute whose name is computed', `|${node.name}(…)`, 'high');
  }
}

/** `attr(x)`, `map(attribute=x)`, `map('attr', x)`, `selectattr(x, …)`, `groupby(x)`. */
function attributePaths(filter: string, args: readonly Argument[]): readonly Expression[] {
  const named = args.filter((arg) => arg.name === 'attribute' || arg.spread).map((arg) => arg.value);
  const positional = args.filter((arg) => arg.name === undefined && !arg.spread).map((arg) => arg.value);
  if (filter === 'map') {
    const [applied, argument] = positional;
    const byName = applied?.kind === 'string' && !attributeFilters.has(applied.value);
    return [...named, ...(byName ? [] : [applied, argument].filter((arg) => arg !== undefined))];
  }
  const first = ['attr', 'selectattr', 'rejectattr', 'groupby'].includes(filter) ? positional.slice(0, 1) : [];
  return [...named, ...first];
}

function checkName(name: string, hit: Report, called: boolean): void {
  if (isDunder(name) || gadgetAttributes.has(name)) hit('reads an internal attribute', name);
  else if (called && commandMethods.has(name)) hit('calls', `${name}()`);
}

/** A string that spells an internal name; prose about Python (with spaces around it) is left alone. */
function checkString(text: string | undefined, hit: Report): void {
  if (text === undefined || !text.includes('__')) return;
  for (const [name] of text.matchAll(DUNDER)) {
    if (!gadgetDunders.has(name.toLowerCase())) continue;
    if (!/\s/.test(text) || /\{[^{}\s]{0,80}__/.test(text)) hit('spells an internal name', name);
  }
}

function isDunder(name: string): boolean {
  return /^__\w{1,60}__$/.test(name);
}

/** What the parser could not follow is judged by its tokens, and what even the lexer could not, by its text. */
function checkUnparsed(text: string, parsed: ParsedTemplate, hit: Report): void {
  for (const token of parsed.tokens) {
    if (token.kind === 'name') checkName(token.value, hit, false);
    if (token.kind === 'string') checkString(token.value, hit);
  }
  const rest = text.slice(parsed.problem?.offset ?? 0);
  for (const [name] of rest.matchAll(DUNDER))
    if (gadgetDunders.has(name.toLowerCase())) hit('spells an internal name', name);
}
