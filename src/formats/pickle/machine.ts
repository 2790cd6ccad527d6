import { FormatError, LimitError } from '../../bytes/errors.ts';
import type { Budget } from '../../bytes/limits.ts';
import type { Source } from '../../bytes/source.ts';
import { ByteWindow } from './byte-window.ts';
import type { AnomalyCode, PickleEvent } from './events.ts';
import { Memo } from './memo.ts';
import { operations } from './operations.ts';
import type { Payload } from './payload.ts';
import { type CallNode, CollectionNode, type CollectionKind, type Node, OpaqueNode, type Value } from './values.ts';
import { PickleView } from './view.ts';

/** Containers followed in detail; later ones of a stream are plain values whose contents are not kept. */
const MAX_TRACKED_COLLECTIONS = 20_000;
/** Of tuples of constants beyond that, the latest are remembered: arguments are used right after they are built. */
const RECENT_TUPLES = 1024;
const BUDGET_CHECK_MASK = 0xffff;

export interface PickleOptions {
  readonly budget: Budget;
  /** Offset of the first opcode; default 0. */
  readonly start?: number;
  readonly onEvent?: (event: PickleEvent) => void;
  /** Told of each string or bytes constant that begins like something a loader would take. */
  readonly onPayload?: (payload: Payload) => void;
  /** Stop where CPython would raise, instead of reading on for what another unpickler might accept. */
  readonly stopAtFailure?: boolean;
  /** Stop after this many opcodes: enough to tell a pickle from other bytes. */
  readonly stopAfter?: number;
  /** What the loader's `persistent_load` returns for an id, when that is known; else an opaque object. */
  readonly persistentLoad?: (id: Value, view: PickleView) => Value | undefined;
  /** Keep every item of every container, for readers that need the data itself. Memory then grows with the file. */
  readonly keepAll?: boolean;
  /**
   * Called after BUILD: a loader that reads raw bytes from the stream at this point (joblib) returns how many,
   * counted from `offset`; else 0.
   */
  readonly rawAfterBuild?: (target: CallNode, view: PickleView, offset: number) => number;
}

/** How reading one pickle ended. */
export interface PickleOutcome {
  /** Offset after the last byte that belongs to the pickle. */
  readonly end: number;
  /** True when STOP was reached. */
  readonly stopped: boolean;
  /** The first thing CPython's unpickler would raise on, if any. Reading goes on past it when it can. */
  readonly failure: FormatError | undefined;
  /** Events seen before `failure`; equals `events` without one. */
  readonly eventsBeforeFailure: number;
  readonly events: number;
  readonly opcodes: number;
  readonly protocol: number;
  /** 1 for each opcode byte that occurs. */
  readonly used: Uint8Array;
  /** What STOP returned. */
  readonly result: Value | undefined;
  readonly view: PickleView;
  /** True when acceptance depends on what a called function returns. */
  readonly uncertain: boolean;
}

/**
 * Runs a pickle without running anything: every opcode of protocols 0 to 5, with CPython's stack, marks, fence and memo
 * (Modules/_pickle.c), over symbolic values. Memory per opcode is constant; limits are the budget's.
 */
export class PickleMachine {
  readonly input: ByteWindow;
  readonly view: PickleView;
  readonly memo: Memo;
  readonly options: PickleOptions;
  readonly stack: Value[] = [];
  readonly marks: number[] = [];
  /** Nothing below this height can be popped: the height of the topmost mark. */
  fence = 0;
  protocol = 0;
  /** Offset of the opcode being run. */
  at = 0;
  frameEnd = Number.POSITIVE_INFINITY;
  stopped = false;
  uncertain = false;
  result: Value | undefined;
  readonly #used = new Uint8Array(256);
  readonly #maxItems: number;
  readonly #maxStack: number;
  #failure: FormatError | undefined;
  #eventsBeforeFailure = 0;
  #events = 0;
  #opcodes = 0;
  #objects = 0;
  #collections = 0;
  #tuples = 0;
  readonly #recentOffsets: number[] = [];
  readonly #recentItems: (readonly Value[] | undefined)[] = [];

