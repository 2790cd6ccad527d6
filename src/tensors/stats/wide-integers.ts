import { decoderOf, type Decoder } from '../values/decode.ts';
import { ValueCounts } from './histogram.ts';
import { Moments } from './moments.ts';
import type { StatsCollector, TensorStats } from './tensor-stats.ts';

const UPPER = 2n ** 32n;

/**
 * 64-bit integers. Bounds and sum are exact: both halves of a number are compared and summed on their own, and put
 * together as big integers once for each piece instead of once for each number.
 */
export class WideIntegers implements StatsCollector {
  readonly #isSigned: boolean;
  readonly #decoder: Decoder;
  readonly #moments = new Moments();
  readonly #counts: ValueCounts | undefined;
  #values = new Float64Array(0);
  #count = 0;
  #zeros = 0;
  #sum = 0n;
  #min: bigint | undefined;
  #max: bigint | undefined;

  constructor(isSigned: boolean, withHistogram: boolean) {
    this.#isSigned = isSigned;
    this.#decoder = decoderOf(isSigned ? 'I64' : 'U64') as Decoder;
    this.#counts = withHistogram ? new ValueCounts() : undefined;
  }

  add(bytes: Uint8Array): void {
    const count = Math.floor(bytes.length / 8);
    if (count === 0) return;
    this.#exact(bytes, count);
    if (this.#values.length < count) this.#values = new Float64Array(count);
    this.#decoder.decode(bytes, this.#values);
    this.#moments.add(this.#values, count);
    this.#counts?.add(this.#values, count);
  }

  result(): TensorStats {
    const has = this.#count > 0;
    const { min, max, deviation } = this.#moments;
    return {
      count: this.#count,
      min: narrow(this.#min),
      max: narrow(this.#max),
      mean: has ? meanOf(this.#sum, this.#count) : null,
      std: has ? deviation : null,
      zeros: this.#zeros,
      nan: 0,
      inf: 0,
      notBoolean: 0,
      histogram: has && this.#counts !== undefined ? this.#counts.histogram(min, max) : null,
    };
  }

  #exact(bytes: Uint8Array, count: number): void {
    const { buffer, byteOffset } = bytes;
    const low = new Uint32Array(buffer, byteOffset, 2 * count);
    const high = this.#isSigned ? new Int32Array(buffer, byteOffset, 2 * count) : low;
    const [least, most] = extremes(low, high, count);
    let [lowSum, highSum, zeros] = [0, 0, 0];
    for (let i = 0; i < count; i += 1) {
      const upper = high[2 * i + 1] as number;
      const lower = low[2 * i] as number;
      lowSum += lower;
      highSum += upper;
      if (upper === 0 && lower === 0) zeros += 1;
    }
    const at = (i: number): bigint => BigInt(high[2 * i + 1] as number) * UPPER + BigInt(low[2 * i] as number);
    if (this.#min === undefined || at(least) < this.#min) this.#min = at(least);
    if (this.#max === undefined || at(most) > this.#max) this.#max = at(most);
    this.#sum += BigInt(highSum) * UPPER + BigInt(lowSum);
    this.#count += count;
    this.#zeros += zeros;
  }
}

/** Where the least and the greatest of the numbers are. */
function extremes(low: Uint32Array, high: Int32Array | Uint32Array, count: number): [least: number, most: number] {
  let [least, most] = [0, 0];
  const isBelow = (i: number, j: number): boolean => {
    const [a, b] = [high[2 * i + 1] as number, high[2 * j + 1] as number];
    return a < b || (a === b && (low[2 * i] as number) < (low[2 * j] as number));
  };
  for (let i = 1; i < count; i += 1) {
    if (isBelow(i, least)) least = i;
    else if (isBelow(most, i)) most = i;
  }
  return [least, most];
}

/** A quotient that is right to the last digit a number has, however large the sum. */
function meanOf(sum: bigint, count: number): number {
  const divisor = BigInt(count);
  return Number(sum / divisor) + Number(sum % divisor) / count;
}

/** As a number where that is exact, so that small integers look the same for every dtype. */
function narrow(value: bigint | undefined): number | bigint | null {
  if (value === undefined) return null;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
