import { LimitError } from '../../bytes/errors.ts';
import type { Value } from './values.ts';

const CHUNK = 4096;

/**
 * The unpickler's memo. Picklers number from zero, so slots come in chunks that are never copied; an index far
 * ahead of what was stored, which only a hostile stream has, goes to a map instead of allocating the gap.
 */
export class Memo {
  readonly #chunks: (Value | undefined)[][] = [];
  readonly #sparse = new Map<number, Value>();
  readonly #maxEntries: number;
  /** How many slots are filled: the index MEMOIZE uses next (`memo_len` in Modules/_pickle.c). */
  count = 0;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get(index: number): Value | undefined {
    return this.#chunks[Math.floor(index / CHUNK)]?.[index % CHUNK] ?? this.#sparse.get(index);
  }

  put(index: number, value: Value): void {
    if (this.get(index) === undefined) this.#grow();
    if (index > this.count + CHUNK) {
      this.#sparse.set(index, value);
      return;
    }
    const number = Math.floor(index / CHUNK);
    while (this.#chunks.length <= number) this.#chunks.push(Array.from({ length: CHUNK }));
    const chunk = this.#chunks[number] as (Value | undefined)[];
    chunk[index % CHUNK] = value;
    this.#sparse.delete(index);
  }

  #grow(): void {
    this.count += 1;
    if (this.count > this.#maxEntries) throw LimitError.of('maxPickleStack', this.#maxEntries, this.count);
  }
}
