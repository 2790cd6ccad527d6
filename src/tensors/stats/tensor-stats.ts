import { type Decoder, decoderOf } from '../values/decode.ts';
import { valueTable } from '../values/tables.ts';
import { type Histogram, ValueCounts } from './histogram.ts';
import { Moments } from './moments.ts';
import { WideIntegers } from './wide-integers.ts';

/** What the numbers of a tensor are like. Of complex numbers both parts count, each as one. */
export interface TensorStats {
  readonly count: number;
  /** Bounds of the finite numbers, exact; null when there is none. */
  readonly min: number | bigint | null;
  readonly max: number | bigint | null;
  readonly mean: number | null;
  /** Of all numbers, not estimated from a sample. */
  readonly std: number | null;
  readonly zeros: number;
  readonly nan: number;
  readonly inf: number;
  /** Truth values other than 0 and 1. */
  readonly notBoolean: number;
  readonly histogram: Histogram | null;
}

/** Takes the bytes of a tensor in order, in pieces of whole elements, and tells what its numbers are like. */
export interface StatsCollector {
  add(bytes: Uint8Array): void;
  result(): TensorStats;
}

/** A collector for a dtype; undefined for blocks and for what has no numbers. */
export function collectorFor(dtype: string, withHistogram: boolean): StatsCollector | undefined {
  const table = valueTable(dtype);
  if (dtype === 'F4' || table !== undefined) return new CodeCollector(dtype, withHistogram);
  if (dtype === 'I64' || dtype === 'U64') return new WideIntegers(dtype === 'I64', withHistogram);
  const decoder = decoderOf(dtype);
  return decoder === undefined ? undefined : new ValueCollector(decoder, withHistogram);
}

/** Numbers of at most 16 bits: every code is counted, and what they mean is only looked at once in the end. */
class CodeCollector implements StatsCollector {
  readonly #dtype: string;
  readonly #withHistogram: boolean;
  readonly #table: Float64Array;
  readonly #counts: Float64Array;

  constructor(dtype: string, withHistogram: boolean) {
    this.#dtype = dtype;
    this.#withHistogram = withHistogram;
    this.#table = valueTable(dtype) as Float64Array;
    this.#counts = new Float64Array(Math.max(256, this.#table.length));
  }

  add(bytes: Uint8Array): void {
    const counts = this.#counts;
    const codes =
      counts.length === 256 ? bytes : new Uint16Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 2));
    for (let i = 0; i < codes.length; i += 1) {
      const code = codes[i] as number;
      counts[code] = (counts[code] as number) + 1;
    }
  }

  result(): TensorStats {
    const tally = new Tally(this.#withHistogram);
    const isPacked = this.#dtype === 'F4';
    for (let code = 0; code < this.#counts.length; code += 1) {
      const times = this.#counts[code] as number;
      if (times === 0) continue;
      tally.addTimes(this.#table[isPacked ? code & 15 : code] as number, times);
      if (isPacked) tally.addTimes(this.#table[code >>> 4] as number, times);
      if (this.#dtype === 'BOOL' && code > 1) tally.notBoolean += times;
    }
    return tally.result();
  }
}

class ValueCollector implements StatsCollector {
  readonly #decoder: Decoder;
  readonly #tally: Tally;
  #values = new Float64Array(0);

  constructor(decoder: Decoder, withHistogram: boolean) {
    this.#decoder = decoder;
    this.#tally = new Tally(withHistogram);
  }

  add(bytes: Uint8Array): void {
    const count = (bytes.length / this.#decoder.bytes) * this.#decoder.numbers;
    if (this.#values.length < count) this.#values = new Float64Array(count);
    this.#decoder.decode(bytes, this.#values);
    this.#tally.add(this.#values, count);
  }

  result(): TensorStats {
    return this.#tally.result();
  }
}

/** What has been seen of the numbers so far. */
class Tally {
  notBoolean = 0;
  readonly #moments = new Moments();
  readonly #counts: ValueCounts | undefined;
  #zeros = 0;
  #nan = 0;
  #inf = 0;

  constructor(withHistogram: boolean) {
    this.#counts = withHistogram ? new ValueCounts() : undefined;
  }

  addTimes(value: number, times: number): void {
    if (Number.isNaN(value)) this.#nan += times;
    else if (Number.isFinite(value)) {
      if (value === 0) this.#zeros += times;
      this.#moments.addTimes(value, times);
      this.#counts?.addTimes(value, times);
    } else this.#inf += times;
  }

  /** Adds the first `count` numbers, and moves the finite ones among them to the front of `values`. */
  add(values: Float64Array, count: number): void {
    let finite = 0;
    let zeros = 0;
    for (let i = 0; i < count; i += 1) {
      const value = values[i] as number;
      if (value - value === 0) {
        if (value === 0) zeros += 1;
        values[finite] = value;
        finite += 1;
      } else if (Number.isNaN(value)) this.#nan += 1;
      else this.#inf += 1;
    }
    this.#zeros += zeros;
    this.#moments.add(values, finite);
    this.#counts?.add(values, finite);
  }

  result(): TensorStats {
    const { count, min, max, mean, deviation } = this.#moments;
    const has = count > 0;
    return {
      count: count + this.#nan + this.#inf,
      min: has ? min : null,
      max: has ? max : null,
      mean: has ? mean : null,
      std: has ? deviation : null,
      zeros: this.#zeros,
      nan: this.#nan,
      inf: this.#inf,
      notBoolean: this.notBoolean,
      histogram: has && this.#counts !== undefined ? this.#counts.histogram(min, max) : null,
    };
  }
}
