import { FormatError } from '../bytes/errors.ts';
import type { Source } from '../bytes/source.ts';
import type { Placement, Tensor } from '../tensors/tensor.ts';

/** Bytes of the output looked at together. */
const BLOCK_BYTES = 16 * 1024 * 1024;
/** A line of elements is read at once when it is no longer than this, gaps included; else element by element. */
const LINE_BYTES = 1024 * 1024;
const SIGN_BYTES: ReadonlyMap<string, number> = new Map([
  ['F16', 2],
  ['BF16', 2],
  ['F32', 4],
  ['F64', 8],
  ['C64', 4],
]);

/**
 * Compares the elements of a tensor, wherever its source keeps each, with bytes that should hold them in C order from
 * `start` on. Returns the first element that differs, or null. Walks the source line by line and shares no code with
 * what the converter gathers elements with: one of them alone cannot be wrong unseen.
 * @throws FormatError `truncated` when either side ends too early.
 */
export function firstDifference(tensor: Tensor, output: Source, start: number): number | null {
  const { byteLength, itemBytes } = tensor.placement;
  if (byteLength === 0) return null;
  const compare = new Comparison(tensor, output);
  const shape = itemBytes === undefined ? [byteLength] : tensor.shape.filter((size) => size !== 1);
  return compare.part(shape, stridesOf(tensor), { from: tensor.placement.offset, to: start, element: 0 });
}

/** Bytes between neighbours, for the axes that have any. */
function stridesOf({ shape, placement: { strides, itemBytes = 1 } }: Tensor): number[] {
  const steps: number[] = [];
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    steps[axis] = (strides?.[axis] ?? step) * itemBytes;
    step *= shape[axis] as number;
  }
  return steps.filter((_, axis) => shape[axis] !== 1);
}

/** Where a part of the tensor starts: in the source, in the output, and as a number of elements. */
interface Position {
  readonly from: number;
  readonly to: number;
  readonly element: number;
}

class Comparison {
  readonly #placement: Placement;
  readonly #dtype: string;
  readonly #output: Source;
  readonly #item: number;
  readonly #block: Uint8Array;
  #line = new Uint8Array(0);

  constructor({ placement, dtype }: Tensor, output: Source) {
    this.#placement = placement;
    this.#dtype = dtype;
    this.#output = output;
    this.#item = placement.itemBytes ?? 1;
    // Small tensors come by the hundred thousand.
    this.#block = new Uint8Array(Math.min(BLOCK_BYTES, placement.byteLength));
  }

  /** Cuts along the outermost axis until a piece fits into the block. */
  part(shape: readonly number[], strides: readonly number[], at: Position): number | null {
    const [size = 1, ...rest] = shape;
    const inner = rest.reduce((product, one) => product * one, 1);
    const bytes = inner * this.#item;
    if (size * bytes <= BLOCK_BYTES) return this.#compareBlock(shape, strides, at);
    const step = Math.max(1, Math.floor(BLOCK_BYTES / bytes));
    for (let first = 0; first < size; first += step) {
      const count = Math.min(step, size - first);
      const next: Position = {
        from: at.from + first * (strides[0] ?? 0),
        to: at.to + first * bytes,
        element: at.element + first * inner,
      };
      const cut = count === 1 ? rest : [count, ...rest];
      const found = this.part(cut, count === 1 ? strides.slice(1) : strides, next);
      if (found !== null) return found;
    }
    return null;
  }

  #compareBlock(shape: readonly number[], strides: readonly number[], at: Position): number | null {
    const count = shape.reduce((product, size) => product * size, 1);
    const block = this.#block.subarray(0, count * this.#item);
    readAll(this.#output, at.to, block);
    const fast = fastestAxis(shape, strides);
    let first = Number.POSITIVE_INFINITY;
    for (const line of linesOf(shape, strides, fast)) {
      const found = this.#compareLine(line, at.from, block);
      if (found < first) first = found;
    }
    return first === Number.POSITIVE_INFINITY ? null : at.element + first;
  }

