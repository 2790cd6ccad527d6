import { type Argument, dispatch, type Expression, type ForExpression } from '../../formats/jinja/ast.ts';

/** Bounds of the evaluator: payload names are short, and nothing longer needs to be known. */
const MAX_STRING = 4096;
const MAX_LIST = 256;

/** A constant; undefined means "not known before rendering". */
export type Constant = string | number | boolean | null | readonly Constant[] | undefined;

/** What a name holds wherever it is read, when all its assignments agree on a constant. */
export type Names = ReadonlyMap<string, Constant>;

const unknown = (): undefined => undefined;

const folders: ForExpression<Constant, [Names]> = {
  string: (node) => node.value,
  number: (node) => node.value,
  name: (node, names) => foldName(node.name, names),
  list: (node, names) => (node.items.length > MAX_LIST ? undefined : node.items.map((item) => fold(item, names))),
  get: foldGet,
  call: foldCall,
  filter: (node, names) => applyNamed(node.name, fold(node.operand, names), constants(node.args, names)),
  unary: (node, names) => foldUnary(node.operator, fold(node.operand, names)),
  binary: (node, names) => foldBinary(node.operator, fold(node.left, names), fold(node.right, names)),
  dict: unknown,
  conditional: unknown,
  test: unknown,
  slice: unknown,
};

/**
 * Works out a constant expression as Jinja would, without rendering anything: only pure string and list
 * operations, each of bounded size. What it cannot know is undefined.
 */
export function fold(node: Expression, names: Names): Constant {
  return dispatch(folders, node, names);
}

/** A string where every part not known is `\uFFFC`: enough to see `'__cl' ~ x ~ 'ss__'`. */
export function foldToString(node: Expression, names: Names): string | undefined {
  const whole = asString(fold(node, names));
  if (whole !== undefined) return whole;
  if (node.kind !== 'binary' || !['+', '~'].includes(node.operator)) return undefined;
  const parts = [foldToString(node.left, names), foldToString(node.right, names)];
  if (parts.every((part) => part === undefined)) return undefined;
  return bounded(parts.map((part) => part ?? '\uFFFC').join(''));
}

function foldName(name: string, names: Names): Constant {
  if (/^[Tt]rue$/.test(name)) return true;
  if (/^[Ff]alse$/.test(name)) return false;
  return /^[Nn]one$/.test(name) ? null : names.get(name);
}

/** Positional values, then those given by name. */
function constants(args: readonly Argument[], names: Names): readonly Constant[] {
  return args.map((arg) => (arg.spread ? undefined : fold(arg.value, names)));
}

function foldGet(node: Expression & { kind: 'get' }, names: Names): Constant {
  const object = fold(node.object, names);
  if (!node.computed) {
    return node.object.kind === 'name' && node.key.kind === 'string'
      ? names.get(`${node.object.name}.${node.key.value}`)
      : undefined;
  }
  if (typeof object !== 'string' && !isList(object)) return undefined;
  if (node.key.kind === 'slice')
    return slice(
      object,
      node.key.parts.map((part) => part && fold(part, names)),
    );
  const index = fold(node.key, names);
  return typeof index === 'number' ? object.at(index) : undefined;
}

function slice(object: string | readonly Constant[], parts: readonly Constant[]): Constant {
  const step = parts[2] ?? 1;
  if (typeof step !== 'number' || step === 0) return undefined;
  const items: readonly Constant[] = typeof object === 'string' ? Array.from(object) : object;
  const picked: Constant[] = [];
  const [from, to] = bounds(parts, step, items.length);
  for (let i = from; step > 0 ? i < to : i > to; i += step) picked.push(items[i]);
  return typeof object === 'string' ? picked.join('') : picked;
}

/** Python's slice.indices for a known step. */
function bounds(parts: readonly Constant[], step: number, length: number): readonly [number, number] {
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1];
  const place = (value: Constant, fallback: number): number => {
    if (typeof value !== 'number') return fallback;
    return Math.min(highest, Math.max(lowest, value < 0 ? value + length : value));
  };
  return step > 0 ? [place(parts[0], 0), place(parts[1], length)] : [place(parts[0], length - 1), place(parts[1], -1)];
}

function foldUnary(operator: string, value: Constant): Constant {
  if (typeof value !== 'number') return undefined;
  return operator === '-' ? -value : operator === '+' ? value : undefined;
}

function foldBinary(operator: string, left: Constant, right: Constant): Constant {
  if (operator === '~') return concat(left, right);
  if (typeof left === 'number' && typeof right === 'number') return arithmetic(operator, left, right);
  if (operator === '+') return add(left, right);
  if (operator === '*') return repeat(left, right);
  if (operator === '%' && typeof left === 'string') return percent(left, isList(right) ? right : [right]);
  return undefined;
}

function arithmetic(operator: string, left: number, right: number): Constant {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '**':
      return left ** right;
    case '/':
      return left / right;
    case '//':
      return Math.floor(left / right);
    case '%':
      return left - right * Math.floor(left / right);
    default:
      return undefined;
  }
}

function concat(left: Constant, right: Constant): Constant {
  const parts = [asString(left), asString(right)];
  return parts.includes(undefined) ? undefined : bounded(parts.join(''));
}

function add(left: Constant, right: Constant): Constant {
  if (typeof left === 'string' && typeof right === 'string') return bounded(left + right);
  return isList(left) && isList(right) && left.length + right.length <= MAX_LIST ? [...left, ...right] : undefined;
}

function repeat(left: Constant, right: Constant): Constant {
  const [value, count] = typeof left === 'string' ? [left, right] : [right, left];
  if (typeof value !== 'string' || typeof count !== 'number' || value.length * count > MAX_STRING) return undefined;
  return value.repeat(Math.max(0, Math.floor(count)));
}

