import type { VerifiedCheckpoint } from './checkpoint.ts';
import { sameBytes } from './encoding.ts';
import type { Report } from './export-check.ts';

/** The tree over the leaves read so far; without a root when some of them are missing. */
interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array | null;
}

interface KnownHead extends TreeHead {
  readonly root: Uint8Array;
}

/** Checkpoints that came too early, kept until their leaves are there. */
const MAX_EARLY = 16;

/**
 * The checkpoints of an export against the tree of its leaves. A signed checkpoint that does not fit tells of changed
 * entries; if a later one fits all the same, the log has signed two histories, which is a fork.
 */
export class HistoryCheck {
  readonly #report: Report;
  #head: VerifiedCheckpoint | null = null;
  #count = 0;
  #seen = 0;
  #furthest = 0;
  #early: VerifiedCheckpoint[] = [];
  /** The first checkpoint since the last good one that does not fit, and where that one was. */
  #misfit: { readonly from: number; readonly size: number } | null = null;
  /** It was said already what was done to the leaves: that no later checkpoint fits follows from it. */
  #isExplained = false;

  constructor(report: Report) {
    this.#report = report;
  }

  /** The last checkpoint that holds. */
  get head(): VerifiedCheckpoint | null {
    return this.#head;
  }

  /** How many hold. */
  get count(): number {
    return this.#count;
  }

  /** The largest size that any signed checkpoint speaks of. */
  get furthest(): number {
    return this.#furthest;
  }

  get isEmpty(): boolean {
    return this.#seen === 0;
  }

  /** A checkpoint whose signatures hold, at its place in the export. */
  add(verified: VerifiedCheckpoint, tree: TreeHead): void {
    const { size } = verified.checkpoint;
    this.#seen += 1;
    this.#furthest = Math.max(this.#furthest, size);
    if (size > tree.size) this.#keepEarly(verified, tree.size);
    else if (size < tree.size) this.#misplaced(verified, tree.size);
    else if (tree.root !== null) this.#compare(verified, tree.root);
  }

  /** True when a checkpoint that came too early is of this size. */
  awaits(size: number): boolean {
    return this.#early.length > 0 && this.#early.some(({ checkpoint }) => checkpoint.size === size);
  }

  /** The leaves that such a checkpoint covers are there now. */
  reached(tree: KnownHead): void {
    const settled = this.#early.filter(({ checkpoint }) => checkpoint.size === tree.size);
    this.#early = this.#early.filter(({ checkpoint }) => checkpoint.size !== tree.size);
    for (const one of settled) this.#settle(one, tree);
  }

  /** A checkpoint that was signed wrongly: it says nothing, but it was there. */
  addInvalid(size: number): void {
    this.#seen += 1;
    this.#furthest = Math.max(this.#furthest, size);
  }

  finish(): void {
    if (this.#misfit === null || this.#isExplained) return;
    const { from, size } = this.#misfit;
    const detail = `the checkpoint of ${size} entries does not fit the entries from ${from} on`;
    this.#report('history-rewritten', detail, { index: from, end: size });
  }

  #compare(verified: VerifiedCheckpoint, root: Uint8Array): void {
    const { checkpoint } = verified;
    const goodSize = this.#head?.checkpoint.size ?? 0;
    if (sameBytes(checkpoint.root, root)) {
      if (this.#misfit !== null) this.#fork(this.#misfit.from, this.#misfit.size);
      this.#misfit = null;
      this.#head = verified;
      this.#count += 1;
    } else if (this.#head !== null && goodSize === checkpoint.size) this.#fork(0, checkpoint.size);
    else this.#misfit ??= { from: goodSize, size: checkpoint.size };
  }

  #fork(index: number, end: number): void {
    this.#report('fork', `the log signed two histories of its first ${end} entries`, { index, end });
  }

  /** Fewer leaves than it covers: they follow, or are missing, which the next leaves tell, or the end does. */
  #keepEarly(verified: VerifiedCheckpoint, position: number): void {
    if (this.#early.length < MAX_EARLY) this.#early.push(verified);
    else this.#misplaced(verified, position);
  }

  #settle(verified: VerifiedCheckpoint, { size, root }: KnownHead): void {
    if (sameBytes(verified.checkpoint.root, root)) {
      this.#misplaced(verified, size);
      return this.#compare(verified, root);
    }
    const from = this.#head?.checkpoint.size ?? 0;
    const detail = `the checkpoint of ${size} entries comes after fewer, and they do not fit`;
    this.#report('entry-deleted', detail, { index: from, end: size });
    this.#isExplained = true;
  }

  #misplaced({ checkpoint }: VerifiedCheckpoint, position: number): void {
    this.#report('checkpoint-misplaced', `that of ${checkpoint.size} entries, by entry ${position}`);
  }
}
