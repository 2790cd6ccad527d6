import type { Budget } from '../../bytes/limits.ts';
import type { Source } from '../../bytes/source.ts';
import type { PickleEvent } from '../../formats/pickle/events.ts';
import { PickleMachine, type PickleOptions, type PickleOutcome } from '../../formats/pickle/machine.ts';
import { type CollectionNode, globalName, type PersistentNode, type Value } from '../../formats/pickle/values.ts';
import type { PickleView } from '../../formats/pickle/view.ts';
import { storageReference, type StorageReference } from '../../formats/torch/storage.ts';
import { TensorError } from '../errors.ts';

/** What one pickle describes, read without making any of it. */
export interface PickledObject {
  readonly root: Value;
  readonly view: PickleView;
  readonly outcome: PickleOutcome;
  readonly globals: ReadonlySet<string>;
  /** The storages that persistent ids name. */
  readonly storages: ReadonlyMap<PersistentNode, StorageReference>;
  readonly notes: readonly string[];
}

export interface PickleInput {
  readonly source: Source;
  readonly path: string;
  readonly budget: Budget;
  readonly start?: number;
  readonly persistentLoad?: PickleOptions['persistentLoad'];
}

/**
 * Runs one pickle symbolically, and refuses what unpicklers do not agree on or what changes objects in ways the
 * description does not show.
 * @throws TensorError `ambiguous`, FormatError, LimitError, ReadError.
 */
export function readPickledObject(input: PickleInput): PickledObject {
  const { source, path, budget, start, persistentLoad } = input;
  const globals = new Set<string>();
  const storages = new Map<PersistentNode, StorageReference>();
  const handedOver: HandedOver[] = [];
  const copying = once(copies);
  const machine = new PickleMachine(source, {
    budget,
    keepAll: true,
    stopAtFailure: true,
    ...(start === undefined ? {} : { start }),
    ...(persistentLoad === undefined ? {} : { persistentLoad }),
    onEvent(event) {
      const detail = trouble(event);
      if (detail !== undefined) throw TensorError.of('ambiguous', { path, detail });
      if (event.kind === 'import') globals.add(globalName(event.global) ?? 'a computed name');
      else if (event.kind === 'persistent') noteStorage(event.node, event.view, storages);
      else if (event.kind === 'build') handOver(event.state, handedOver);
      else if (event.kind === 'call' && copying(event.call.callee)) handOver(event.call.args, handedOver);
    },
  });
  const outcome = machine.run();
  if (outcome.failure !== undefined) throw outcome.failure;
  const changed = handedOver.find(({ container, count }) => container.count !== count)?.container;
  if (changed !== undefined) {
    const detail = `the ${changed.kind} made at offset ${changed.offset} of the pickle is changed after something was made of it`;
    throw TensorError.of('ambiguous', { path, detail });
  }
  const { result, view } = outcome;
  return { root: result as Value, view, outcome, globals, storages, notes: notesOf(machine) };
}

/** A container whose content was used, and how much was in it then. */
interface HandedOver {
  readonly container: CollectionNode;
  readonly count: number;
}

/** True for functions that make of their arguments what later changes of the arguments do not touch. */
function copies(callee: Value): boolean {
  return /^(?:torch|numpy|collections|builtins)\./.test(globalName(callee) ?? '');
}

/** The same answer for the same function, of which a checkpoint calls few, each 10^5 times. */
function once(ask: (value: Value) => boolean): (value: Value) => boolean {
  const answers = new Map<Value, boolean>();
  return (value) => {
    if (typeof value !== 'object' || value.kind !== 'global') return false;
    let answer = answers.get(value);
    if (answer === undefined) answers.set(value, (answer = ask(value)));
    return answer;
  };
}

/** Notes the containers that a function or an object is given, through tuples, which never change. */
function handOver(value: Value, noted: HandedOver[]): void {
  if (typeof value !== 'object' || !('items' in value)) return;
  if (value.kind !== 'tuple') noted.push({ container: value, count: value.count });
  else for (const item of value.items) if (typeof item === 'object' && 'items' in item) handOver(item, noted);
}

function noteStorage(node: PersistentNode, view: PickleView, storages: Map<PersistentNode, StorageReference>): void {
  const reference = storageReference(node.id, view);
  if (reference !== undefined) storages.set(node, reference);
}

/** What no pickler writes, and what would make the object another one than its description. */
function trouble(event: PickleEvent): string | undefined {
  const at = `at offset ${event.offset} of the pickle`;
  if (event.kind === 'anomaly') return `${event.detail} (${at})`;
  if (event.kind === 'build') {
    if (event.again) return `an object is given its state twice ${at}`;
    if (typeof event.target === 'object' && event.target.kind !== 'call') {
      return `a ${event.target.kind} that the pickle did not make is given a state ${at}`;
    }
  }
  if (event.kind === 'mutate' && typeof event.target === 'object' && event.target.kind !== 'call') {
    return `a ${event.target.kind} that the pickle did not make is changed ${at}`;
  }
  return undefined;
}

/** Reads pickles that stand one behind the other up to the one wanted, each with a memo of its own. */
export function readPickledObjects(input: PickleInput, count: number): PickledObject[] {
  const objects: PickledObject[] = [];
  for (let at = input.start ?? 0; objects.length < count; at = objects.at(-1)?.outcome.end ?? at) {
    objects.push(readPickledObject({ ...input, start: at }));
  }
  return objects;
}

function notesOf({ uncertain, stack }: PickleMachine): string[] {
  const notes: string[] = [];
  if (uncertain) notes.push('whether the pickle loads at all depends on what its calls return');
  if (stack.length > 0)
    notes.push(`${stack.length} values beside the object are on the stack at the end of the pickle`);
  return notes;
}
