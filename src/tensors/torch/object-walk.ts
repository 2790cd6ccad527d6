import { LimitError } from '../../bytes/errors.ts';
import type { Limits } from '../../bytes/limits.ts';
import { globalName, type Node, type Value } from '../../formats/pickle/values.ts';
import type { PickleView } from '../../formats/pickle/view.ts';
import type { OmittedValue, RefusedTensor, Tensor } from '../tensor.ts';
import type { DescribedTensor } from './described-tensor.ts';
import type { TensorPlacer } from './place.ts';
import { type Child, childrenOf, describe, pairsOf, partsOf, unwrapped } from './python-values.ts';
import { type DescriptionContext, describeTensor, isTensor } from './tensor-calls.ts';

/** Whether the tensors below a value are wanted, or only told of. */
type Mode = 'take' | 'omit';

/** Where a walk stands. */
export interface Place {
  /** Steps from the root of the object, joined by dots. */
  readonly path: string;
  /** Letters at the start of `path` that are not part of names. */
  readonly strip: number;
  readonly mode: Mode;
  /** True when what a state dict leaves out is wanted as well. */
  readonly whole: boolean;
}

interface Walker {
  readonly view: PickleView;
  readonly descriptions: DescriptionContext;
  readonly placer: TensorPlacer;
  readonly limits: Limits;
  /** Called for objects; true when it has dealt with one that is known to be more than its parts. */
  readonly special: (value: Value, place: Place, walk: ObjectWalk) => boolean;
}

/** Lists with more values than this, none of them a container, are told of as one. */
const MAX_LISTED_ITEMS = 64;
/** The only tensor of an object has no path. */
const ROOT_NAME = 'tensor';

/** Visits what an object is made of, and keeps tensors by name and everything else in a few words. */
export class ObjectWalk {
  readonly tensors: Tensor[] = [];
  readonly refused: RefusedTensor[] = [];
  readonly omitted: OmittedValue[] = [];
  readonly notes = new Set<string>();
  readonly #walker: Walker;
  readonly #bearing = new Map<Node, boolean>();
  readonly #inline = new Map<Node, DescribedTensor>();
  readonly #names = new Map<string, Value>();
  readonly #open = new Set<Value>();
  #visits = 0;
  #nameChars = 0;
  #unlisted = 0;

  constructor(walker: Walker) {
    this.#walker = walker;
  }

  get view(): PickleView {
    return this.#walker.view;
  }