  /** The first element of the line that differs, as its place in the block; infinity when none does. */
  #compareLine(line: Line, base: number, block: Uint8Array): number {
    const reach = (line.count - 1) * line.stride;
    const span = Math.abs(reach) + this.#item;
    if (span > LINE_BYTES) return this.#compareFarApart(line, base, block);
    const bytes = this.#lineOf(span);
    const low = Math.min(0, reach);
    readAll(this.#placement.source, base + line.from + low, bytes);
    for (let i = 0; i < line.count; i += 1) {
      const element = line.first + i * line.step;
      if (!this.#isEqual(bytes, i * line.stride - low, block, element * this.#item)) return element;
    }
    return Number.POSITIVE_INFINITY;
  }

  #lineOf(length: number): Uint8Array {
    if (this.#line.length < length) this.#line = new Uint8Array(length);
    return this.#line.subarray(0, length);
  }

  #compareFarApart(line: Line, base: number, block: Uint8Array): number {
    if (line.stride === this.#item) return this.#compareLong(line, base, block);
    const bytes = this.#lineOf(this.#item);
    for (let i = 0; i < line.count; i += 1) {
      readAll(this.#placement.source, base + line.from + i * line.stride, bytes);
      const element = line.first + i * line.step;
      if (!this.#isEqual(bytes, 0, block, element * this.#item)) return element;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** A line without gaps that is longer than the buffer. */
  #compareLong(line: Line, base: number, block: Uint8Array): number {
    const most = Math.floor(LINE_BYTES / this.#item);
    for (let done = 0; done < line.count; done += most) {
      const count = Math.min(most, line.count - done);
      const part = { ...line, count, from: line.from + done * line.stride, first: line.first + done * line.step };
      const found = this.#compareLine(part, base, block);
      if (found !== Number.POSITIVE_INFINITY) return found;
    }
    return Number.POSITIVE_INFINITY;
  }

  #isEqual(source: Uint8Array, at: number, output: Uint8Array, to: number): boolean {
    const { swapBytes = 1, flipSigns } = this.#placement;
    for (let i = 0; i < this.#item; i += 1) {
      const unit = i - (i % swapBytes);
      const byte = source[at + unit + (swapBytes - 1 - (i % swapBytes))] as number;
      const flipped = flipSigns !== undefined && this.#isSign(i, flipSigns) ? byte ^ 0x80 : byte;
      if (flipped !== output[to + i]) return false;
    }
    return true;
  }

  /** True for the byte of an element that has a sign to flip in its top bit. */
  #isSign(i: number, which: NonNullable<Placement['flipSigns']>): boolean {
    const component = SIGN_BYTES.get(this.#dtype) ?? this.#item;
    if ((i + 1) % component !== 0) return false;
    return which === 'all' || (which === 'real') === i < component;
  }
}

/** Elements along one axis. */
interface Line {
  readonly count: number;
  /** Bytes from the start of the part to the first element, and between neighbours, in the source. */
  readonly from: number;
  readonly stride: number;
  /** The same in elements of the output. */
  readonly first: number;
  readonly step: number;
}

/** The axis along which the source is read in the smallest steps. */
function fastestAxis(shape: readonly number[], strides: readonly number[]): number {
  let fast = shape.length - 1;
  for (const axis of shape.keys()) {
    if (strides[axis] !== 0 && Math.abs(strides[axis] ?? 0) < Math.abs(strides[fast] || Infinity)) fast = axis;
  }
  return fast;
}

function* linesOf(shape: readonly number[], strides: readonly number[], fast: number): Generator<Line> {
  const steps = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const count = fast < 0 ? 1 : (shape[fast] as number);
  const line = { count, stride: strides[fast] ?? 0, step: steps[fast] ?? 0 };
  const others = [...shape.keys()].filter((axis) => axis !== fast);
  const index = others.map(() => 0);
  for (;;) {
    let [from, first] = [0, 0];
    for (const [i, axis] of others.entries()) {
      from += (index[i] as number) * (strides[axis] as number);
      first += (index[i] as number) * (steps[axis] as number);
    }
    yield { ...line, from, first };
    let at = others.length - 1;
    while (at >= 0 && index[at] === (shape[others[at] as number] as number) - 1) {
      index[at] = 0;
      at -= 1;
    }
    if (at < 0) return;
    index[at] = (index[at] as number) + 1;
  }
}

function readAll(source: Source, offset: number, into: Uint8Array): void {
  const got = source.read(offset, into);
  if (got < into.length) throw FormatError.of('truncated', { wanted: into.length, offset, size: offset + got });
}
