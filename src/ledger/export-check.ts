import type { Checkpoint } from './checkpoint-text.ts';
import { type LedgerTrust, type VerifiedCheckpoint, verifyCheckpoint } from './checkpoint.ts';
import { sameBytes } from './encoding.ts';
import { type Entry, parseEntry } from './entry.ts';
import { LedgerError, type LedgerErrorCode } from './errors.ts';
import type { LeafGroup } from './export-item.ts';
import { checkGroup } from './group-check.ts';
import type { HashFunction } from './hashing.ts';
import { HistoryCheck } from './history-check.ts';
import { ledgerLimits } from './limits.ts';
import type { SignatureChecks } from './signature.ts';
import { CompactRange, type TreeNode } from './tree.ts';
import type { LedgerVerification } from './verify.ts';

/** One thing that is wrong with an export. */
export interface LedgerProblem {
  readonly code: LedgerErrorCode;
  readonly message: string;
  readonly hint: string | null;
  /** Index of the first entry concerned; null when it is not about entries. */
  readonly index: number | null;
  /** Index after the last entry concerned. */
  readonly end: number | null;
}

export interface Span {
  readonly index: number;
  readonly end: number;
}

export type Report = (code: LedgerErrorCode, detail: string, span?: Span) => void;

export interface ExportCheckOptions {
  readonly trust: LedgerTrust;
  readonly hash: HashFunction;
  readonly checks: SignatureChecks;
  readonly remembered: Checkpoint | null;
}

/** What is known of an export that is read from its beginning to its end. */
export class ExportCheck {
  readonly #options: ExportCheckOptions;
  readonly #problems: LedgerProblem[] = [];
  readonly #range: CompactRange;
  readonly #history: HistoryCheck;
  #problemCount = 0;
  /** Index that the next leaf has. */
  #position = 0;
  /** Leaves were left out: no root can be computed from here on. */
  #isBroken = false;
  #removed = 0;
  #lastRemoved = -1;
  /** Below it retention may have removed contents: the log itself says so. */
  #removedBelow = 0;
  #isRememberedFound = false;
  #isInterrupted = false;

  constructor(options: ExportCheckOptions) {
    this.#options = options;
    this.#range = new CompactRange(undefined, options.hash);
    this.#history = new HistoryCheck(this.#report);
    this.#compareRemembered();
  }

  get position(): number {
    return this.#position;
  }

