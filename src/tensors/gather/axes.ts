/** One axis of a box of elements: how many, how far apart where they are read, how far apart where they are written. */
export interface Axis {
  readonly count: number;
  /** Elements between neighbours in the source; zero or more. */
  readonly from: number;
  /** Elements between neighbours in the output; negative for an axis that the source holds backwards. */
  readonly to: number;
}

/** A part of a tensor that is one box of indices and one run of its C-order bytes. Counted in elements. */
export interface Slab {
  /** Where the run starts and ends in C order. */
  readonly start: number;
  readonly end: number;
  /** Axes in the order of the source: the farthest apart first. */
  readonly axes: readonly Axis[];
  /** The lowest element read, from the element at index 0 of every axis. */
  readonly lowest: number;
  /** Where that element goes, from the start of the run. */
  readonly lowestTo: number;
}

/** Splits a strided tensor into slabs of at most `maxItems` elements, all of which cut the same axis. */
export class SlabGrid {
  readonly #shape: readonly number[];
  readonly #strides: readonly number[];
  /** The axis that is cut, the elements below one step of it, and the steps of one slab. */
  readonly #axis: number;
  readonly #block: number;
  readonly #steps: number;

  constructor(shape: readonly number[], strides: readonly number[], maxItems: number) {
    this.#shape = shape;
    this.#strides = strides;
    let axis = shape.length - 1;
    let block = 1;
    while (axis > 0 && block * (shape[axis] as number) <= maxItems) {
      block *= shape[axis] as number;
      axis -= 1;
    }
    this.#axis = axis;
    this.#block = block;
    this.#steps = Math.max(1, Math.floor(maxItems / block));
  }

  /** The slab that holds element `item`, which must exist. */
  at(item: number): Slab {
    const size = this.#shape[this.#axis] as number;
    const step = Math.floor(item / this.#block);
    const outer = Math.floor(step / size);
    const first = Math.floor((step % size) / this.#steps) * this.#steps;
    const count = Math.min(this.#steps, size - first);
    const start = (outer * size + first) * this.#block;
    const base = this.#outerOffset(outer) + first * (this.#strides[this.#axis] as number);
    return { start, end: start + count * this.#block, ...this.#box(count, base) };
  }

  /** Elements before the slab's box along the axes outside the one that is cut. */
  #outerOffset(outer: number): number {
    let rest = outer;
    let offset = 0;
    for (let axis = this.#axis - 1; axis >= 0; axis -= 1) {
      const size = this.#shape[axis] as number;
      offset += (rest % size) * (this.#strides[axis] as number);
      rest = Math.floor(rest / size);
    }
    return offset;
  }

  #box(count: number, base: number): Pick<Slab, 'axes' | 'lowest' | 'lowestTo'> {
    const axes: Axis[] = [];
    let lowest = base;
    let lowestTo = 0;
    let to = 1;
    for (let axis = this.#shape.length - 1; axis >= this.#axis; axis -= 1) {
      const size = axis === this.#axis ? count : (this.#shape[axis] as number);
      const from = this.#strides[axis] as number;
      if (from < 0) {
        lowest += from * (size - 1);
        lowestTo += to * (size - 1);
      }
      if (size > 1) axes.push(from < 0 ? { count: size, from: -from, to: -to } : { count: size, from, to });
      to *= size;
    }
    return { axes: mergeAxes(axes.toSorted((a, b) => b.from - a.from || b.to - a.to)), lowest, lowestTo };
  }
}

/** Two axes that are one run of elements on both sides become one. */
function mergeAxes(axes: readonly Axis[]): readonly Axis[] {
  const merged: Axis[] = [];
  for (const axis of axes) {
    const outer = merged.at(-1);
    if (outer !== undefined && outer.from === axis.from * axis.count && outer.to === axis.to * axis.count) {
      merged[merged.length - 1] = { count: outer.count * axis.count, from: axis.from, to: axis.to };
    } else merged.push(axis);
  }
  return merged;
}
