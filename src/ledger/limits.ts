const KiB = 1024;
const MiB = 1024 * KiB;

/** Every bound of the ledger, in one place. */
export const ledgerLimits = {
  /** A canonical entry: tlog-tiles frames entries with a 16-bit length. */
  maxEntryBytes: 65_535,
  /** Objects inside objects, the entry itself being 1. */
  maxEntryDepth: 16,
  maxReasons: 64,
  maxReasonChars: 1024,
  /** Ids of entries, actors, objects and policies. */
  maxIdChars: 1024,
  /** Activities, kinds and names of fields. */
  maxNameChars: 64,
  maxPersonalFields: 32,
  maxPersonalValueChars: 4096,
  /** Sizes are numbers: beyond this they are not exact. */
  maxTreeSize: Number.MAX_SAFE_INTEGER,
  /** RFC 9162: a tree of at most 2^63 leaves is 63 levels high. */
  maxProofHashes: 63,
  /** signed-note: at least 16 must be accepted; a log with two keys and 14 witnesses has as many. */
  maxNoteSignatures: 32,
  /** 32 signatures of ML-DSA-44 are 105 KiB as text. */
  maxNoteBytes: 192 * KiB,
  maxKeyNameChars: 255,
  /** An `add-checkpoint` request: a proof, a checkpoint. */
  maxWitnessRequestBytes: 200 * KiB,
  maxWitnessResponseBytes: 64 * KiB,
  maxProofFileBytes: 320 * KiB,
  /** A line of a bundle: a checkpoint written as a JSON string, or an entry, or 256 hashes. */
  maxBundleLineBytes: 256 * KiB,
  /** Checkpoints of the history whose sizes lie within one tile of 256 leaves; each size may have been signed again. */
  maxCheckpointsPerTile: 4096,
  /** Verifier keys named in the header of a bundle or served at `keys`. */
  maxExportKeys: 64,
  maxKeysBytes: 256 * KiB,
  /** 256 entries, each with its length. */
  maxEntryTileBytes: 16 * MiB + 64 * KiB,
  /** Problems of one export that are listed; further ones are counted. */
  maxProblems: 100,
} as const;
