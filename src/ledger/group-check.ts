import { sameBytes, toHex } from './encoding.ts';
import type { LedgerErrorCode } from './errors.ts';
import type { LeafGroup } from './export-item.ts';
import type { HashFunction } from './hashing.ts';
import { leafHash } from './tree.ts';

interface GroupFault {
  readonly code: LedgerErrorCode;
  /** Index in the log. */
  readonly index: number;
}

export interface GroupResult {
  readonly faults: readonly GroupFault[];
  /** Entries that are what was recorded, with their indexes. */
  readonly sound: readonly { readonly index: number; readonly bytes: Uint8Array }[];
  /** Indexes of those whose content was removed. */
  readonly removed: readonly number[];
}

/** Compares entries with the leaves above them, and says of each that does not fit what was done to it. */
export function checkGroup({ start, leaves, entries }: LeafGroup, hash: HashFunction): GroupResult {
  const hashes = entries.map((entry) => (entry === null ? null : leafHash(entry, hash)));
  const isSound = hashes.length === leaves.length && hashes.every((one, at) => one !== null && isSame(one, leaves[at]));
  if (isSound)
    return { faults: [], removed: [], sound: entries.map((_, place) => soundAt(start, entries, place, place)) };
  const found = hashes.map((one) => (one === null ? null : toHex(one)));
  const { faults, sound, removed } = new GroupWalk(start, leaves.map(toHex), found).run();
  return { faults, removed, sound: sound.map(([line, place]) => soundAt(start, entries, line, place)) };
}

function isSame(one: Uint8Array, other: Uint8Array | undefined): boolean {
  return other !== undefined && sameBytes(one, other);
}

function soundAt(
  start: number,
  entries: LeafGroup['entries'],
  line: number,
  place: number,
): GroupResult['sound'][number] {
  return { index: start + place, bytes: entries[line] ?? new Uint8Array(0) };
}

/** Two fingers, one on the leaves and one on the entries. */
class GroupWalk {
  readonly #faults: GroupFault[] = [];
  readonly #sound: (readonly [line: number, place: number])[] = [];
  readonly #removed: number[] = [];
  readonly #start: number;
  readonly #wanted: readonly string[];
  readonly #found: readonly (string | null)[];
  readonly #placesOf: ReadonlyMap<string, number>;
  readonly #present: ReadonlySet<string | null>;
  #place = 0;
  #line = 0;

  constructor(start: number, wanted: readonly string[], found: readonly (string | null)[]) {
    this.#start = start;
    this.#wanted = wanted;
    this.#found = found;
    this.#placesOf = new Map(wanted.map((hash, place) => [hash, place]));
    this.#present = new Set(found);
  }

  run(): { faults: GroupFault[]; sound: (readonly [number, number])[]; removed: number[] } {
    while (this.#place < this.#wanted.length && this.#line < this.#found.length) this.#step();
    while (this.#place < this.#wanted.length) this.#missing();
    while (this.#line < this.#found.length) this.#surplus();
    return { faults: this.#faults, sound: this.#sound, removed: this.#removed };
  }

  #step(): void {
    const wanted = this.#wanted[this.#place] ?? '';
    const found = this.#found[this.#line] ?? null;
    if (found === null) {
      this.#removed.push(this.#start + this.#place);
      this.#advance();
    } else if (found === wanted) {
      this.#sound.push([this.#line, this.#place]);
      this.#advance();
    } else if (this.#placesOf.has(found)) this.#elsewhere(found, wanted);
    // As many entries as leaves are left, or fewer: this one stands in the place of the leaf's.
    else if (this.#linesLeft() <= this.#placesLeft() && !this.#present.has(wanted)) {
      this.#fault('entry-edited');
      this.#advance();
    } else {
      this.#fault('entry-inserted');
      this.#line += 1;
    }
  }

  /** An entry of this group, in a place that is not its own. */
  #elsewhere(found: string, wanted: string): void {
    const own = this.#placesOf.get(found) ?? 0;
    if (this.#present.has(wanted) || own < this.#place) {
      this.#fault('entries-reordered');
      this.#advance();
    } else this.#missing();
  }

  /** The place has no entry, unless that turns up in another. */
  #missing(): void {
    if (!this.#present.has(this.#wanted[this.#place] ?? '')) this.#fault('entry-deleted');
    this.#place += 1;
  }

  #surplus(): void {
    const hash = this.#found[this.#line] ?? null;
    this.#fault(hash !== null && this.#placesOf.has(hash) ? 'entries-reordered' : 'entry-inserted');
    this.#line += 1;
  }

  #linesLeft = (): number => this.#found.length - this.#line;
  #placesLeft = (): number => this.#wanted.length - this.#place;

  #advance(): void {
    this.#place += 1;
    this.#line += 1;
  }

  #fault(code: LedgerErrorCode): void {
    this.#faults.push({ code, index: this.#start + this.#place });
  }
}
