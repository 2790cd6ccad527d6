/** Where one chunk of a data set is in the file. */
export interface StoredChunk {
  readonly position: number;
  readonly bytes: number;
  readonly mask: number;
}

const FIELDS = 4;

/** The chunks of a data set by their number in C order, in 32 bytes each however they were listed. */
export class ChunkTable {
  #rows: number[] = [];
  #sorted: Float64Array | undefined;

  add(number: number, { position, bytes, mask }: StoredChunk): void {
    this.#rows.push(number, position, bytes, mask);
  }

  get count(): number {
    return (this.#sorted ?? this.#rows).length / FIELDS;
  }

  /** Sorts what was added; the number of a chunk that was added twice, or undefined. */
  finish(): number | undefined {
    const order = Array.from({ length: this.count }, (_, i) => i);
    order.sort((a, b) => (this.#rows[a * FIELDS] as number) - (this.#rows[b * FIELDS] as number));
    const sorted = new Float64Array(this.#rows.length);
    for (const [to, from] of order.entries()) {
      sorted.set(this.#rows.slice(from * FIELDS, (from + 1) * FIELDS), to * FIELDS);
    }
    this.#sorted = sorted;
    this.#rows = [];
    for (let i = FIELDS; i < sorted.length; i += FIELDS) if (sorted[i] === sorted[i - FIELDS]) return sorted[i];
    return undefined;
  }

  find(number: number): StoredChunk | undefined {
    const rows = this.#sorted ?? new Float64Array(0);
    let low = 0;
    let high = rows.length / FIELDS - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const at = middle * FIELDS;
      const found = rows[at] as number;
      if (found === number) {
        return { position: rows[at + 1] as number, bytes: rows[at + 2] as number, mask: rows[at + 3] as number };
      }
      if (found < number) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }
}
