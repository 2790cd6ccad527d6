import type { PickleEvent } from './events.ts';
import type { PickleOutcome } from './machine.ts';
import type { CallNode, CollectionNode, Node, Value } from './values.ts';
import type { Constant, PickleView } from './view.ts';

/** One statement of a decompiled pickle. */
export interface DecompiledLine {
  /** Offset of the opcode in the stream. */
  readonly offset: number;
  readonly text: string;
}

/** Text longer than this, and items beyond these many, are cut with an ellipsis: the output is for people. */
const MAX_TEXT = 200;
const MAX_ITEMS = 16;
const MAX_DEPTH = 6;

/** Turns what a pickle does into Python-like statements, one per event. Nothing is run; it only shows what would be. */
export class Decompiler {
  readonly #names = new Map<CallNode, string>();

  line(event: PickleEvent): DecompiledLine {
    return { offset: event.offset, text: this.#statement(event) };
  }

  /** The closing statement: what the unpickler returns, or why it does not. */
  finish(outcome: PickleOutcome): DecompiledLine {
    const { failure, result, view, end } = outcome;
    if (failure !== undefined) return { offset: failure.offset, text: `raise UnpicklingError  # ${failure.message}` };
    return { offset: end - 1, text: `return ${this.#value(result, view, 0)}` };
  }

  #statement(event: PickleEvent): string {
    const { view } = event;
    switch (event.kind) {
      case 'import':
        return importStatement(event);
      case 'call':
        return this.#call(event.call, view);
      case 'build':
        return `${this.#value(event.target, view, 0)}.__setstate__(${this.#value(event.state, view, 0)})`;
      case 'mutate':
        return `${this.#value(event.target, view, 0)}.${METHODS[event.opcode]}(${this.#mutation(event, view)})`;
      case 'persistent':
        return `# persistent_load(${this.#value(event.node.id, view, 0)})`;
      case 'extension':
        return `copyreg._inverted_registry[${event.code}]  # EXT`;
      case 'anomaly':
        return `# ${event.code}: ${event.detail}`;
      default:
        return event satisfies never;
    }
  }

  #call(call: CallNode, view: PickleView): string {
    const name = `v${this.#names.size}`;
    const callee = this.#value(call.callee, view, 0);
    const method = call.opcode.startsWith('NEWOBJ') ? `${callee}.__new__` : callee;
    const items = view.items(call.args);
    const args = items === undefined ? `*${this.#value(call.args, view, 0)}` : this.#list(items, items.length, view, 1);
    const kwargs = call.kwargs === undefined ? '' : `, **${this.#value(call.kwargs, view, 1)}`;
    this.#names.set(call, name);
    return `${name} = ${method}(${args}${kwargs})`;
  }

  #mutation(event: PickleEvent & { kind: 'mutate' }, view: PickleView): string {
    if (!event.opcode.startsWith('SETITEM')) return this.#list(event.items, event.items.length, view, 1);
    return this.#dict(event.items, event.items.length, view, 1);
  }

  #value(value: Value | undefined, view: PickleView, depth: number): string {
    if (value === undefined) return '?';
    if (typeof value === 'number') return this.#plain(view.constant(value, MAX_TEXT), view, depth);
    return this.#node(value, view, depth);
  }

  #node(value: Node, view: PickleView, depth: number): string {
    switch (value.kind) {
      case 'global':
        return `${value.module ?? '<computed>'}.${value.name ?? '<computed>'}`;
      case 'call':
        return this.#names.get(value) ?? `<${value.opcode} at ${value.offset}>`;
      case 'persistent':
        return `persistent_load(${this.#value(value.id, view, depth + 1)})`;
      case 'bytearray':
      case 'buffer':
      case 'extension':
      case 'unknown':
        return `<${value.kind} at ${value.offset}>`;
      default:
        return this.#collection(value, view, depth);
    }
  }

  #collection(node: CollectionNode, view: PickleView, depth: number): string {
    if (depth >= MAX_DEPTH) return `<${node.kind} of ${node.count}>`;
    if (node.kind === 'dict') return `{${this.#dict(node.items, node.count, view, depth + 1)}}`;
    const items = this.#list(node.items, node.count, view, depth + 1);
    if (node.kind === 'list') return `[${items}]`;
    if (node.kind === 'tuple') return `(${items}${node.count === 1 ? ',' : ''})`;
    return node.kind === 'frozenset' ? `frozenset({${items}})` : `{${items}}`;
  }

  #list(items: readonly Value[], count: number, view: PickleView, depth: number): string {
    const shown = items.slice(0, MAX_ITEMS).map((item) => this.#value(item, view, depth));
    if (count > shown.length) shown.push(`… ${count - shown.length} more`);
    return shown.join(', ');
  }

  #dict(items: readonly Value[], count: number, view: PickleView, depth: number): string {
    const shown: string[] = [];
    for (let i = 0; i + 1 < items.length && shown.length < MAX_ITEMS; i += 2) {
      shown.push(`${this.#value(items[i], view, depth)}: ${this.#value(items[i + 1], view, depth)}`);
    }
    if (count > shown.length * 2) shown.push(`… ${Math.floor(count / 2) - shown.length} more`);
    return shown.join(', ');
  }

  #plain(constant: Constant, view: PickleView, depth: number): string {
    switch (constant.type) {
      case 'str':
        return quoted(constant.text, constant.size);
      case 'bytes':
        return `b${quoted(String.fromCharCode(...constant.bytes), constant.size)}`;
      case 'int':
      case 'float':
        return String(constant.value);
      case 'bool':
        return constant.value ? 'True' : 'False';
      case 'none':
        return 'None';
      case 'tuple': {
        const { items } = constant;
        if (items === undefined) return '(…)';
        return `(${this.#list(items, items.length, view, depth + 1)}${items.length === 1 ? ',' : ''})`;
      }
      default:
        return `<${constant.type}>`;
    }
  }
}

const METHODS = {
  APPEND: 'append',
  APPENDS: 'extend',
  SETITEM: 'update',
  SETITEMS: 'update',
  ADDITEMS: 'add',
} as const;

function importStatement(event: PickleEvent & { kind: 'import' }): string {
  const { module, name } = event.global;
  const written = event.written === undefined ? '' : `  # written as ${event.written}`;
  return `from ${module ?? '<computed>'} import ${name ?? '<computed>'}${written}`;
}

function quoted(text: string, size: number): string {
  const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return size > text.length ? `${JSON.stringify(cut)}[:${size}]` : JSON.stringify(cut);
}