  /** Facts to be told beside the lists. */
  finish(): string[] {
    if (this.#unlisted > 0) this.notes.add(`${this.#unlisted} further values are left out and not listed`);
    return [...this.notes];
  }

  isTensor(value: Value): boolean {
    return isTensor(value, this.#walker.descriptions);
  }

  describe(value: Value): DescribedTensor {
    const known = typeof value === 'object' ? this.#inline.get(value) : undefined;
    if (known !== undefined) return known;
    const described = describeTensor(value, this.#walker.descriptions);
    // What was decoded is not decoded again.
    if (described.kind === 'inline' && typeof value === 'object') this.#inline.set(value, described);
    return described;
  }

  /** Whether there is a tensor anywhere in a value. */
  bears(value: Value, depth = 0): boolean {
    if (typeof value !== 'object') return false;
    if (this.isTensor(value)) return true;
    const known = this.#bearing.get(value);
    if (known !== undefined) return known;
    this.#mustNotExceed('maxObjectDepth', depth);
    // Within itself it adds nothing: what else is in it decides.
    this.#bearing.set(value, false);
    const bears = partsOf(value).some((part) => this.bears(part, depth + 1));
    if (bears) this.#bearing.set(value, true);
    return bears;
  }

  /** Visits a value and all in it; `children` are given when they are known already. */
  visit(wrapped: Value, place: Place, children?: readonly Child[]): void {
    const value = unwrapped(wrapped, this.view);
    this.#visits += 1;
    this.#mustNotExceed('maxTensorVisits', this.#visits);
    if (this.isTensor(value)) this.tensor(value, place);
    else if (!this.bears(value)) this.#plain(value, place);
    else if (!this.#open.has(value)) this.#inside(value, place, children);
  }

  #inside(value: Value, place: Place, known?: readonly Child[]): void {
    this.#open.add(value);
    this.#mustNotExceed('maxObjectDepth', this.#open.size);
    if (!this.#walker.special(value, place, this)) {
      const children = known ?? childrenOf(value, this.view);
      this.#noteDuplicates(value, children);
      for (const child of children) this.visitChild(child, place);
      this.#refuseArguments(value, place);
    }
    this.#open.delete(value);
  }

  visitChild({ step, value }: Child, place: Place): void {
    if (step !== undefined) return this.visit(value, { ...place, path: joined(place.path, step) });
    const path = joined(place.path, '?');
    if (!this.bears(value)) return this.visit(value, { ...place, path, mode: 'omit' });
    this.#refuse(path, place, 'name-invalid', 'its key is neither text nor a whole number');
  }

  /** A function's result is not what it is called with: without knowing the function nothing can be said of it. */
  #refuseArguments(value: Value, place: Place): void {
    if (typeof value !== 'object' || value.kind !== 'call' || value.opcode !== 'REDUCE') return;
    if (pairsOf(value, this.view) !== undefined || !this.bears(value.args)) return;
    const callee = globalName(value.callee) ?? 'something computed';
    this.#refuse(place.path, place, 'layout-unknown', `what ${callee} makes of tensors`);
  }

  #noteDuplicates(value: Value, children: readonly Child[]): void {
    const pairs = pairsOf(value, this.view);
    if (
      typeof value === 'object' &&
      value.kind === 'dict' &&
      pairs !== undefined &&
      pairs.length / 2 > children.length
    ) {
      this.notes.add('a key occurs twice in one mapping: the last value is taken, as Python does');
    }
  }

  #refuse(path: string, { strip, mode }: Place, code: RefusedTensor['code'], detail: string): void {
    if (mode === 'omit') this.omit(path, detail);
    else this.refused.push({ name: this.#name(path, strip), code, detail });
  }

  /** Keeps a tensor, or tells of it. */
  tensor(value: Value, { path, strip, mode }: Place, what = 'a tensor'): void {
    const described = this.describe(value);
    const { placer } = this.#walker;
    if (mode === 'omit') return this.omit(path, `${what}: ${placer.summary(described)}`);
    const name = this.#name(path, strip);
    const invalid = this.#taken(name, value);
    if (invalid === undefined) {
      const placed = placer.place(name, described);
      if ('code' in placed) this.refused.push(placed);
      else this.tensors.push(placed);
      if (described.kind === 'view') for (const remark of described.remarks) this.notes.add(`${name}: ${remark}`);
    } else if (invalid !== 'again') this.refused.push({ name, code: 'name-invalid', detail: invalid });
  }

  /** Why a tensor cannot have a name; `again` when it is the same one, reached on another way. */
  #taken(name: string, value: Value): string | undefined {
    if (name === '__metadata__') return 'safetensors keeps this name for itself';
    const owner = this.#names.get(name);
    if (owner !== undefined) return owner === value ? 'again' : 'another tensor has this name';
    this.#names.set(name, value);
    return undefined;
  }

  #name(path: string, strip: number): string {
    if (path === '') return ROOT_NAME;
    this.#mustNotExceed('maxTensorNameChars', path.length);
    this.#nameChars += path.length - strip;
    this.#mustNotExceed('maxTensorNamesChars', this.#nameChars);
    return path.slice(strip);
  }

  omit(path: string, what: string): void {
    if (this.omitted.length < this.#walker.limits.maxOmittedValues) this.omitted.push({ path, what });
    else this.#unlisted += 1;
  }

  /** A value without tensors: mappings and lists of containers by what is in them, others as one. */
  #plain(value: Value, place: Place): void {
    const full = this.omitted.length >= this.#walker.limits.maxOmittedValues;
    const children = full || !isListed(value) || this.#open.has(value) ? [] : childrenOf(value, this.view);
    if (children.length === 0) return this.omit(place.path, describe(value, this.view));
    this.#open.add(value);
    this.#mustNotExceed('maxObjectDepth', this.#open.size);
    for (const child of children) this.visitChild(child, place);
    this.#open.delete(value);
  }

  #mustNotExceed(limit: keyof Limits, found: number): void {
    const allowed = this.#walker.limits[limit];
    if (found > allowed) throw LimitError.of(limit, allowed, found);
  }
}

function isListed(value: Value): boolean {
  if (typeof value !== 'object') return false;
  if (value.kind === 'dict') return true;
  if (value.kind !== 'list' && value.kind !== 'tuple') return false;
  return (
    value.items.length <= MAX_LISTED_ITEMS &&
    value.items.some((item) => typeof item === 'object' && item.kind !== 'global')
  );
}

export function joined(path: string, step: string): string {
  return path === '' ? step : `${path}.${step}`;
}
