import { TensorBytes } from './gather.ts';
import type { Tensor } from './tensor.ts';
import { type ValueDifference, ValueComparison, type Tolerance } from './values/compare-values.ts';

/** Bytes of each side held at once. A multiple of every element's size. */
const CHUNK_BYTES = 1024 * 1024;

/** How two tensors of one name differ. */
export interface TensorDifference {
  readonly name: string;
  readonly a: TensorFacts;
  readonly b: TensorFacts;
  /** The first element whose bytes differ, as indices; undefined when dtype or shape differ already. */
  readonly first?: readonly number[] | undefined;
  /** In numbers, when asked for and both can be read as such. */
  readonly values?: ValueDifference | undefined;
}

export interface TensorFacts {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: number;
}

/** The same bytes, dtype and shape under different names. */
interface Renaming {
  readonly a: string;
  readonly b: string;
}

export interface Comparison {
  readonly equal: number;
  /** Tensors whose bytes differ and whose numbers are within the tolerance; they count as equal. */
  readonly close: readonly TensorDifference[];
  readonly different: readonly TensorDifference[];
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
  readonly renamed: readonly Renaming[];
}

export interface CompareOptions {
  /** Read tensors that differ as numbers, and tell how far apart they are. */
  readonly values?: boolean | undefined;
  /** Numbers that are this near count as equal. */
  readonly tolerance?: Tolerance | undefined;
  /** SHA-256 of a tensor's bytes, to find those that only have another name. */
  readonly digest: (tensor: Tensor) => string;
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** Tensors by name. */
export type NamedTensors = ReadonlyMap<string, Tensor>;

/** Compares two sets of tensors, bytes in C order; neither side is held in memory. */
export function compareTensors(a: NamedTensors, b: NamedTensors, options: CompareOptions): Comparison {
  let equal = 0;
  const close: TensorDifference[] = [];
  const different: TensorDifference[] = [];
  for (const [name, left] of a) {
    const right = b.get(name);
    if (right === undefined) continue;
    const difference = compareTwo(left, right, options);
    if (difference === undefined) equal += 1;
    else if (options.tolerance !== undefined && difference.first !== undefined && difference.values?.beyond === 0) {
      close.push(difference);
    } else different.push(difference);
  }
  const onlyA = [...a.keys()].filter((name) => !b.has(name));
  const onlyB = [...b.keys()].filter((name) => !a.has(name));
  const renamed = findRenamed(pick(a, onlyA), pick(b, onlyB), options.digest);
  const [fromA, fromB] = [new Set(renamed.map((one) => one.a)), new Set(renamed.map((one) => one.b))];
  return {
    equal,
    close,
    different,
    onlyA: onlyA.filter((name) => !fromA.has(name)),
    onlyB: onlyB.filter((name) => !fromB.has(name)),
    renamed,
  };
}

/** True when nothing differs but what the tolerance allows. */
export function isSame({ different, onlyA, onlyB, renamed }: Comparison): boolean {
  return different.length + onlyA.length + onlyB.length + renamed.length === 0;
}

function pick(tensors: NamedTensors, names: readonly string[]): Tensor[] {
  return names.flatMap((name) => tensors.get(name) ?? []);
}

function compareTwo(a: Tensor, b: Tensor, options: CompareOptions): TensorDifference | undefined {
  const facts = { name: a.name, a: factsOf(a), b: factsOf(b) };
  const isAlike = a.dtype === b.dtype && sameShape(a.shape, b.shape) && facts.a.bytes === facts.b.bytes;
  const values = options.values === true ? valueComparison(a, b, options.tolerance) : undefined;
  if (!isAlike && values === undefined) {
    options.onBytes?.(facts.a.bytes);
    return facts;
  }
  if (!isAlike) return { ...facts, values: compareNumbers(a, b, values as ValueComparison, options) };
  const at = firstDifferentByte(a, b, options.onBytes);
  if (at === undefined) return undefined;
  const first = indexOf(at, a);
  if (values === undefined) return { ...facts, first };
  return { ...facts, first, values: compareNumbers(a, b, values, options) };
}

function factsOf({ dtype, shape, placement }: Tensor): TensorFacts {
  return { dtype, shape, bytes: placement.byteLength };
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

function valueComparison(a: Tensor, b: Tensor, tolerance: Tolerance | undefined): ValueComparison | undefined {
  return sameShape(a.shape, b.shape) ? ValueComparison.of(a.dtype, b.dtype, tolerance) : undefined;
}

function compareNumbers(a: Tensor, b: Tensor, comparison: ValueComparison, options: CompareOptions): ValueDifference {
  const [left, right] = [new TensorBytes(a), new TensorBytes(b)];
  const step = comparison.elementsPerChunk(CHUNK_BYTES);
  for (let unit = 0; unit * comparison.a.bytes < left.size; unit += step) {
    const units = Math.min(step, left.size / comparison.a.bytes - unit);
    const pieces = [new Uint8Array(units * comparison.a.bytes), new Uint8Array(units * comparison.b.bytes)] as const;
    left.read(unit * comparison.a.bytes, pieces[0]);
    right.read(unit * comparison.b.bytes, pieces[1]);
    comparison.add(pieces[0], pieces[1]);
    options.onBytes?.(0);
  }
  return comparison.result();
}

function firstDifferentByte(a: Tensor, b: Tensor, onBytes?: (bytes: number) => void): number | undefined {
  const [left, right] = [new TensorBytes(a), new TensorBytes(b)];
  const room = Math.min(CHUNK_BYTES, left.size);
  const [one, other] = [new Uint8Array(room), new Uint8Array(room)];
  for (let offset = 0; offset < left.size; offset += room) {
    const length = Math.min(room, left.size - offset);
    const [x, y] = [one.subarray(0, length), other.subarray(0, length)];
    left.read(offset, x);
    right.read(offset, y);
    onBytes?.(length);
    const at = firstDifference(x, y);
    if (at !== undefined) {
      onBytes?.(left.size - offset - length);
      return offset + at;
    }
  }
  return undefined;
}

/** Both pieces start at the beginning of their buffers. */
function firstDifference(a: Uint8Array, b: Uint8Array): number | undefined {
  const words = Math.floor(a.length / 4);
  const [x, y] = [new Uint32Array(a.buffer, a.byteOffset, words), new Uint32Array(b.buffer, b.byteOffset, words)];
  let word = 0;
  while (word < words && x[word] === y[word]) word += 1;
  for (let i = word * 4; i < a.length; i += 1) if (a[i] !== b[i]) return i;
  return undefined;
}

/** Indices of the element that holds a byte; of packed dtypes the byte's own number stands in for them. */
function indexOf(byte: number, { shape, placement }: Tensor): readonly number[] {
  if (placement.itemBytes === undefined) return [byte];
  let rest = Math.floor(byte / placement.itemBytes);
  return shape
    .toReversed()
    .map((size) => {
      const index = rest % size;
      rest = Math.floor(rest / size);
      return index;
    })
    .toReversed();
}

/** Only tensors that have a counterpart of the same kind and size are read for it. */
function findRenamed(a: readonly Tensor[], b: readonly Tensor[], digest: (tensor: Tensor) => string): Renaming[] {
  const kindOf = ({ dtype, shape, placement }: Tensor): string => `${dtype} ${shape.join(',')} ${placement.byteLength}`;
  const candidates = Map.groupBy(b, kindOf);
  const hashes = new Map<string, string[]>();
  const hashed = new Set<string>();
  const renamed: Renaming[] = [];
  for (const tensor of a) {
    const kind = kindOf(tensor);
    const others = candidates.get(kind);
    if (others === undefined || tensor.placement.byteLength === 0) continue;
    if (!hashed.has(kind)) for (const other of others) push(hashes, `${kind} ${digest(other)}`, other.name);
    hashed.add(kind);
    const name = hashes.get(`${kind} ${digest(tensor)}`)?.shift();
    if (name !== undefined) renamed.push({ a: tensor.name, b: name });
  }
  return renamed;
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
