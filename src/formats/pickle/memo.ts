import { LimitError } from '../../bytes/errors.ts';
import type { Value } from './values.ts';

const CHUNK = 4096;
/** What no plain value within the first 2 GiB is. */
const EMPTY = -(2 ** 31);
const ELSEWHERE = EMPTY + 1;

/**
 * The unpickler's memo. Picklers number from zero, so slots come in chunks that are never copied, 4 bytes a plain value;
 * objects, and plain values beyond 2 GiB, stand in a map. An index far ahead of what was stored, which only a hostile
 * stream has, goes there too instead of allocating the gap.
 */
export class Memo {
  readonly #chunks: Int32Array[] = [];
  readonly #others = new Map<number, Value>();
  readonly #maxEntries: number;
  /** How many slots are filled: the index MEMOIZE uses next (`memo_len` in Modules/_pickle.c). */
  count = 0;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get(index: number): Value | undefined {
    const slot = this.#chunks[Math.floor(index / CHUNK)]?.[index % CHUNK];
    return slot === undefined || slot === EMPTY || slot === ELSEWHERE ? this.#others.get(index) : slot;
  }

  put(index: number, value: Value): void {
    if (this.get(index) === undefined) this.#grow();
    const isPlain = typeof value === 'number' && value > ELSEWHERE && value < -EMPTY;
    if (index > this.count + CHUNK) {
      this.#others.set(index, value);
      return;
    }
    const chunk = this.#chunk(Math.floor(index / CHUNK));
    chunk[index % CHUNK] = isPlain ? value : ELSEWHERE;
    if (!isPlain) this.#others.set(index, value);
    else if (this.#others.size > 0) this.#others.delete(index);
  }

  #chunk(number: number): Int32Array {
    while (this.#chunks.length <= number) this.#chunks.push(new Int32Array(CHUNK).fill(EMPTY));
    return this.#chunks[number] as Int32Array;
  }

  #grow(): void {
    this.count += 1;
    if (this.count > this.#maxEntries) throw LimitError.of('maxPickleStack', this.#maxEntries, this.count);
  }
}
