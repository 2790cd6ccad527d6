import { type Argument, childrenOf, type Expression } from './ast.ts';
import { type Token, TemplateSyntaxError } from './lexer.ts';

/** Deeper than any template people write (measured: 20), shallow enough to recurse over. */
const MAX_DEPTH = 200;

/** Loosest first; jinja2/parser.py parse_or … parse_math2. `not` and comparisons stand between. */
const ARITHMETIC: readonly (readonly string[])[] = [['+', '-'], ['~'], ['*', '/', '//', '%']];
const COMPARISONS = ['==', '!=', '<', '>', '<=', '>='];
const KEYWORDS_AFTER_OPERAND = new Set(['else', 'if', 'in', 'and', 'or', 'not', 'is', 'recursive']);

type Unplaced = Expression extends infer Node ? (Node extends Expression ? Omit<Node, 'depth'> : never) : never;

/** Reads the expressions of one tag, with the grammar and the precedence of Jinja2's own parser. */
export class ExpressionParser {
  readonly #tokens: readonly Token[];
  readonly #end: number;
  #at = 0;
  #nesting = 0;

  constructor(tokens: readonly Token[], end: number) {
    this.#tokens = tokens;
    this.#end = tokens.at(-1)?.end ?? end;
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** The next token when it is this name or operator; consumed. */
  take(value: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.value !== value || token.kind === 'string') return false;
    this.#at += 1;
    return true;
  }

  expect(value: string): void {
    if (!this.take(value)) throw this.#expected(`\`${value}\``);
  }

  expectEnd(): void {
    if (!this.done) throw this.#expected('the end of the tag');
  }

