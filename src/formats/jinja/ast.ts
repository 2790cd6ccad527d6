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
      readonly then: Expression;
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
  | { readonly kind: 'output' | 'do'; readonly value: Expression; readonly start: number }
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

/** The expressions directly inside one. */
export function childrenOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'string':
    case 'number':
    case 'name':
      return [];
    case 'list':
      return node.items;
    case 'dict':
      return node.entries.flat();
    case 'get':
      return [node.object, node.key];
    case 'slice':
      return node.parts.filter((part) => part !== undefined);
    case 'call':
      return [node.callee, ...node.args.map((arg) => arg.value)];
    case 'filter':
    case 'test':
      return [node.operand, ...node.args.map((arg) => arg.value)];
    case 'unary':
      return [node.operand];
    case 'binary':
      return [node.left, node.right];
    case 'conditional':
      return [node.test, node.then, ...(node.otherwise === undefined ? [] : [node.otherwise])];
  }
}

/** An expression and everything inside it, parents first. */
export function* expressionsIn(node: Expression): Generator<Expression> {
  yield node;
  for (const child of childrenOf(node)) yield* expressionsIn(child);
}

/** The expressions a statement holds itself, not those of its body. */
export function expressionsOf(statement: Statement): readonly Expression[] {
  switch (statement.kind) {
    case 'text':
    case 'jump':
      return [];
    case 'output':
    case 'do':
      return [statement.value];
    case 'if':
      return statement.branches.flatMap((branch) => branch.test ?? []);
    case 'for':
      return [statement.target, statement.iterable, ...(statement.filter === undefined ? [] : [statement.filter])];
    case 'set':
      return statement.value === undefined ? [statement.target] : [statement.target, statement.value];
    case 'macro':
      return statement.params.flatMap((param) => param.fallback ?? []);
    case 'scope':
      return statement.expressions;
    case 'load':
      return statement.what === undefined ? [] : [statement.what];
  }
}

/** The statements directly inside one. */
export function bodyOf(statement: Statement): readonly Statement[] {
  switch (statement.kind) {
    case 'if':
      return statement.branches.flatMap((branch) => branch.body);
    case 'for':
      return [...statement.body, ...statement.otherwise];
    case 'set':
    case 'macro':
    case 'scope':
      return statement.body;
    case 'text':
    case 'output':
    case 'do':
    case 'load':
    case 'jump':
      return [];
  }
}

/** Every statement, parents first. */
export function* statementsIn(body: readonly Statement[]): Generator<Statement> {
  for (const statement of body) {
    yield statement;
    yield* statementsIn(bodyOf(statement));
  }
}