  leaves(group: LeafGroup): void {
    if (group.start < this.#position) return this.#outOfOrder(group);
    if (group.start > this.#position) this.#skipTo(group.start);
    this.#compareEntries(group);
    this.#append(group);
  }

  checkpoint(note: string): void {
    const { trust, checks } = this.#options;
    try {
      // The witnesses of the last one count: earlier ones were perhaps not asked yet.
      const verified = verifyCheckpoint(note, { ...trust, quorum: 0 }, checks);
      this.#history.add(verified, { size: this.#position, root: this.#root() });
    } catch (error) {
      if (!(error instanceof LedgerError) || error.exitCode === 2) throw error;
      this.#history.addInvalid(this.#position);
      this.#add(error, null);
    }
  }

  /** The rest cannot be read. */
  interrupted(error: LedgerError): void {
    this.#isInterrupted = true;
    this.#add(error, { index: this.#position, end: this.#position + 1 });
  }

  /** Everything was read; `claimedSize` is what the export says of itself. */
  finish(claimedSize: number): LedgerVerification {
    const { remembered } = this.#options;
    if (!this.#isInterrupted) this.#checkEnd(claimedSize);
    this.#history.finish();
    if (remembered !== null) this.#checkRollback(remembered, claimedSize);
    this.#checkRemoved();
    const head = this.#history.head;
    if (head !== null) this.#checkQuorum(head);
    return {
      ok: this.#problemCount === 0,
      head,
      entries: this.#position,
      removed: this.#removed,
      checkpoints: this.#history.count,
      remembered: remembered === null ? null : this.#isRememberedFound,
      problems: this.#problems,
      problemsLeftOut: this.#problemCount - this.#problems.length,
    };
  }

  #root = (): Uint8Array | null => (this.#isBroken ? null : this.#range.root());

  #outOfOrder({ start, leaves }: LeafGroup): void {
    this.#isBroken = true;
    const span = { index: start, end: start + leaves.length };
    this.#report('entries-reordered', `entry ${start} follows entry ${this.#position - 1}`, span);
  }

  #skipTo(start: number): void {
    const span = { index: this.#position, end: start };
    this.#report('entry-deleted', `entry ${this.#position} is followed by entry ${start}`, span);
    this.#isBroken = true;
    this.#position = start;
  }

  #compareEntries(group: LeafGroup): void {
    const { faults, sound, removed } = checkGroup(group, this.#options.hash);
    for (const { code, index } of faults) this.#report(code, `entry ${index}`, { index, end: index + 1 });
    for (const { index, bytes } of sound) this.#readEntry(bytes, index);
    this.#removed += removed.length;
    this.#lastRemoved = removed.at(-1) ?? this.#lastRemoved;
  }

  #readEntry(bytes: Uint8Array, index: number): void {
    try {
      // What is recorded later cannot have been removed by what was recorded before.
      this.#removedBelow = Math.max(this.#removedBelow, Math.min(index, removedBelow(parseEntry(bytes))));
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      this.#add(error, { index, end: index + 1 });
    }
  }

  #append({ leaves, nodes = [], checkpoints = [] }: LeafGroup): void {
    let due = 0;
    const told = new Map(nodes.map((node) => [`${node.level}/${node.index}`, node]));
    for (const leaf of leaves) {
      this.#position += 1;
      if (!this.#isBroken) this.#grow(leaf, told);
      for (; (checkpoints[due]?.size ?? Number.POSITIVE_INFINITY) <= this.#position; due += 1) {
        this.checkpoint(checkpoints[due]?.note ?? '');
      }
    }
  }

  #grow(leaf: Uint8Array, told: ReadonlyMap<string, TreeNode>): void {
    for (const node of this.#range.append(leaf)) this.#compareNode(node, told);
    this.#compareRemembered();
    if (!this.#history.awaits(this.#position)) return;
    this.#history.reached({ size: this.#position, root: this.#range.root() });
  }

  #compareNode({ level, index, hash }: TreeNode, told: ReadonlyMap<string, TreeNode>): void {
    const other = told.get(`${level}/${index}`);
    if (other === undefined || sameBytes(other.hash, hash)) return;
    const width = 2 ** level;
    this.#report('tile-mismatch', `node ${index} of level ${level}`, {
      index: index * width,
      end: (index + 1) * width,
    });
  }

  #compareRemembered(): void {
    const { remembered } = this.#options;
    if (remembered?.size !== this.#position) return;
    if (sameBytes(remembered.root, this.#range.root())) {
      this.#isRememberedFound = true;
      return;
    }
    const detail = `the first ${remembered.size} entries are not those of the checkpoint remembered`;
    this.#report('fork', detail, { index: 0, end: remembered.size });
  }

  #checkEnd(claimedSize: number): void {
    const expected = Math.max(claimedSize, this.#history.furthest);
    if (expected > this.#position) {
      const detail = `${expected} entries are announced, ${this.#position} are there`;
      this.#report('truncated', detail, { index: this.#position, end: expected });
    } else if (this.#history.furthest < this.#position) {
      const detail = `no checkpoint covers the entries from ${this.#history.furthest} on`;
      this.#report('truncated', detail, { index: this.#history.furthest, end: this.#position });
    } else if (this.#history.isEmpty) this.#report('truncated', 'there is no checkpoint');
  }

  /** What is only cut off is truncated; what claims to be all there is was rolled back. */
  #checkRollback({ size }: Checkpoint, claimedSize: number): void {
    if (size <= Math.max(claimedSize, this.#position, this.#history.furthest)) return;
    const detail = `it had ${size} entries, and now has ${this.#position}`;
    this.#report('rollback', detail, { index: this.#position, end: size });
  }

  #checkRemoved(): void {
    if (this.#lastRemoved < this.#removedBelow) return;
    const index = this.#lastRemoved;
    this.#report('entry-withheld', `entry ${index}, and perhaps others before it`, { index, end: index + 1 });
  }

  #checkQuorum(head: VerifiedCheckpoint): void {
    const { quorum = 0 } = this.#options.trust;
    const found = new Set(head.cosignatures.map(({ key }) => key.name)).size;
    if (found < quorum) this.#report('quorum-unmet', `${quorum} are needed for the last checkpoint, ${found} found`);
  }

  #report: Report = (code, detail, span) => this.#add(LedgerError.of(code, detail), span ?? null);

  #add({ code, message, hint }: LedgerError, span: Span | null): void {
    this.#problemCount += 1;
    if (this.#problems.length === ledgerLimits.maxProblems) return;
    this.#problems.push({ code, message, hint: hint ?? null, index: span?.index ?? null, end: span?.end ?? null });
  }
}

/** Activity of the entry that records up to where contents were removed. */
export const RETENTION_ACTIVITY = 'ledger.retention';

/** What an entry of retention says: contents of entries with a smaller index may be gone. */
function removedBelow({ activity, actor, data }: Entry): number {
  const index = activity === RETENTION_ACTIVITY && actor.kind === 'system' ? data?.['removed_below'] : 0;
  return typeof index === 'number' && Number.isSafeInteger(index) ? index : 0;
}