  constructor(source: Source, options: PickleOptions) {
    const { limits } = options.budget;
    this.options = options;
    this.input = new ByteWindow(source, options.start ?? 0);
    this.view = new PickleView(this.input, (offset) => this.#recentTuple(offset));
    this.memo = new Memo(limits.maxPickleStack);
    this.#maxItems = options.keepAll === true ? Number.POSITIVE_INFINITY : limits.maxPickleItems;
    this.#maxStack = limits.maxPickleStack;
  }

  /** Reads one pickle. @throws LimitError, ReadError; damage is part of the outcome. */
  run(): PickleOutcome {
    const stopAfter = this.options.stopAfter ?? Number.POSITIVE_INFINITY;
    try {
      while (!this.stopped && !this.#failed && this.#opcodes < stopAfter) this.#step();
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#fail(error);
    }
    return {
      end: this.stopped ? this.input.offset : this.at,
      stopped: this.stopped,
      failure: this.#failure,
      eventsBeforeFailure: this.#failure === undefined ? this.#events : this.#eventsBeforeFailure,
      events: this.#events,
      opcodes: this.#opcodes,
      protocol: this.protocol,
      used: this.#used,
      result: this.result,
      view: this.view,
      uncertain: this.uncertain,
    };
  }

  get #failed(): boolean {
    return this.#failure !== undefined && this.options.stopAtFailure === true;
  }

  #step(): void {
    const input = this.input;
    this.#opcodes += 1;
    if ((this.#opcodes & BUDGET_CHECK_MASK) === 0) this.#checkBudget();
    this.at = input.base + input.pos;
    if (this.at >= this.frameEnd) this.#leaveFrame();
    const code = input.pos < input.limit ? (input.bytes[input.pos++] as number) : input.u8();
    const operation = operations[code];
    if (operation === undefined) {
      const found = `byte 0x${code.toString(16).padStart(2, '0')}`;
      throw FormatError.of('malformed', { expected: 'a pickle opcode', found, offset: this.at });
    }
    this.#used[code] = 1;
    operation(this);
  }

  /** The next line of text, which the unpickler in C wants to be ended by a newline. */
  line(): Uint8Array {
    const line = this.input.line();
    if (this.input.unterminated) this.fail('a line ended by a newline', 'the end of the file');
    return line;
  }

  push(value: Value): void {
    this.stack.push(value);
  }

  /** Pops one value; below the fence there is nothing, which CPython reports and we survive. */
  pop(): Value {
    if (this.stack.length > this.fence) return this.stack.pop() as Value;
    this.fail('a value on the stack', 'an empty stack');
    return this.opaque('unknown');
  }

  /** The value on top without popping it. */
  top(): Value {
    if (this.stack.length > this.fence) return this.stack.at(-1) as Value;
    this.fail('a value on the stack', 'an empty stack');
    return this.opaque('unknown');
  }

  /** Forgets the topmost mark and returns the stack height it was set at. */
  popMark(): number {
    const height = this.marks.pop();
    this.fence = this.marks.at(-1) ?? 0;
    if (height !== undefined) return height;
    this.fail('a mark on the stack', 'none');
    return this.stack.length;
  }

  /** Removes everything above `height`. */
  takeFrom(height: number): Value[] {
    return this.stack.splice(height);
  }

  opaque(kind: OpaqueNode['kind']): OpaqueNode {
    return this.own(new OpaqueNode(kind, this.at));
  }

  /** Counts a node against the budget. */
  own<Kind extends Node>(node: Kind): Kind {
    this.#objects += 1;
    const { maxPickleObjects } = this.options.budget.limits;
    if (this.#objects > maxPickleObjects) throw LimitError.of('maxPickleObjects', maxPickleObjects, this.#objects);
    return node;
  }

  /** A new list, dict or set, followed in detail while there are not too many. */
  collection(kind: CollectionKind, items: Value[]): Value {
    this.#collections += 1;
    const untracked = this.#isCrowded && this.options.keepAll !== true && !this.#awaitsState(kind);
    if (untracked && items.every((item) => typeof item === 'number'))
      return kind === 'frozenset' ? this.at : -this.at - 1;
    const kept = items.length > this.#maxItems ? items.slice(0, this.#maxItems) : items;
    return this.own(new CollectionNode(kind, this.at, kept, items.length));
  }

  /** Forgets what a state held once it was judged, when there are too many to keep. */
  release(state: Value): void {
    if (!this.#isCrowded || this.options.keepAll === true) return;
    if (typeof state === 'object' && state.kind === 'dict') state.items.length = 0;
  }

  get #isCrowded(): boolean {
    return this.#collections > MAX_TRACKED_COLLECTIONS;
  }

  /** True for a dict made right above an object, or above None above one: where picklers put a state and its slots. */
  #awaitsState(kind: CollectionKind): boolean {
    if (kind !== 'dict') return false;
    const top = this.stack.at(-1);
    const owner = this.view.isNone(top) ? this.stack.at(-2) : top;
    return typeof owner === 'object' && owner.kind === 'call';
  }

  /** A tuple: a node, or a plain value when there are too many and all its items are plain. */
  tuple(items: Value[]): Value {
    this.#tuples += 1;
    const tracked = this.#tuples <= MAX_TRACKED_COLLECTIONS || this.options.keepAll === true;
    if (tracked || !items.every(isPlain)) return this.own(new CollectionNode('tuple', this.at, items, items.length));
    const slot = this.#tuples % RECENT_TUPLES;
    this.#recentOffsets[slot] = this.at;
    this.#recentItems[slot] = items.length > this.#maxItems ? undefined : items;
    return this.at;
  }

  /** Adds to a container what stands on the stack from `height` on. */
  extend(target: CollectionNode, height: number): void {
    const added = this.stack.length - height;
    const room = Math.max(0, this.#maxItems - target.items.length);
    for (let i = 0; i < added && i < room; i += 1) target.items.push(this.stack[height + i] as Value);
    target.count += added;
  }

  /** What stands on the stack from `height` on, as many as are kept. */
  keepable(height: number): Value[] {
    return this.stack.slice(height, height + Math.min(this.#maxItems, this.stack.length));
  }

  /** Notes what CPython would raise here; the first one counts. */
  fail(expected: string, found: string): void {
    if (this.#failure === undefined) this.#fail(FormatError.of('malformed', { expected, found, offset: this.at }));
  }

  emit(event: Omit<PickleEvent, 'view' | 'offset' | 'length'>): void {
    if (this.#failed) return;
    this.#events += 1;
    const length = this.input.offset - this.at;
    this.options.onEvent?.({ ...event, view: this.view, offset: this.at, length } as PickleEvent);
  }

  anomaly(code: AnomalyCode, detail: string): void {
    const length = Math.max(0, this.input.offset - this.at);
    this.options.onEvent?.({ kind: 'anomaly', code, detail, view: this.view, offset: this.at, length });
  }

  #fail(error: FormatError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#eventsBeforeFailure = this.#events;
  }

  /**
   * Passes over bytes that the loader reads for itself between opcodes. Picklers end the frame before them; in mid-frame
   * the loader takes them from behind the frame and goes on inside it.
   */
  skipRaw(length: number): void {
    if (length <= 0) return;
    if (this.input.offset >= this.frameEnd) this.frameEnd = Number.POSITIVE_INFINITY;
    else if (this.frameEnd !== Number.POSITIVE_INFINITY)
      this.anomaly('frame-crossed', `raw bytes are read while a frame goes on until ${this.frameEnd}`);
    this.input.skip(length);
  }

  #leaveFrame(): void {
    if (this.at > this.frameEnd) {
      this.anomaly(
        'frame-crossed',
        `an opcode reaches ${this.at - this.frameEnd} bytes beyond its frame's end at ${this.frameEnd}`,
      );
    }
    this.frameEnd = Number.POSITIVE_INFINITY;
  }

  #checkBudget(): void {
    const { maxPickleOpcodes } = this.options.budget.limits;
    if (this.#opcodes > maxPickleOpcodes) throw LimitError.of('maxPickleOpcodes', maxPickleOpcodes, this.#opcodes);
    if (this.stack.length > this.#maxStack) throw LimitError.of('maxPickleStack', this.#maxStack, this.stack.length);
    this.options.budget.checkTime();
  }

  #recentTuple(offset: number): readonly Value[] | undefined {
    const slot = this.#recentOffsets.lastIndexOf(offset);
    return slot < 0 ? undefined : this.#recentItems[slot];
  }
}

function isPlain(value: Value): boolean {
  return typeof value === 'number' && value >= 0;
}
