export interface LedgerEntryTable {
  readonly entry_index: number;
  readonly id: string;
  /** ms since 1970. */
  readonly time: number;
  readonly class: string;
  /** What of the activity is before its first dot. */
  readonly area: string;
  readonly activity: string;
  readonly actor_kind: string;
  readonly actor_id: string;
  readonly object_kind: string | null;
  readonly object_id: string | null;
  readonly decision: string | null;
  readonly outcome: string;
  readonly severity: string;
  /** The leaf as it was hashed; null once retention has removed it. */
  readonly bytes: Uint8Array | null;
  readonly leaf_hash: Uint8Array;
}

/** What the commitments of an entry stand for, until it is erased. */
interface LedgerOpeningTable {
  readonly entry_index: number;
  readonly field: string;
  readonly salt: Uint8Array;
  readonly value: string;
}

/** 256 hashes that are complete for ever. */
interface LedgerTileTable {
  readonly level: number;
  readonly tile_index: number;
  readonly hashes: Uint8Array;
  readonly root: Uint8Array;
}

/** One row: where the tree ends. */
interface LedgerHeadTable {
  readonly id: number;
  readonly size: number;
  /** Roots of the complete subtrees, the largest first, one after the other. */
  readonly edge: Uint8Array;
}

/** One row: how far contents were removed. */
interface LedgerRetentionTable {
  readonly id: number;
  /** Contents of entries below it are removed, as an entry says. */
  readonly retained_from: number;
  /** How far that is done. */
  readonly removed_to: number;
}

interface LedgerCheckpointTable {
  readonly size: number;
  readonly root: Uint8Array;
  readonly time: number;
  /** The signed note. */
  readonly note: string;
}

interface LedgerCosignatureTable {
  readonly size: number;
  readonly witness: string;
  /** The signature line, as it is added to the note. */
  readonly line: string;
  readonly time: number;
}

/** What each witness has seen of this ledger. */
interface LedgerWitnessTable {
  readonly name: string;
  readonly url: string;
  readonly size: number;
  readonly seen_at: number | null;
  readonly fault: string | null;
}

export interface LedgerTables {
  readonly ledger_entry: LedgerEntryTable;
  readonly ledger_opening: LedgerOpeningTable;
  readonly ledger_tile: LedgerTileTable;
  readonly ledger_head: LedgerHeadTable;
  readonly ledger_retention: LedgerRetentionTable;
  readonly ledger_checkpoint: LedgerCheckpointTable;
  readonly ledger_cosignature: LedgerCosignatureTable;
  readonly ledger_witness: LedgerWitnessTable;
}
