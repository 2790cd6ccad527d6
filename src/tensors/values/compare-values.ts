import { type Decoder, decoderOf } from './decode.ts';

/** Numbers are near when |a - b| ≤ absolute + relative × |b|, as numpy.isclose says it. */
export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

/** How far two tensors are apart, number by number. */
export interface ValueDifference {
  /** Numbers that are not equal; NaN is equal to NaN here, and -0 to 0. */
  readonly unequal: number;
  /** Numbers further apart than the tolerance. */
  readonly beyond: number;
  /** The largest distance; infinite when one side is infinite or NaN and the other is not. */
  readonly maxDistance: number;
  /** Mean distance over all numbers that are finite on both sides. */
  readonly meanDistance: number;
  readonly count: number;
}

/** Compares two tensors of one shape as numbers, in pieces. */
export class ValueComparison {
  readonly a: Decoder;
  readonly b: Decoder;
  readonly #tolerance: Tolerance;
  #left = new Float64Array(0);
  #right = new Float64Array(0);
  #unequal = 0;
  #beyond = 0;
  #count = 0;
  #finite = 0;
  #sum = 0;
  #max = 0;

  private constructor(a: Decoder, b: Decoder, tolerance: Tolerance) {
    this.a = a;
    this.b = b;
    this.#tolerance = tolerance;
  }

  /** Undefined when one of the dtypes has no numbers, or has more of them in an element than the other. */
  static of(a: string, b: string, tolerance: Tolerance = { absolute: 0, relative: 0 }): ValueComparison | undefined {
    const [left, right] = [decoderOf(a), decoderOf(b)];
    if (left === undefined || right === undefined || left.numbers !== right.numbers) return undefined;
    return new ValueComparison(left, right, tolerance);
  }

  /** Units of both decoders that fit `bytes` on the wider side. */
  elementsPerChunk(bytes: number): number {
    return Math.floor(bytes / Math.max(this.a.bytes, this.b.bytes));
  }

  /** Both pieces hold the same number of units. */
  add(a: Uint8Array, b: Uint8Array): void {
    const count = (a.length / this.a.bytes) * this.a.numbers;
    if (this.#left.length < count) {
      this.#left = new Float64Array(count);
      this.#right = new Float64Array(count);
    }
    this.a.decode(a, this.#left);
    this.b.decode(b, this.#right);
    this.#count += count;
    for (let i = 0; i < count; i += 1) this.#compare(this.#left[i] as number, this.#right[i] as number);
  }

  result(): ValueDifference {
    return {
      unequal: this.#unequal,
      beyond: this.#beyond,
      maxDistance: this.#max,
      meanDistance: this.#finite === 0 ? 0 : this.#sum / this.#finite,
      count: this.#count,
    };
  }

  #compare(a: number, b: number): void {
    const isEqual = a === b || (Number.isNaN(a) && Number.isNaN(b));
    if (isEqual) {
      if (Number.isFinite(a)) this.#finite += 1;
      return;
    }
    this.#unequal += 1;
    const distance = Math.abs(a - b);
    if (Number.isFinite(a) && Number.isFinite(b)) {
      this.#finite += 1;
      this.#sum += distance;
      if (distance > this.#max) this.#max = distance;
      const { absolute, relative } = this.#tolerance;
      if (!(distance <= absolute + relative * Math.abs(b))) this.#beyond += 1;
    } else {
      this.#max = Number.POSITIVE_INFINITY;
      this.#beyond += 1;
    }
  }
}
