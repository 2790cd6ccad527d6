/** Expressions of Jinja2. Every node carries where it starts and how deep it is, which bounds recursion over it. */
interface Base {
  readonly start: number;
  readonly depth: number;
}

export type Expression =
  | (Base & { readonly kind: 'string'; readonly value: string })
  | (Base & { readonly kind: 'number'; readonly value: number })
  | (Base & { readonly kind: 'name'; readonly name: string })
  | (Base & { readonly kind: 'list'; readonly items: readonly Expression[] })
  | (Base & { readonly kind: 'dict'; readonly entries: readonly (readonly [Expression, Expression])[] })
  /** `object.key` (key is then a string node) or `object[key]`. */
  | (Base & {
      readonly kind: 'get';
      readonly object: Expression;
      readonly key: Expression;
      readonly computed: boolean;
    })
  | (Base & { readonly kind: 'slice'; readonly parts: readonly (Expression | undefined)[] })
  | (Base & { readonly kind: 'call'; readonly callee: Expression; readonly args: readonly Argument[] })
  | (Base & Named & { readonly kind: 'filter' })
  | (Base & Named & { readonly kind: 'test' })
  | (Base & { readonly kind: 'unary'; readonly operator: string; readonly operand: Expression })
  | (Base & {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    })
  | (Base & {
      readonly kind: 'conditional';
      readonly test: Expression;
      readonly chosen: Expression;
      readonly otherwise?: Expression;
    });

interface Named {
  readonly operand: Expression;
  readonly name: string;
  readonly args: readonly Argument[];
}

export interface Argument {
  readonly name?: string;
  readonly spread: boolean;
  readonly value: Expression;
}

export type Statement =
  | { readonly kind: 'text'; readonly value: string; readonly start: number }
  | { readonly kind: 'output'; readonly value: Expression; readonly start: number }
  | { readonly kind: 'do'; readonly value: Expression; readonly start: number }
  | { readonly kind: 'if'; readonly branches: readonly Branch[]; readonly start: number }
  | {
      readonly kind: 'for';
      readonly target: Expression;
      readonly iterable: Expression;
      readonly filter?: Expression;
      readonly recursive: boolean;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[];
      readonly start: number;
    }
  | {
      readonly kind: 'set';
      readonly target: Expression;
      readonly value?: Expression;
      readonly body: readonly Statement[];
      readonly start: number;
    }
  | {
      readonly kind: 'macro';
      readonly name: string;
      readonly params: readonly Parameter[];
      readonly body: readonly Statement[];
      readonly start: number;
    }
  /** `call`, `filter`, `with`, `block`, `autoescape`, `generation`: expressions of the tag, then a body. */
  | {
      readonly kind: 'scope';
      readonly tag: string;
      readonly expressions: readonly Expression[];
      /** What the body of a `call` block takes. */
      readonly params: readonly Parameter[];
      readonly body: readonly Statement[];
      readonly start: number;
    }
  /** `import`, `from`, `include`, `extends`: another template takes part. */
  | { readonly kind: 'load'; readonly tag: string; readonly what?: Expression; readonly start: number }
  | { readonly kind: 'jump'; readonly tag: string; readonly start: number };

export interface Branch {
  /** Absent for `else`. */
  readonly test?: Expression;
  readonly body: readonly Statement[];
}

export interface Parameter {
  readonly name: string;
  readonly fallback?: Expression;
}

type OfKind<Node extends { readonly kind: string }, Kind> = Extract<Node, { readonly kind: Kind }>;

/** One function for each kind of expression; the compiler sees to it that none is missing. */
export type ForExpression<Result, Extra extends readonly unknown[] = []> = {
  readonly [Kind in Expression['kind']]: (node: OfKind<Expression, Kind>, ...extra: Extra) => Result;
};
type ForStatement<Result> = {
  readonly [Kind in Statement['kind']]: (statement: OfKind<Statement, Kind>) => Result;
};

/** Calls the function for a node's kind. */
export function dispatch<Result, Extra extends readonly unknown[]>(
  table: ForExpression<Result, Extra>,
  node: Expression,
  ...extra: Extra
): Result {
  return (table[node.kind] as (node: Expression, ...extra: Extra) => Result)(node, ...extra);
}

const defined = <Value>(...values: readonly (Value | undefined)[]): readonly Value[] =>
  values.filter((value) => value !== undefined);
const withArguments = ({ operand, args }: Named): readonly Expression[] => [operand, ...args.map((arg) => arg.value)];

const children: ForExpression<readonly Expression[]> = {
  string: () => [],
  number: () => [],
  name: () => [],
  list: (node) => node.items,
  dict: (node) => node.entries.flat(),
  get: (node) => [node.object, node.key],
  slice: (node) => defined(...node.parts),
  call: (node) => [node.callee, ...node.args.map((arg) => arg.value)],
  filter: withArguments,
  test: withArguments,
  unary: (node) => [node.operand],
  binary: (node) => [node.left, node.right],
  conditional: (node) => defined(node.test, node.chosen, node.otherwise),
};

/** The expressions directly inside one. */
export function childrenOf(node: Expression): readonly Expression[] {
  return dispatch(children, node);
}

/** An expression and everything inside it, parents first. */
export function* expressionsIn(node: Expression): Generator<Expression> {
  yield node;
  for (const child of childrenOf(node)) yield* expressionsIn(child);
}

const fallbacksOf = (params: readonly Parameter[]): readonly Expression[] =>
  params.flatMap((param) => param.fallback ?? []);

const own: ForStatement<readonly Expression[]> = {
  text: () => [],
  jump: () => [],
  output: (statement) => [statement.value],
  do: (statement) => [statement.value],
  if: (statement) => statement.branches.flatMap((branch) => branch.test ?? []),
  for: (statement) => defined(statement.target, statement.iterable, statement.filter),
  set: (statement) => defined(statement.target, statement.value),
  macro: (statement) => fallbacksOf(statement.params),
  scope: (statement) => [...fallbacksOf(statement.params), ...statement.expressions],
  load: (statement) => defined(statement.what),
};

/** The expressions a statement holds itself, not those of its body. */
export function expressionsOf(statement: Statement): readonly Expression[] {
  return (own[statement.kind] as (statement: Statement) => readonly Expression[])(statement);
}

/** The statements directly inside one. */
function bodyOf(statement: Statement): readonly Statement[] {
  if (statement.kind === 'if') return statement.branches.flatMap((branch) => branch.body);
  if (statement.kind === 'for') return [...statement.body, ...statement.otherwise];
  return 'body' in statement ? statement.body : [];
}

/** Every statement, parents first. */
export function* statementsIn(body: readonly Statement[]): Generator<Statement> {
  for (const statement of body) {
    yield statement;
    yield* statementsIn(bodyOf(statement));
  }
}
