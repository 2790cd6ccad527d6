import type { CallNode, CallOpcode, GlobalNode, PersistentNode, Value } from './values.ts';
import type { PickleView } from './view.ts';

/**
 * Everything a pickle does when it is loaded, in order, whether or not the result survives on the stack.
 * Building plain data is not an event.
 */
export type PickleEvent = { readonly view: PickleView; readonly offset: number; readonly length: number } & (
  | ImportEvent
  | CallEvent
  | BuildEvent
  | MutateEvent
  | PersistentEvent
  | ExtensionEvent
  | AnomalyEvent
);

/** A module is imported and a name looked up in it. */
export interface ImportEvent {
  readonly kind: 'import';
  readonly opcode: 'GLOBAL' | 'STACK_GLOBAL' | 'INST';
  readonly global: GlobalNode;
  /** The name as written, when Python 2 spelling was mapped. */
  readonly written?: string;
}

/** Something is called. */
export interface CallEvent {
  readonly kind: 'call';
  readonly opcode: CallOpcode;
  readonly call: CallNode;
}

/** `__setstate__`, or an update of attributes, on something that is not plain data. */
export interface BuildEvent {
  readonly kind: 'build';
  readonly target: Value;
  readonly state: Value;
  /** True when the target already had a state: no pickler sets it twice. */
  readonly again: boolean;
}

/** `append`, `extend`, `__setitem__` or `add` on something that is not a built-in container. */
export interface MutateEvent {
  readonly kind: 'mutate';
  readonly opcode: 'APPEND' | 'APPENDS' | 'SETITEM' | 'SETITEMS' | 'ADDITEMS';
  readonly target: Value;
  /** What is added, as far as it is kept; SETITEM(S) alternate key and value. */
  readonly items: readonly Value[];
}

/** The loader's `persistent_load` is asked for an object. */
export interface PersistentEvent {
  readonly kind: 'persistent';
  readonly node: PersistentNode;
}

/** An object is taken from the `copyreg` extension registry by number. */
export interface ExtensionEvent {
  readonly kind: 'extension';
  readonly code: number;
}

/** Legal for some unpickler, written by none. */
interface AnomalyEvent {
  readonly kind: 'anomaly';
  readonly code: AnomalyCode;
  readonly detail: string;
}

export type AnomalyCode =
  /** An opcode's operand reaches beyond the frame it started in: unpicklers differ on what comes next. */
  | 'frame-crossed'
  /** A frame starts inside a frame. */
  | 'frame-nested'
  /** PROTO in mid-stream: names are resolved by other rules from here on. */
  | 'protocol-changed';
