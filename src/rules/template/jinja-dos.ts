import {
  type Expression,
  expressionsIn,
  expressionsOf,
  type Statement,
  statementsIn,
} from '../../formats/jinja/ast.ts';
import { parseTemplate } from '../../formats/jinja/parse-template.ts';
import { defineRule } from '../rule.ts';
import { type Constant, fold } from './fold.ts';
import { steps } from './steps.ts';

interface Data {
  readonly what: string;
  readonly amount: number;
}

type Report = (what: string, amount: number) => void;

/** Rounds all loops around a statement may take together. Templates count to the number of messages; some pad to 32 or 256. */
const MAX_ROUNDS = 100_000;
/** Characters one operation may produce out of a constant. */
const MAX_PRODUCED = 1_000_000;
/** Powers beyond this take seconds. */
const MAX_EXPONENT = 10_000;
/** The largest honest templates are some 20 KB. */
const MAX_HONEST_CHARACTERS = 100_000;
/** Filters and methods whose numbers are sizes. */
const SIZED = new Set([
  'center',
  'ljust',
  'rjust',
  'zfill',
  'indent',
  'batch',
  'slice',
  'format',
  'expandtabs',
  'lipsum',
  'range',
]);

export const jinjaDos = defineRule<Data>()({
  id: 'jinja-dos',
  title: 'Template that never comes to an end',
  severity: 'medium',
  facet: 'template',
  formats: ['jinja', 'json', 'gguf'],
  references: [
    { kind: 'CWE', id: 'CWE-400' },
    { kind: 'CVE', id: 'CVE-2025-61620' },
    { kind: 'ATLAS', id: 'AML.T0029' },
    { kind: 'OWASP', id: 'LLM10' },
  ],
  why: 'A server renders the template for each request. Loops inside loops over large ranges, huge repetitions and endless recursion stop it with a few bytes of template.',
  fix: 'Replace the template with that of the base model, or remove the loop.',
  examples: {
    bad: [
      { name: 'chat_template.jinja', content: '{% for i in range(10**9) %}x{% endfor %}' },
      {
        name: 'chat_template.jinja',
        content: '{% for i in range(9999) %}{% for j in range(9999) %}x{% endfor %}{% endfor %}',
      },
      { name: 'chat_template.jinja', content: "{{ 'a' * 10**10 }}" },
      { name: 'chat_template.jinja', content: '{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}' },
    ],
    good: [
      {
        name: 'chat_template.jinja',
        content:
          '{% for i in range(messages|length) %}{{ messages[i].content }}{% endfor %}{% macro show(x) %}{% if x is mapping %}{{ show(x.inner) }}{% endif %}{% endmacro %}',
      },
    ],
  },
  message: (data) => `${data.what} (${data.amount})`,
  check(template, report) {
    const hit: Report = (what, amount) => report({ data: { what, amount }, pointer: template.pointer });
    if (template.text.length > MAX_HONEST_CHARACTERS)
      hit('a template of unusual size, in characters', template.text.length);
    const parsed = parseTemplate(template);
    checkLoops(parsed.body, 1, hit);
    for (const { node, names } of steps(parsed)) for (const part of expressionsIn(node)) checkSize(part, names, hit);
    for (const statement of statementsIn(parsed.body)) {
      if (statement.kind === 'macro' && callsAlways(statement.body, statement.name))
        hit('a macro that always calls itself', 1);
    }
  },
});

function checkLoops(body: readonly Statement[], rounds: number, hit: Report): void {
  for (const statement of body) {
    if (statement.kind === 'for') {
      const inner = rounds * roundsOf(statement.iterable);
      if (inner > MAX_ROUNDS && rounds <= MAX_ROUNDS) hit('loops run this often', inner);
      checkLoops(statement.body, inner, hit);
    } else if (statement.kind === 'if') {
      for (const branch of statement.branches) checkLoops(branch.body, rounds, hit);
    } else if (statement.kind === 'set' || statement.kind === 'macro' || statement.kind === 'scope') {
      checkLoops(statement.body, rounds, hit);
    }
  }
}

/** How often a loop turns, as far as constants tell; 1 when they do not. */
function roundsOf(iterable: Expression): number {
  let most = 1;
  for (const node of expressionsIn(iterable)) {
    if (node.kind !== 'call' || node.callee.kind !== 'name' || node.callee.name !== 'range') continue;
    const [first, second] = node.args.map((arg) => fold(arg.value, new Map()));
    const from = typeof second === 'number' && typeof first === 'number' ? first : 0;
    const to = typeof second === 'number' ? second : first;
    if (typeof to === 'number') most = Math.max(most, Math.abs(to - from));
  }
  return most;
}

function checkSize(node: Expression, names: ReadonlyMap<string, Constant>, hit: Report): void {
  if (node.kind === 'binary') checkOperator(node, names, hit);
  for (const value of sizedArguments(node).map((arg) => fold(arg, names))) {
    if (typeof value === 'number' && Math.abs(value) > MAX_PRODUCED)
      hit('asks for something of this size', Math.abs(value));
    if (typeof value === 'string' && /%\d{7}|:[^}]?\d{7}/.test(value)) hit('pads a text to a huge width', value.length);
  }
}

function checkOperator(node: Expression & { kind: 'binary' }, names: ReadonlyMap<string, Constant>, hit: Report): void {
  if (node.operator !== '*' && node.operator !== '**') return;
  const numbers = [fold(node.left, names), fold(node.right, names)].filter((value) => typeof value === 'number');
  const largest = Math.max(...numbers);
  // Two numbers multiply to a number; a number and something else repeat that.
  if (node.operator === '*' && numbers.length === 1 && largest > MAX_PRODUCED)
    hit('repeats something this often', largest);
  if (node.operator === '**' && largest > MAX_EXPONENT) hit('raises a number to this power', largest);
}

function sizedArguments(node: Expression): readonly Expression[] {
  if (node.kind !== 'filter' && node.kind !== 'call') return [];
  const args = node.args.map((arg) => arg.value);
  if (node.kind === 'filter') return SIZED.has(node.name) ? [node.operand, ...args] : [];
  const { callee } = node;
  if (callee.kind === 'name') return SIZED.has(callee.name) ? args : [];
  const isMethod = callee.kind === 'get' && callee.key.kind === 'string' && SIZED.has(callee.key.value);
  return isMethod ? [callee.object, ...args] : [];
}

/** True when a body calls `name` outside of every condition and loop. */
function callsAlways(body: readonly Statement[], name: string): boolean {
  return body.some((statement) => {
    if (statement.kind === 'scope' || statement.kind === 'set') {
      if (callsAlways(statement.body, name)) return true;
    }
    if (statement.kind === 'if' || statement.kind === 'for' || statement.kind === 'macro') return false;
    return expressionsOf(statement).some((node) => callsIn(node, name));
  });
}

function callsIn(whole: Expression, name: string): boolean {
  for (const node of expressionsIn(whole)) {
    if (node.kind === 'conditional') return false;
    if (node.kind === 'call' && node.callee.kind === 'name' && node.callee.name === name) return true;
  }
  return false;
}
