export interface EpochCacheOptions<Value> {
  /** Sum of the weights that is kept; what was not asked for longest goes first. */
  readonly maxWeight: number;
  readonly weightOf: (value: Value) => number;
  readonly load: (key: string) => Promise<Value>;
}

/** Loads that were overtaken by a change are repeated this often, then answered without being kept. */
const MAX_LOADS = 3;

/** Remembers records until it is told that they changed. A record that changes while it is read is read again, so none stays that is old. */
export class EpochCache<Value> {
  readonly #options: EpochCacheOptions<Value>;
  readonly #values = new Map<string, Value>();
  readonly #loading = new Map<string, Promise<Value>>();
  #weight = 0;
  #forgotten = 0;

  constructor(options: EpochCacheOptions<Value>) {
    this.#options = options;
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  /** The remembered value, or a fresh one. Callers who wait for the same key share one load. */
  fetch(key: string): Promise<Value> {
    const known = this.get(key);
    if (known !== undefined) return Promise.resolve(known);
    const underWay = this.#loading.get(key);
    if (underWay !== undefined) return underWay;
    const loading = this.#load(key).finally(() => this.#loading.delete(key));
    this.#loading.set(key, loading);
    return loading;
  }

  forget(keys: Iterable<string>): void {
    this.#forgotten += 1;
    for (const key of keys) this.#drop(key);
  }

  clear(): void {
    this.#forgotten += 1;
    this.#values.clear();
    this.#weight = 0;
  }

  async #load(key: string): Promise<Value> {
    for (let loads = 1; ; loads++) {
      const before = this.#forgotten;
      const value = await this.#options.load(key);
      if (before === this.#forgotten) this.#keep(key, value);
      else if (loads < MAX_LOADS) continue;
      return value;
    }
  }

  #keep(key: string, value: Value): void {
    this.#drop(key);
    this.#values.set(key, value);
    this.#weight += this.#options.weightOf(value);
    for (const oldest of this.#values.keys()) {
      if (this.#weight <= this.#options.maxWeight || oldest === key) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#values.delete(key);
    this.#weight -= this.#options.weightOf(value);
  }
}
