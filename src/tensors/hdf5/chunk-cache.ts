/**
 * Unpacked chunks kept for all data sets of one file together. A row of chunks must fit for reading in order to unpack
 * each chunk once; libraries choose chunks so that a row of a 3 GB matrix takes some 50 MB.
 */
const MAX_CACHED_BYTES = 128 * 1024 * 1024;

/** The most recently used chunks of a file, within bounds. */
export class ChunkCache {
  readonly #chunks = new Map<string, Uint8Array>();
  #bytes = 0;

  get(key: string, make: () => Uint8Array): Uint8Array {
    const known = this.#chunks.get(key);
    if (known !== undefined) {
      this.#chunks.delete(key);
      this.#chunks.set(key, known);
      return known;
    }
    const chunk = make();
    this.#bytes += chunk.length;
    this.#chunks.set(key, chunk);
    for (const [oldest, old] of this.#chunks) {
      if (this.#bytes <= MAX_CACHED_BYTES || oldest === key) break;
      this.#chunks.delete(oldest);
      this.#bytes -= old.length;
    }
    return chunk;
  }
}
