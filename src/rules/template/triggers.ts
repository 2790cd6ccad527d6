import { type Expression, expressionsIn } from '../../formats/jinja/ast.ts';
import { type Constant, fold } from './fold.ts';
import { isMarker } from './prose.ts';

/** Keys under which chat messages keep what people wrote. */
const CONTENT_KEYS = new Set(['content', 'text', 'query', 'prompt', 'user_input', 'question', 'input']);
const COMPARISONS = new Set(['in', 'not in', '==', '!=', '<', '>', '<=', '>=']);
const COMPARING_METHODS = new Set(['startswith', 'endswith', 'find', 'rfind', 'index', 'count']);
const COMPARING_TESTS = new Set([
  'in',
  'eq',
  'equalto',
  '==',
  'ne',
  'gt',
  'lt',
  'ge',
  'le',
  'search',
  'match',
  'contains',
  'divisibleby',
]);
const CLOCKS = new Set(['strftime_now', 'now', 'current_date', 'date_string']);

/** What a condition waits for: a word in what a user wrote, its length, or a date. */
export interface Trigger {
  readonly kind: 'content' | 'marker' | 'date';
  readonly value: string;
}

/** What is known of a name: that it holds user content, or the outcome of a test on it. */
export interface Taint {
  readonly content: boolean;
  readonly trigger?: Trigger;
}

export interface Scope {
  readonly taints: ReadonlyMap<string, Taint>;
  readonly names: ReadonlyMap<string, Constant>;
}

/** True when an expression's value comes from what a user wrote. */
export function holdsContent(node: Expression, scope: Scope): boolean {
  switch (node.kind) {
    case 'name':
      return scope.taints.get(node.name)?.content ?? false;
    case 'get':
      return keepsContent(node, scope);
    case 'call':
      return (node.callee.kind === 'get' && holdsContent(node.callee.object, scope)) || anyArg(node.args, scope);
    case 'filter':
      return holdsContent(node.operand, scope) || (node.name === 'string' && /^messages?$/.test(nameOf(node.operand)));
    case 'binary':
      return !COMPARISONS.has(node.operator) && [node.left, node.right].some((side) => holdsContent(side, scope));
    case 'conditional':
      return holdsContent(node.then, scope) || (node.otherwise !== undefined && holdsContent(node.otherwise, scope));
    case 'list':
      return node.items.some((item) => holdsContent(item, scope));
    case 'string':
    case 'number':
    case 'dict':
    case 'slice':
    case 'test':
    case 'unary':
      return false;
  }
}

function keepsContent(node: Expression & { kind: 'get' }, scope: Scope): boolean {
  if (node.key.kind !== 'string') return holdsContent(node.object, scope);
  if (CONTENT_KEYS.has(node.key.value)) return true;
  const own = node.object.kind === 'name' ? scope.taints.get(`${node.object.name}.${node.key.value}`) : undefined;
  return own?.content ?? false;
}

function anyArg(args: readonly { readonly value: Expression }[], scope: Scope): boolean {
  return args.some((arg) => holdsContent(arg.value, scope));
}

function nameOf(node: Expression): string {
  return node.kind === 'name' ? node.name : node.kind === 'get' ? nameOf(node.object) : '';
}

/** Every test on user content or on the clock inside an expression. */
export function triggersIn(whole: Expression, scope: Scope): readonly Trigger[] {
  const found: Trigger[] = [];
  for (const node of expressionsIn(whole)) {
    const known = taintOf(node, scope)?.trigger;
    if (known !== undefined) found.push(known);
    const [subject, operands] = comparison(node);
    for (const operand of operands) {
      const trigger = subject === undefined ? undefined : triggerOf(subject, operand, scope);
      if (trigger !== undefined) found.push(trigger);
    }
  }
  return found;
}

function taintOf(node: Expression, scope: Scope): Taint | undefined {
  if (node.kind === 'name') return scope.taints.get(node.name);
  if (node.kind !== 'get' || node.object.kind !== 'name' || node.key.kind !== 'string') return undefined;
  return scope.taints.get(`${node.object.name}.${node.key.value}`);
}

/** What is compared, and with what; nothing for other expressions. */
function comparison(node: Expression): readonly [Expression | undefined, readonly Expression[]] {
  if (node.kind === 'binary' && COMPARISONS.has(node.operator)) return [node.left, [node.right]];
  if (node.kind === 'test' && COMPARING_TESTS.has(node.name)) return [node.operand, node.args.map((arg) => arg.value)];
  if (node.kind === 'filter' && /^(?:select|reject)/.test(node.name))
    return [node.operand, node.args.map((arg) => arg.value)];
  if (node.kind !== 'call' || node.callee.kind !== 'get' || node.callee.key.kind !== 'string') return [undefined, []];
  if (!COMPARING_METHODS.has(node.callee.key.value)) return [undefined, []];
  return [node.callee.object, node.args.map((arg) => arg.value)];
}

function triggerOf(left: Expression, right: Expression, scope: Scope): Trigger | undefined {
  for (const [subject, other] of [
    [left, right],
    [right, left],
  ] as const) {
    if (readsClock(subject)) return { kind: 'date', value: shown(fold(other, scope.names)) };
    if (!holdsContent(subject, scope)) continue;
    const value = fold(other, scope.names);
    const words = (Array.isArray(value) ? (value as readonly Constant[]) : [value]).filter(
      (word) => typeof word === 'string',
    );
    const spoken = words.find((word) => word.trim() !== '' && !isMarker(word));
    if (spoken !== undefined) return { kind: 'content', value: spoken };
    if (typeof value === 'number' && Math.abs(value) > 8) return { kind: 'content', value: String(value) };
    if (value === undefined || words.some((word) => word.trim() !== ''))
      return { kind: 'marker', value: words[0] ?? '…' };
  }
  return undefined;
}

function readsClock(node: Expression): boolean {
  for (const part of expressionsIn(node)) {
    if (part.kind === 'call' && part.callee.kind === 'name' && CLOCKS.has(part.callee.name)) return true;
  }
  return false;
}

function shown(value: Constant): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '…';
}
