import type { PickleEvent } from './events.ts';
import type { PickleOutcome } from './machine.ts';
import { opcodes } from './opcodes.ts';
import { type CallNode, globalName, type Value } from './values.ts';
import type { PickleView } from './view.ts';
import { firstProfileAccepting, pythonTwoName, type WeightsOnlyProfile } from './weights-only-globals.ts';

/** Names listed in a verdict; a checkpoint that needs more is no plain state dict anyway. */
const MAX_NAMES = 200;

/** Whether `torch.load(…, weights_only=True)` would take a checkpoint, without running torch. */
export interface WeightsOnlyVerdict {
  readonly loads: boolean;
  /** The first torch release from which on it loads. */
  readonly since?: string;
  /** Globals no release accepts on its own; `torch.serialization.add_safe_globals` would have to allow them. */
  readonly missing: readonly string[];
  /** Why it does not load, when the globals are not the reason. */
  readonly reason?: string;
}

/** One demand a pickle makes on the restricted unpickler. */
type Demand = (profile: WeightsOnlyProfile) => boolean;

const PARAMETER = 'torch.nn.parameter.Parameter';
const OLD_BUILD_TARGETS =
  /^(?:collections\.OrderedDict|torch\.nn\.parameter\.Parameter|torch\.Tensor|torch\._utils\._rebuild_\w+|torch\._tensor\._rebuild_from_type_v2)$/;
const ITEM_TARGETS = new Set(['collections.OrderedDict', 'collections.Counter']);

/** Gathers what a pickle demands while it is read, then asks every release's profile (torch/_weights_only_unpickler.py). */
export class WeightsOnlySimulation {
  /** As written, to be mapped as each release does; value: as CPython maps it. */
  readonly #globals = new Map<string, readonly [module: string, name: string]>();
  readonly #demands = new Map<string, Demand>();
  #reason: string | undefined;

  observe(event: PickleEvent): void {
    switch (event.kind) {
      case 'import':
        return this.#import(event);
      case 'call':
        return this.#call(event.call, event.opcode);
      case 'build':
        return this.#build(event.target);
      case 'mutate':
        return this.#mutate(event.target, event.opcode);
      case 'persistent':
        return this.#persistent(event.node.id, event.view);
      case 'extension':
        return this.#refuse('extension codes are not supported');
      case 'anomaly':
        return undefined;
      default:
        return event satisfies never;
    }
  }

  finish(outcome: PickleOutcome): void {
    const used = opcodes.filter((opcode) => outcome.used[opcode.code] === 1);
    for (const { name } of used) this.#demands.set(`opcode ${name}`, (profile) => profile.opcodes.has(name));
    if (outcome.failure !== undefined) this.#refuse(outcome.failure.message);
  }

  verdict(): WeightsOnlyVerdict {
    const missing = [...this.#globals].filter(
      ([, name]) => firstProfileAccepting((p) => accepts(p, name)) === undefined,
    );
    if (missing.length > 0) return { loads: false, missing: missing.map(([written]) => written).sort() };
    if (this.#reason !== undefined) return { loads: false, missing: [], reason: this.#reason };
    for (const [what, demand] of this.#demands) {
      if (firstProfileAccepting(demand) === undefined)
        return { loads: false, missing: [], reason: `${what} is not supported` };
    }
    const names = [...this.#globals.values()];
    const demands = [...this.#demands.values()];
    const first = firstProfileAccepting(
      (p) => names.every((name) => accepts(p, name)) && demands.every((demand) => demand(p)),
    );
    return first === undefined
      ? { loads: false, missing: [], reason: 'no release supports all of it together' }
      : { loads: true, since: first.since, missing: [] };
  }

  #import(event: PickleEvent & { kind: 'import' }): void {
    const { module, name } = event.global;
    if (module === null || name === null) return this.#refuse('a global is computed');
    const written = event.written ?? `${module}.${name}`;
    const split = written.lastIndexOf('.');
    const pair =
      event.written === undefined
        ? ([module, name] as const)
        : ([written.slice(0, split), written.slice(split + 1)] as const);
    if (this.#globals.size < MAX_NAMES) this.#globals.set(written, pair);
    return undefined;
  }

  #call(call: CallNode, opcode: string): void {
    const callee = globalName(call.callee);
    if (callee === undefined) return this.#refuse('a computed function is called');
    if (opcode === 'NEWOBJ' && callee !== PARAMETER) {
      this.#demands.set('NEWOBJ of a class other than Parameter', (profile) => profile.makes === 'accepted');
    }
    return undefined;
  }

  #build(target: Value): void {
    const owner = typeof target === 'object' && target.kind === 'call' ? globalName(target.callee) : undefined;
    if (owner === undefined) return this.#refuse('state is set on something computed');
    if (!OLD_BUILD_TARGETS.test(owner)) {
      this.#demands.set(`setting the state of ${owner}`, (profile) => profile.builds === 'accepted');
    }
    return undefined;
  }

  #mutate(target: Value, opcode: string): void {
    const owner = typeof target === 'object' && target.kind === 'call' ? globalName(target.callee) : undefined;
    if (opcode === 'APPEND' || opcode === 'APPENDS') return this.#refuse(`${opcode} on something that is no list`);
    if (owner === undefined || !ITEM_TARGETS.has(owner)) {
      this.#demands.set(
        `setting items of ${owner ?? 'something computed'}`,
        (profile) => profile.setsItemsOf === 'anything',
      );
    }
    return undefined;
  }

  #persistent(id: Value, view: PickleView): void {
    const [kind] = view.items(id) ?? [];
    if (view.text(kind) !== 'storage') this.#refuse('a persistent id is no storage');
  }

  #refuse(reason: string): void {
    this.#reason ??= reason;
  }
}

function accepts(profile: WeightsOnlyProfile, [module, name]: readonly [string, string]): boolean {
  const mapped = profile.mapsPythonTwoNames === 'never' ? `${module}.${name}` : pythonTwoName(module, name);
  return profile.globals.has(mapped);
}
