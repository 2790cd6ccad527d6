/** The ledger without files or sockets: recording, proving and checking, in Node and in a browser. */
export { bundleHeader, bundleLines, readBundle } from './bundle.ts';
export { canonicalJson, type JsonObject, type JsonValue } from './canonical.ts';
export { type Checkpoint, formatCheckpoint, parseCheckpoint } from './checkpoint-text.ts';
export { type LedgerTrust, signCheckpoint, type VerifiedCheckpoint, verifyCheckpoint } from './checkpoint.ts';
export { commitTo, type Opening, opensCommitment, SALT_BYTES } from './commitment.ts';
export {
  type Entry,
  type EntryActor,
  type EntryDraft,
  type EntryObject,
  parseEntry,
  type SealedEntry,
  sealEntry,
  type SealOptions,
  verifyOpening,
} from './entry.ts';
export {
  type ActorKind,
  type EntryClass,
  entryClasses,
  type EntryDecision,
  type EntryOutcome,
  type EntrySeverity,
} from './entry-classes.ts';
export { LedgerError, type LedgerErrorCode } from './errors.ts';
export { type LedgerProblem, RETENTION_ACTIVITY } from './export-check.ts';
export type { CheckpointItem, Export, ExportHeader, ExportItem, LeafGroup, SizedNote } from './export-item.ts';
export { type HashFunction, portableHash } from './hashing.ts';
export { ledgerLimits } from './limits.ts';
export type { ByteStream } from './lines.ts';
export {
  formatNote,
  formatSignature,
  type Note,
  type NoteSignature,
  parseNote,
  parseSignatures,
  withSignatures,
} from './note.ts';
export {
  formatProofFile,
  parseProofFile,
  type ProofFile,
  type VerifiedProof,
  verifyProofFile,
} from './proof-file.ts';
export {
  buildProof,
  consistencyNodes,
  inclusionNodes,
  type NodeReader,
  type ProofNodes,
  readConsistencyProof,
  readInclusionProof,
} from './proof-nodes.ts';
export {
  type ConsistencyClaim,
  continuesEmpty,
  type InclusionClaim,
  type Proof,
  verifyConsistency,
  verifyInclusion,
} from './proofs.ts';
export {
  type NoteSigner,
  noteSigner,
  portableChecks,
  type SignatureChecks,
  type SignerOptions,
  type VerifiedSignature,
  verifySignatures,
} from './signature.ts';
export { readTiles, type TileReader, type TilesOptions } from './tiles-export.ts';
export {
  formatEntryTile,
  formatHashTile,
  parseEntryTile,
  parseHashTile,
  parseTilePath,
  type TileCoordinate,
  tilePath,
  tilesOf,
} from './tiles.ts';
export {
  CompactRange,
  type CompactState,
  edgeNodes,
  emptyRoot,
  leafHash,
  nodeHash,
  type TreeCoordinate,
  type TreeNode,
} from './tree.ts';
export {
  formatVerifierKey,
  parseVerifierKey,
  type SignatureType,
  type VerifierKey,
  verifierKey,
} from './verifier-key.ts';
export { type LedgerVerification, verifyExport, type VerifyOptions } from './verify.ts';
export {
  type CosignDecision,
  type CosignRequest,
  decideCosignature,
  formatCosignRequest,
  type LogLookup,
  parseCosignRequest,
  type WitnessedHead,
} from './witness.ts';
