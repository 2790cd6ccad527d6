import type { TreeNode } from './tree.ts';

/** Leaves that lie beside each other, with the entries below them. */
export interface LeafGroup {
  readonly kind: 'leaves';
  /** Index of the first. */
  readonly start: number;
  /** At most 256. */
  readonly leaves: readonly Uint8Array[];
  /** One for each leaf, unless something is wrong; null where retention removed the content. */
  readonly entries: readonly (Uint8Array | null)[];
  /** Nodes that the source says these leaves complete. */
  readonly nodes?: readonly TreeNode[] | undefined;
  /** Checkpoints that cover some of these leaves and not all, in the order of their sizes. */
  readonly checkpoints?: readonly SizedNote[] | undefined;
}

/** A signed checkpoint, with the size that it speaks of. */
export interface SizedNote {
  readonly size: number;
  readonly note: string;
}

/** A signed checkpoint, which comes just after the last leaf it covers. */
export interface CheckpointItem {
  readonly kind: 'checkpoint';
  readonly note: string;
}

/** What an export consists of, in the order of the log, whatever it is kept in. */
export type ExportItem = LeafGroup | CheckpointItem;

/** What an export says of itself: nothing to rely on. */
export interface ExportHeader {
  readonly origin: string;
  readonly size: number;
  /** Verifier keys, as text. */
  readonly keys: readonly string[];
}

export interface Export {
  readonly header: ExportHeader;
  readonly items: AsyncIterable<ExportItem>;
}
