/** Numbers by value: how many lie in each of `counts.length` equal steps from `low` to `high`. */
export interface Histogram {
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
}

/** The upper halves of 32-bit floats: sign, exponent and the first 7 bits of the mantissa. */
const CODES = 65_536;
const BINS = 24;

/**
 * Counts numbers by their first three digits or so, in one pass and without knowing their range: as bfloat16 codes,
 * which are put into equal steps once the range is known.
 */
export class ValueCounts {
  readonly #counts = new Float64Array(CODES);
  readonly #float = new Float32Array(1);
  readonly #bits = new Uint32Array(this.#float.buffer);

  add(values: Float64Array, count = values.length): void {
    for (let i = 0; i < count; i += 1) this.addTimes(values[i] as number, 1);
  }

  addTimes(value: number, times: number): void {
    this.#float[0] = value;
    const code = (this.#bits[0] as number) >>> 16;
    this.#counts[code] = (this.#counts[code] as number) + times;
  }

  /** `low` and `high` bound the numbers added, all of which are finite. */
  histogram(low: number, high: number): Histogram {
    const counts = Array.from({ length: high > low ? BINS : 1 }, () => 0);
    for (let code = 0; code < CODES; code += 1) {
      const times = this.#counts[code] as number;
      if (times === 0) continue;
      const value = this.#middle(code);
      const at = Math.floor(((value - low) / (high - low)) * counts.length);
      const bin = Math.min(counts.length - 1, Math.max(0, Number.isNaN(at) ? 0 : at));
      counts[bin] = (counts[bin] as number) + times;
    }
    return { low, high, counts };
  }

  /** The middle of the numbers with a code. Doubles beyond the range of a 32-bit float count as infinite here. */
  #middle(code: number): number {
    const isHuge = (code & 0x7f80) === 0x7f80;
    this.#bits[0] = code * 65_536 + (isHuge ? 0 : 32_768);
    return this.#float[0] as number;
  }
}