  name(): string {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'name') throw this.#expected('a name');
    this.#at += 1;
    return token.value;
  }

  peek(value: string, ahead = 0): boolean {
    const token = this.#tokens[this.#at + ahead];
    return token?.value === value && token.kind !== 'string';
  }

  /** One expression, or several with commas between as a tuple. `conditional: false` leaves an `if` to the tag. */
  tuple(options: { readonly conditional?: boolean } = {}): Expression {
    const conditional = options.conditional ?? true;
    const start = this.#offset();
    const items = [conditional ? this.expression() : this.#or()];
    let tuple = false;
    while (this.take(',')) {
      tuple = true;
      if (this.done || this.peek(')') || this.peek('=') || this.peek('in')) break;
      items.push(conditional ? this.expression() : this.#or());
    }
    return tuple ? this.#node({ kind: 'list', items, start }) : (items[0] as Expression);
  }

  /** What may stand left of `=` in `set` and of `in` in `for`. */
  target(): Expression {
    const start = this.#offset();
    const items = [this.#targetItem()];
    let tuple = false;
    while (this.take(',')) {
      tuple = true;
      if (this.peek('=') || this.peek('in')) break;
      items.push(this.#targetItem());
    }
    return tuple ? this.#node({ kind: 'list', items, start }) : (items[0] as Expression);
  }

  expression(): Expression {
    return this.#deeper(() => {
      const start = this.#offset();
      let node = this.#or();
      while (this.take('if')) {
        const test = this.#or();
        const otherwise = this.take('else') ? this.expression() : undefined;
        const both = { kind: 'conditional', test, chosen: node, start } as const;
        node = this.#node(otherwise === undefined ? both : { ...both, otherwise });
      }
      return node;
    });
  }

  /** The arguments of a call, the opening bracket being next. */
  args(): readonly Argument[] {
    const args: Argument[] = [];
    this.expect('(');
    while (!this.take(')')) {
      if (args.length > 0) this.expect(',');
      if (this.take(')')) break;
      args.push(this.#argument());
    }
    return args;
  }

  /** `|filter(…)` and the like after an operand; also the chain of `{% filter a|b %}`. */
  filters(operand: Expression): Expression {
    let node = operand;
    const start = operand.start;
    do {
      let name = this.name();
      while (this.take('.')) name += `.${this.name()}`;
      node = this.#node({ kind: 'filter', operand: node, name, args: this.peek('(') ? this.args() : [], start });
    } while (this.take('|'));
    return node;
  }

  placeholder(): Expression {
    return this.#node({ kind: 'string', value: '', start: this.#offset() });
  }

  #targetItem(): Expression {
    const start = this.#offset();
    if (this.take('(')) {
      const inner = this.target();
      this.expect(')');
      return inner;
    }
    const name = this.#node({ kind: 'name', name: this.name(), start });
    return this.take('.') ? this.#member(name, start) : name;
  }

  #argument(): Argument {
    const spread = this.take('**') || this.take('*');
    if (!spread && this.#tokens[this.#at]?.kind === 'name' && this.peek('=', 1)) {
      const name = this.name();
      this.expect('=');
      return { name, spread, value: this.expression() };
    }
    return { spread, value: this.expression() };
  }

  #or(): Expression {
    return this.#leftAssociative(['or'], () => this.#leftAssociative(['and'], () => this.#not()));
  }

  #not(): Expression {
    const start = this.#offset();
    if (!this.take('not')) return this.#comparison();
    return this.#deeper(() => this.#node({ kind: 'unary', operator: 'not', operand: this.#not(), start }));
  }

  #comparison(): Expression {
    let left = this.#arithmetic(0);
    for (;;) {
      const operator = this.#comparisonOperator();
      if (operator === undefined) return left;
      left = this.#node({ kind: 'binary', operator, left, right: this.#arithmetic(0), start: left.start });
    }
  }

  #comparisonOperator(): string | undefined {
    if (this.take('in')) return 'in';
    if (this.peek('not') && this.peek('in', 1)) {
      this.#at += 2;
      return 'not in';
    }
    return COMPARISONS.find((operator) => this.take(operator));
  }

  #arithmetic(level: number): Expression {
    const operators = ARITHMETIC[level];
    if (operators === undefined) return this.#leftAssociative(['**'], () => this.#unary(true));
    return this.#leftAssociative(operators, () => this.#arithmetic(level + 1));
  }

  #leftAssociative(operators: readonly string[], operand: () => Expression): Expression {
    let left = operand();
    for (;;) {
      const operator = operators.find((candidate) => this.take(candidate));
      if (operator === undefined) return left;
      left = this.#node({ kind: 'binary', operator, left, right: operand(), start: left.start });
    }
  }

  #unary(withFilters: boolean): Expression {
    const start = this.#offset();
    const operator = ['-', '+'].find((candidate) => this.take(candidate));
    const base =
      operator === undefined
        ? this.#primary()
        : this.#deeper(() => this.#node({ kind: 'unary', operator, operand: this.#unary(false), start }));
    const node = this.#postfix(base);
    return withFilters ? this.#filtered(node) : node;
  }

  #postfix(base: Expression): Expression {
    let node = base;
    for (;;) {
      if (this.take('.')) node = this.#member(node, node.start);
      else if (this.take('[')) node = this.#subscript(node);
      else if (this.peek('(')) node = this.#node({ kind: 'call', callee: node, args: this.args(), start: node.start });
      else return node;
    }
  }

  #filtered(base: Expression): Expression {
    let node = base;
    for (;;) {
      if (this.take('|')) node = this.filters(node);
      else if (this.take('is')) node = this.#test(node);
      else if (this.peek('(')) node = this.#node({ kind: 'call', callee: node, args: this.args(), start: node.start });
      else return node;
    }
  }

  #member(object: Expression, start: number): Expression {
    const token = this.#tokens[this.#at];
    if (token === undefined || (token.kind !== 'name' && token.kind !== 'number')) throw this.#expected('a name');
    this.#at += 1;
    const key = this.#node({ kind: 'string', value: token.value, start: token.start });
    return this.#node({ kind: 'get', object, key, computed: false, start });
  }

  #subscript(object: Expression): Expression {
    const start = this.#offset();
    const keys: Expression[] = [];
    while (!this.take(']')) {
      if (keys.length > 0) this.expect(',');
      keys.push(this.#subscribed());
    }
    const key = keys.length === 1 ? (keys[0] as Expression) : this.#node({ kind: 'list', items: keys, start });
    return this.#node({ kind: 'get', object, key, computed: true, start: object.start });
  }

  #subscribed(): Expression {
    const start = this.#offset();
    const parts: (Expression | undefined)[] = [undefined];
    for (;;) {
      if (this.take(':')) parts.push(undefined);
      else if (this.peek(']') || this.peek(',')) break;
      else if (parts.at(-1) !== undefined) throw this.#expected('`:`');
      else parts[parts.length - 1] = this.expression();
    }
    const [only] = parts;
    if (parts.length > 3 || (parts.length === 1 && only === undefined)) throw this.#expected('a subscript');
    return parts.length === 1 && only !== undefined ? only : this.#node({ kind: 'slice', parts, start });
  }

  #test(operand: Expression): Expression {
    const negated = this.take('not');
    let name = this.name();
    while (this.take('.')) name += `.${this.name()}`;
    const node = this.#node({ kind: 'test', operand, name, args: this.#testArgs(), start: operand.start });
    return negated ? this.#node({ kind: 'unary', operator: 'not', operand: node, start: operand.start }) : node;
  }

  /** A test takes brackets, or one bare operand (`is divisibleby 3`). */
  #testArgs(): readonly Argument[] {
    if (this.peek('(')) return this.args();
    const next = this.#tokens[this.#at];
    const starts = next !== undefined && (next.kind !== 'operator' || ['[', '{'].includes(next.value));
    if (!starts || (next.kind === 'name' && KEYWORDS_AFTER_OPERAND.has(next.value))) return [];
    return [{ spread: false, value: this.#postfix(this.#primary()) }];
  }

  #primary(): Expression {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw this.#expected('an expression');
    const { start } = token;
    if (token.kind === 'operator') return this.#deeper(() => this.#bracketed(start));
    this.#at += 1;
    if (token.kind === 'name') return this.#node({ kind: 'name', name: token.value, start });
    if (token.kind === 'number') return this.#node({ kind: 'number', value: numberOf(token.value), start });
    return this.#node({ kind: 'string', value: this.#joined(token.value), start });
  }

  /** Adjacent literals are one, as in Python. */
  #joined(first: string): string {
    const parts = [first];
    while (this.#tokens[this.#at]?.kind === 'string') {
      parts.push((this.#tokens[this.#at] as Token).value);
      this.#at += 1;
    }
    return parts.join('');
  }

  #bracketed(start: number): Expression {
    if (this.take('(')) {
      if (this.take(')')) return this.#node({ kind: 'list', items: [], start });
      const inner = this.tuple();
      this.expect(')');
      return inner;
    }
    if (this.take('[')) return this.#node({ kind: 'list', items: this.#items(), start });
    if (this.take('{')) return this.#node({ kind: 'dict', entries: this.#entries(), start });
    throw this.#expected('an expression');
  }

  #items(): readonly Expression[] {
    const items: Expression[] = [];
    while (!this.take(']')) {
      if (items.length > 0) this.expect(',');
      if (this.take(']')) break;
      items.push(this.expression());
    }
    return items;
  }

  #entries(): readonly (readonly [Expression, Expression])[] {
    const entries: (readonly [Expression, Expression])[] = [];
    while (!this.take('}')) {
      if (entries.length > 0) this.expect(',');
      if (this.take('}')) break;
      const key = this.expression();
      this.expect(':');
      entries.push([key, this.expression()]);
    }
    return entries;
  }

  #node(node: Unplaced): Expression {
    // The children are complete; only the node itself still lacks its depth.
    const depth = 1 + depthOf(childrenOf(node as Expression));
    if (depth > MAX_DEPTH) throw new TemplateSyntaxError(`at most ${MAX_DEPTH} levels`, node.start);
    return { ...node, depth };
  }

  #deeper(read: () => Expression): Expression {
    this.#nesting += 1;
    if (this.#nesting > MAX_DEPTH) throw this.#expected(`at most ${MAX_DEPTH} levels`);
    const node = read();
    this.#nesting -= 1;
    return node;
  }

  #offset(): number {
    return this.#tokens[this.#at]?.start ?? this.#end;
  }

  #expected(what: string): TemplateSyntaxError {
    return new TemplateSyntaxError(what, this.#offset());
  }
}

function numberOf(text: string): number {
  return Number(text.replaceAll('_', ''));
}

/** A loop, since a list may have more items than a call may have arguments. */
function depthOf(nodes: readonly Expression[]): number {
  let deepest = 0;
  for (const node of nodes) deepest = Math.max(deepest, node.depth);
  return deepest;
}
