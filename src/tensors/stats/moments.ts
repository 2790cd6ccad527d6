/** Count, mean and spread of finite numbers, and their bounds, put together from pieces (Chan, Golub, LeVeque 1979). */
export class Moments {
  count = 0;
  mean = 0;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  /** Sum of squared distances from the mean. */
  #squares = 0;

  /** Adds one number `times` times. */
  addTimes(value: number, times: number): void {
    this.#merge(times, value, 0);
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
  }

  /** Adds the first `count` numbers, all finite. */
  add(values: Float64Array, count: number): void {
    if (count === 0) return;
    let { min, max } = this;
    let sum = 0;
    for (let i = 0; i < count; i += 1) {
      const value = values[i] as number;
      sum += value;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    const mean = sum / count;
    let squares = 0;
    for (let i = 0; i < count; i += 1) squares += ((values[i] as number) - mean) ** 2;
    this.min = min;
    this.max = max;
    this.#merge(count, mean, squares);
  }

  /** Spread of the numbers themselves, not an estimate from a sample. */
  get deviation(): number {
    return this.count === 0 ? Number.NaN : Math.sqrt(this.#squares / this.count);
  }

  #merge(count: number, mean: number, squares: number): void {
    if (count === 0) return;
    const total = this.count + count;
    const distance = mean - this.mean;
    this.mean += (distance * count) / total;
    this.#squares += squares + distance * distance * ((this.count * count) / total);
    this.count = total;
  }
}