/** `'%s%s' % (a, b)` and `'%c' % 95`: conversions of text and of characters. */
function percent(format: string, values: readonly Constant[]): Constant {
  let next = 0;
  let known = true;
  const text = format.replace(
    /%(?:\((\w{1,64})\))?[-+ #0]?\d{0,4}(?:\.\d{1,4})?([a-zA-Z%])/g,
    (_, __, type: string) => {
      if (type === '%') return '%';
      const value = values[next++];
      const shown = type === 'c' && typeof value === 'number' ? character(value) : asString(value);
      known &&= shown !== undefined;
      return shown ?? '';
    },
  );
  return known ? bounded(text) : undefined;
}

/** `'{0}{1}'.format(a, b)` and `'{:c}'.format(95)`. */
function braces(format: string, values: readonly Constant[]): Constant {
  let next = 0;
  let known = true;
  const text = format.replace(/\{(\d{0,3})(?:![rsa])?(?::([^{}]{0,16}))?\}/g, (_, place: string, spec: string) => {
    const value = values[place === '' ? next++ : Number(place)];
    const shown = spec === 'c' && typeof value === 'number' ? character(value) : asString(value);
    known &&= shown !== undefined;
    return shown ?? '';
  });
  return known ? bounded(text) : undefined;
}

function character(code: number): string | undefined {
  return Number.isInteger(code) && code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

function foldCall(node: Expression & { kind: 'call' }, names: Names): Constant {
  const { callee } = node;
  if (callee.kind !== 'get' || callee.computed || callee.key.kind !== 'string') return undefined;
  const object = fold(callee.object, names);
  const args = constants(node.args, names);
  const method = callee.key.value;
  if (method === 'format' && typeof object === 'string') return braces(object, args);
  // `'x'.join(list)` has the separator where the filter `list|join('x')` has it as argument.
  return method === 'join' ? applyNamed('join', args[0], [object]) : applyNamed(method, object, args);
}

type Operation = (value: Constant, args: readonly Constant[]) => Constant;

const onString =
  (operation: (text: string, args: readonly Constant[]) => Constant): Operation =>
  (value, args) =>
    typeof value === 'string' ? operation(value, args) : undefined;

/** Filters and methods that only rearrange what they are given. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  lower: onString((text) => text.toLowerCase()),
  upper: onString((text) => text.toUpperCase()),
  swapcase: onString((text) =>
    text.replace(/\p{L}/gu, (c) => (c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase())),
  ),
  capitalize: onString((text) => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase()),
  title: onString((text) => text.toLowerCase().replace(/(?<![a-z])[a-z]/g, (c) => c.toUpperCase())),
  trim: onString((text, [chars]) => strip(text, chars, true, true)),
  strip: onString((text, [chars]) => strip(text, chars, true, true)),
  lstrip: onString((text, [chars]) => strip(text, chars, true, false)),
  rstrip: onString((text, [chars]) => strip(text, chars, false, true)),
  replace: onString((text, [from, to]) => replaced(text, from, to)),
  split: onString((text, [separator]) => splitted(text, separator)),
  format: onString((text, args) => percent(text, args)),
  list: (value) => (typeof value === 'string' ? bounded(Array.from(value)) : isList(value) ? value : undefined),
  reverse: (value) => (typeof value === 'string' ? reversed(value) : isList(value) ? value.toReversed() : undefined),
  join: (value, [separator]) => joined(value, separator),
  first: (value) => (typeof value === 'string' || isList(value) ? value.at(0) : undefined),
  last: (value) => (typeof value === 'string' || isList(value) ? value.at(-1) : undefined),
  string: (value) => asString(value),
  safe: (value) => value,
  e: (value) => value,
  escape: (value) => value,
  default: (value) => value,
  d: (value) => value,
};

function applyNamed(name: string, value: Constant, args: readonly Constant[]): Constant {
  const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  return operation === undefined || value === undefined ? undefined : operation(value, args);
}

function strip(text: string, chars: Constant, left: boolean, right: boolean): string {
  const set = typeof chars === 'string' ? chars : ' \t\n\r\f\v';
  let start = 0;
  let end = text.length;
  while (left && start < end && set.includes(text.charAt(start))) start += 1;
  while (right && end > start && set.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function replaced(text: string, from: Constant, to: Constant): Constant {
  if (typeof from !== 'string' || typeof to !== 'string' || text.length * (to.length + 1) > MAX_STRING * 16)
    return undefined;
  return bounded(text.replaceAll(from, () => to));
}

function splitted(text: string, separator: Constant): Constant {
  const parts = typeof separator === 'string' && separator !== '' ? text.split(separator) : text.trim().split(/\s+/);
  return bounded(parts);
}

function joined(value: Constant, separator: Constant): Constant {
  const items: readonly Constant[] | undefined =
    typeof value === 'string' ? Array.from(value) : isList(value) ? value : undefined;
  const texts = items?.map(asString);
  if (texts === undefined || texts.includes(undefined)) return undefined;
  return bounded(texts.join(typeof separator === 'string' ? separator : ''));
}

function asString(value: Constant): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : undefined;
}

function isList(value: Constant): value is readonly Constant[] {
  return Array.isArray(value);
}

function bounded<Value extends string | readonly Constant[]>(value: Value): Value | undefined {
  return value.length > (typeof value === 'string' ? MAX_STRING : MAX_LIST) ? undefined : value;
}

function reversed(text: string): string {
  return Array.from(text).toReversed().join('');
}
