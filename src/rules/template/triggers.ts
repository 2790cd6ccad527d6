import { dispatch, type Expression, expressionsIn, type ForExpression } from '../../formats/jinja/ast.ts';
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

const never = (): boolean => false;
const anyOf = (nodes: readonly (Expression | undefined)[], scope: Scope): boolean =>
  nodes.some((node) => node !== undefined && holdsContent(node, scope));

const contentHolders: ForExpression<boolean, [Scope]> = {
  name: (node, scope) => scope.taints.get(node.name)?.content ?? false,
  get: keepsContent,
  call: (node, scope) =>
    anyOf([node.callee.kind === 'get' ? node.callee.object : undefined, ...node.args.map((arg) => arg.value)], scope),
  filter: (node, scope) =>
    holdsContent(node.operand, scope) || (node.name === 'string' && /^messages?$/.test(nameOf(node.operand))),
  binary: (node, scope) => !COMPARISONS.has(node.operator) && anyOf([node.left, node.right], scope),
  conditional: (node, scope) => anyOf([node.chosen, node.otherwise], scope),
  list: (node, scope) => anyOf(node.items, scope),
  string: never,
  number: never,
  dict: never,
  slice: never,
  test: never,
  unary: never,
};

/** True when an expression's value comes from what a user wrote. */
export function holdsContent(node: Expression, scope: Scope): boolean {
  return dispatch(contentHolders, node, scope);
}

function keepsContent(node: Expression & { kind: 'get' }, scope: Scope): boolean {
  if (node.key.kind !== 'string') return holdsContent(node.object, scope);
  if (CONTENT_KEYS.has(node.key.value)) return true;
  const own = node.object.kind === 'name' ? scope.taints.get(`${node.object.name}.${node.key.value}`) : undefined;
  return own?.content ?? false;
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
  if (node.kind === 'call') return comparingCall(node);
  const compares =
    (node.kind === 'test' && COMPARING_TESTS.has(node.name)) ||
    (node.kind === 'filter' && /^(?:select|reject)/.test(node.name));
  return compares ? [node.operand, node.args.map((arg) => arg.value)] : [undefined, []];
}

function comparingCall({
  callee,
  args,
}: Expression & { kind: 'call' }): readonly [Expression | undefined, readonly Expression[]] {
  const method = callee.kind === 'get' && callee.key.kind === 'string' ? callee.key.value : '';
  if (callee.kind !== 'get' || !COMPARING_METHODS.has(method)) return [undefined, []];
  return [callee.object, args.map((arg) => arg.value)];
}

function triggerOf(left: Expression, right: Expression, scope: Scope): Trigger | undefined {
  for (const [subject, other] of [
    [left, right],
    [right, left],
  ] as const) {
    if (readsClock(subject)) return { kind: 'date', value: shown(fold(other, scope.names)) };
    const found = holdsContent(subject, scope) ? contentTrigger(fold(other, scope.names)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What comparing user content with a value waits for; nothing where the value is empty or a small number. */
function contentTrigger(value: Constant): Trigger | undefined {
  const all = Array.isArray(value) ? (value as readonly Constant[]) : [value];
  const words = all.filter((word) => typeof word === 'string').filter((word) => word.trim() !== '');
  const spoken = words.find((word) => !isMarker(word));
  if (spoken !== undefined) return { kind: 'content', value: spoken };
  if (typeof value === 'number' && Math.abs(value) > 8) return { kind: 'content', value: String(value) };
  return value === undefined || words.length > 0 ? { kind: 'marker', value: words[0] ?? '…' } : undefined;
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
