import { asm, type PickleAssembler } from './pickle.ts';

/** What a stream can be asked to build, beyond plain values: imports, calls, objects with state. */
export type PickleValue = null | boolean | number | bigint | string | Uint8Array | readonly PickleValue[] | PickleNode;

export type PickleNode =
  | { readonly is: 'tuple'; readonly items: readonly PickleValue[] }
  | { readonly is: 'dict'; readonly entries: readonly (readonly [PickleValue, PickleValue])[] }
  | { readonly is: 'global'; readonly module: string; readonly name: string }
  | { readonly is: 'call'; readonly callee: PickleValue; readonly args: readonly PickleValue[] }
  | { readonly is: 'new'; readonly cls: PickleValue; readonly args: readonly PickleValue[] }
  | { readonly is: 'build'; readonly object: PickleValue; readonly state: PickleValue };

export const t = (...items: readonly PickleValue[]): PickleNode => ({ is: 'tuple', items });
export const d = (...entries: readonly (readonly [PickleValue, PickleValue])[]): PickleNode => ({
  is: 'dict',
  entries,
});
/** `g('os:system')`: module and qualified name, apart. */
export function g(target: string): PickleNode {
  const at = target.indexOf(':');
  return { is: 'global', module: target.slice(0, at), name: target.slice(at + 1) };
}
export const call = (callee: PickleValue | string, ...args: readonly PickleValue[]): PickleNode => ({
  is: 'call',
  callee: typeof callee === 'string' ? g(callee) : callee,
  args,
});
export const make = (cls: string, ...args: readonly PickleValue[]): PickleNode => ({ is: 'new', cls: g(cls), args });
export const build = (object: PickleValue, state: PickleValue): PickleNode => ({ is: 'build', object, state });

/** How imports and calls are spelled. */
export interface Spelling {
  readonly globals: 'global' | 'stack-global';
  readonly calls?: 'reduce' | 'obj';
}

/** Appends the opcodes that leave `value` on the stack. */
export function emit(to: PickleAssembler, value: PickleValue, spelling: Spelling): PickleAssembler {
  if (value === null) return to.none();
  switch (typeof value) {
    case 'boolean':
      return value ? to.newtrue() : to.newfalse();
    case 'number':
      return Number.isInteger(value) ? emitInteger(to, value) : to.binfloat(value);
    case 'bigint':
      return to.long1(value);
    case 'string':
      return to.binunicode(value);
    case 'object':
      break;
    default:
      throw new TypeError(`cannot pickle ${typeof value}`);
  }
  if (value instanceof Uint8Array) return to.binbytes(value);
  if ('is' in value) return emitNode(to, value, spelling);
  to.emptyList().mark();
  for (const item of value) emit(to, item, spelling);
  return to.appends();
}

function emitInteger(to: PickleAssembler, value: number): PickleAssembler {
  return Math.abs(value) < 2 ** 31 ? to.binint(value) : to.long1(value);
}

function emitNode(to: PickleAssembler, node: PickleNode, spelling: Spelling): PickleAssembler {
  switch (node.is) {
    case 'tuple':
      return emitTuple(to, node.items, spelling);
    case 'dict':
      to.emptyDict().mark();
      for (const entry of node.entries) for (const part of entry) emit(to, part, spelling);
      return to.setitems();
    case 'global':
      return spelling.globals === 'global'
        ? to.global(node.module, node.name)
        : to.text(node.module).text(node.name).stackGlobal();
    case 'call':
      if (spelling.calls === 'obj') return emitObj(to, node.callee, node.args, spelling);
      return emitTuple(emit(to, node.callee, spelling), node.args, spelling).reduce();
    case 'new':
      return emitTuple(emit(to, node.cls, spelling), node.args, spelling).newobj();
    case 'build':
      return emit(emit(to, node.object, spelling), node.state, spelling).build();
    default:
      throw new TypeError('unknown node');
  }
}

function emitTuple(to: PickleAssembler, items: readonly PickleValue[], spelling: Spelling): PickleAssembler {
  if (items.length === 0) return to.emptyTuple();
  to.mark();
  for (const item of items) emit(to, item, spelling);
  return to.tuple();
}

/** MARK class args OBJ calls a class, or a function when it has arguments. */
function emitObj(to: PickleAssembler, callee: PickleValue, args: readonly PickleValue[], spelling: Spelling) {
  emit(to.mark(), callee, spelling);
  for (const arg of args) emit(to, arg, spelling);
  return to.obj();
}

/** A whole stream that builds `value`. GLOBAL is spelled in protocol 2, STACK_GLOBAL in protocol 4. */
export function dumps(value: PickleValue, spelling: Spelling = { globals: 'stack-global' }): Uint8Array {
  const stream = asm().proto(spelling.globals === 'global' ? 2 : 4);
  return emit(stream, value, spelling).stop().bytes();
}
