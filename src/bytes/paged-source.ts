import type { Place, Source } from './source.ts';

/** A miss in the middle of nowhere costs one small page: a probe at 25 places of a 10 GB file reads 100 KB. */
const PAGE_BYTES = 4 * 1024;
/** A miss right after a cached page is taken as reading on: one system call then brings 64 KiB. */
const RUN_PAGES = 16;
const MAX_PAGES = 1024;

/** Copying so many bytes one by one costs less than the view that copying them at once needs. */
const FEW_BYTES = 32;

function copy(page: Uint8Array, from: number, into: Uint8Array, to: { at: number; length: number }): void {
  const { at, length } = to;
  if (length > FEW_BYTES) into.set(page.subarray(from, from + length), at);
  else for (let i = 0; i < length; i += 1) into[at + i] = page[from + i] as number;
}

/** A page cache in front of a slow source: small scattered reads cost memory copies instead of system calls. */
export class PagedSource implements Source {
  /** The source behind the cache. */
  readonly base: Source;
  readonly #pages = new Map<number, Uint8Array>();

  constructor(base: Source) {
    this.base = base;
  }

  get size(): number {
    return this.base.size;
  }

  get sequential(): boolean {
    return this.base.sequential === true;
  }

  beneath(offset: number): Place {
    return { source: this.base, offset };
  }

  read(offset: number, into: Uint8Array): number {
    if (into.length >= PAGE_BYTES * RUN_PAGES) return this.base.read(offset, into);
    let copied = 0;
    while (copied < into.length) {
      const at = offset + copied;
      const number = Math.floor(at / PAGE_BYTES);
      const page = this.#page(number);
      const from = at - number * PAGE_BYTES;
      const length = Math.min(page.length - from, into.length - copied);
      if (length <= 0) break;
      copy(page, from, into, { at: copied, length });
      copied += length;
    }
    return copied;
  }

  #page(number: number): Uint8Array {
    return this.#pages.get(number) ?? this.#load(number);
  }

  #load(number: number): Uint8Array {
    const run = new Uint8Array(PAGE_BYTES * (this.#pages.has(number - 1) ? RUN_PAGES : 1));
    const length = this.base.read(number * PAGE_BYTES, run);
    // A short run is copied, so that 10^5 tiny files do not cost a whole buffer each.
    const filled = length < run.length / 2 ? run.slice(0, length) : run.subarray(0, length);
    for (let start = 0; start === 0 || start < filled.length; start += PAGE_BYTES) {
      this.#pages.set(number + start / PAGE_BYTES, filled.subarray(start, start + PAGE_BYTES));
    }
    while (this.#pages.size > MAX_PAGES) this.#pages.delete(this.#pages.keys().next().value as number);
    return filled.subarray(0, PAGE_BYTES);
  }
}
