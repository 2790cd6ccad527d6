/** The most that is kept, however long a row of chunks is: a row of a 3 GB matrix takes some 50 MB as libraries choose chunks. */
const MAX_CACHED_BYTES = 128 * 1024 * 1024;
const MIN_CACHED_BYTES = 4 * 1024 * 1024;

/**
 * Unpacked chunks, the most recently used of them, for all data sets of one file together. When a row of chunks fits,
 * reading in order unpacks each chunk once.
 */
export class ChunkCache {
  readonly #chunks = new Map<string, Uint8Array>();
  #bytes = 0;

  /** `rowBytes`: of a row of chunks of the data set that asks; no more than that is kept. */
  get(key: string, rowBytes: number, make: () => Uint8Array): Uint8Array {
    const known = this.#chunks.get(key);
    if (known !== undefined) {
      this.#chunks.delete(key);
      this.#chunks.set(key, known);
      return known;
    }
    const chunk = make();
    this.#bytes += chunk.length;
    this.#chunks.set(key, chunk);
    const room = Math.min(MAX_CACHED_BYTES, Math.max(MIN_CACHED_BYTES, rowBytes));
    for (const [oldest, old] of this.#chunks) {
      if (this.#bytes <= room || oldest === key) break;
      this.#chunks.delete(oldest);
      this.#bytes -= old.length;
    }
    return chunk;
  }
}
