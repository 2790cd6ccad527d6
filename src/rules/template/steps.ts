import { type Expression, expressionsIn, expressionsOf, type Statement } from '../../formats/jinja/ast.ts';
import type { ParsedTemplate } from '../../formats/jinja/parse-template.ts';
import { type Constant, fold } from './fold.ts';

/** A loop over constants is followed this far: payloads are spelt from a handful of pieces. */
const MAX_UNROLLED = 64;
/** Nodes visited before loops are no longer followed; real templates have some thousand. */
const MAX_NODES = 200_000;

/** One expression a template evaluates, with the constants known when it does. */
export interface Step {
  readonly node: Expression;
  readonly statement: Statement;
  readonly names: ReadonlyMap<string, Constant>;
}

/**
 * A template's expressions in the order of the text, following assignments and short constant loops as if every
 * branch were taken. An over-approximation on purpose: what could be built is what matters.
 */
export function* steps(template: ParsedTemplate): Generator<Step> {
  yield* new Walk().body(template.body);
}

class Walk {
  readonly #names = new Map<string, Constant>();
  readonly #sizes = new Map<Expression, number>();
  #taken = 0;

  *body(statements: readonly Statement[]): Generator<Step> {
    for (const statement of statements) yield* this.#statement(statement);
  }

  *#statement(statement: Statement): Generator<Step> {
    for (const node of expressionsOf(statement)) {
      this.#taken += this.#sizeOf(node);
      yield { node, statement, names: this.#names };
    }
    if (statement.kind === 'for') yield* this.#loop(statement);
    else if (statement.kind === 'if') for (const branch of statement.branches) yield* this.body(branch.body);
    else if (statement.kind === 'macro' || statement.kind === 'scope') {
      for (const param of statement.params) this.#names.delete(param.name);
      yield* this.body(statement.body);
    } else if (statement.kind === 'set') yield* this.body(statement.body);
    if (statement.kind === 'set') this.#assign(statement.target, this.#valueOf(statement));
  }

  *#loop(loop: Statement & { kind: 'for' }): Generator<Step> {
    const items = fold(loop.iterable, this.#names);
    const rounds =
      typeof items === 'string' ? Array.from(items) : Array.isArray(items) ? (items as readonly Constant[]) : [];
    const followed = this.#taken < MAX_NODES ? rounds.slice(0, MAX_UNROLLED) : [];
    for (const item of followed.length === 0 ? [undefined] : followed) {
      this.#assign(loop.target, item);
      yield* this.body(loop.body);
    }
    this.#assign(loop.target, undefined);
    yield* this.body(loop.otherwise);
  }

  #sizeOf(node: Expression): number {
    let size = this.#sizes.get(node);
    if (size === undefined) {
      size = 0;
      for (const _ of expressionsIn(node)) size += 1;
      this.#sizes.set(node, size);
    }
    return size;
  }

  #valueOf(statement: Statement & { kind: 'set' }): Constant {
    if (statement.value !== undefined && statement.body.length === 0) {
      return namespaceValues(statement, this.#names) ?? fold(statement.value, this.#names);
    }
    const texts = statement.body.map((part) => (part.kind === 'text' ? part.value : ''));
    return statement.body.every((part) => part.kind === 'text') ? texts.join('') : undefined;
  }

  #assign(target: Expression, value: Constant): void {
    if (target.kind === 'name') this.#names.set(target.name, value);
    else if (target.kind === 'get' && target.object.kind === 'name' && target.key.kind === 'string') {
      this.#names.set(`${target.object.name}.${target.key.value}`, value);
    } else if (target.kind === 'list') {
      const values = Array.isArray(value) ? (value as readonly Constant[]) : [];
      for (const [index, item] of target.items.entries()) this.#assign(item, values[index]);
    }
  }
}

/** `set ns = namespace(a='x')`: remembers `ns.a`. The namespace itself is no constant. */
function namespaceValues(statement: Statement & { kind: 'set' }, names: Map<string, Constant>): undefined {
  const { target, value } = statement;
  if (target.kind !== 'name' || value?.kind !== 'call') return;
  if (value.callee.kind !== 'name' || value.callee.name !== 'namespace') return;
  for (const arg of value.args) {
    if (arg.name !== undefined) names.set(`${target.name}.${arg.name}`, fold(arg.value, names));
  }
}
