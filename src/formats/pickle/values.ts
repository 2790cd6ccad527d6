/**
 * The value lattice of the symbolic machine.
 *
 * A number is a plain value known by the offset of the opcode that made it: `>= 0` an immutable constant or a
 * tuple of such, `< 0` (`-offset - 1`) a list, dict or set whose contents are not tracked. It costs 8 bytes,
 * so three million strings cost what their memo slots cost. What it holds is read again from the source on demand.
 */
export type Value = number | Node;
export type Node = GlobalNode | CallNode | CollectionNode | PersistentNode | OpaqueNode;

/** A name looked up in a module: nothing was called yet, but the module was imported. */
export class GlobalNode {
  readonly kind = 'global';
  /** As `find_class` resolves it, Python 2 names mapped; null when it was computed and so cannot be known. */
  readonly module: string | null;
  readonly name: string | null;
  readonly offset: number;

  constructor(module: string | null, name: string | null, offset: number) {
    this.module = module;
    this.name = name;
    this.offset = offset;
  }
}

export type CallOpcode = 'REDUCE' | 'INST' | 'OBJ' | 'NEWOBJ' | 'NEWOBJ_EX';

/** The result of running something: unknown by nature, known by what was called with what. */
export class CallNode {
  readonly kind = 'call';
  readonly opcode: CallOpcode;
  readonly callee: Value;
  readonly args: Value;
  readonly kwargs: Value | undefined;
  readonly offset: number;
  /** What the last BUILD set. */
  state: Value | undefined = undefined;
  /** What was added as to a container; kept with `keepAll` only. */
  added: Additions | undefined = undefined;

  constructor(opcode: CallOpcode, callee: Value, args: Value, offset: number, kwargs?: Value) {
    this.opcode = opcode;
    this.callee = callee;
    this.args = args;
    this.kwargs = kwargs;
    this.offset = offset;
  }
}

/** What `__setitem__` and `append`, `extend` or `add` put into an object, in order. */
export interface Additions {
  /** Keys and values in turn. */
  readonly pairs: Value[];
  readonly elements: Value[];
}

export type CollectionKind = 'list' | 'dict' | 'set' | 'frozenset' | 'tuple';

/** A built-in container. Keeps its first items only; `count` is exact. A dict's items alternate key, value. */
export class CollectionNode {
  readonly kind: CollectionKind;
  readonly items: Value[];
  readonly offset: number;
  count: number;

  constructor(kind: CollectionKind, offset: number, items: Value[], count: number) {
    this.kind = kind;
    this.offset = offset;
    this.items = items;
    this.count = count;
  }

  /** False when items were dropped because there were too many. */
  get complete(): boolean {
    return this.items.length === this.count;
  }
}

/** What a loader's `persistent_load` returns for an id: torch's storages. */
export class PersistentNode {
  readonly kind = 'persistent';
  readonly id: Value;
  readonly offset: number;

  constructor(id: Value, offset: number) {
    this.id = id;
    this.offset = offset;
  }
}

/** A value of which only this much is known. */
export class OpaqueNode {
  readonly kind: 'bytearray' | 'buffer' | 'extension' | 'unknown';
  readonly offset: number;

  constructor(kind: OpaqueNode['kind'], offset: number) {
    this.kind = kind;
    this.offset = offset;
  }
}

export function isUntracked(value: Value): value is number {
  return typeof value === 'number' && value < 0;
}

/** Offset of the opcode that made a value. */
export function offsetOf(value: Value): number {
  if (typeof value !== 'number') return value.offset;
  return value >= 0 ? value : -value - 1;
}

/** True when Python could use it as a dict key; calls and globals are given the benefit of the doubt. */
export function isHashable(value: Value): boolean {
  if (typeof value === 'number') return value >= 0;
  if (value.kind === 'tuple') return value.items.every(isHashable);
  return value.kind !== 'list' && value.kind !== 'dict' && value.kind !== 'set' && value.kind !== 'bytearray';
}

/** `module.name` of a global whose name is known. */
export function globalName(value: Value | undefined): string | undefined {
  if (typeof value !== 'object' || value.kind !== 'global') return undefined;
  return value.module === null || value.name === null ? undefined : `${value.module}.${value.name}`;
}
