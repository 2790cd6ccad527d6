import type { Kysely } from 'kysely';
import { type LedgerTrust, verifyCheckpoint } from '../../ledger/checkpoint.ts';
import type { Checkpoint } from '../../ledger/checkpoint-text.ts';
import { sameBytes } from '../../ledger/encoding.ts';
import { LedgerError } from '../../ledger/errors.ts';
import type { SignatureChecks } from '../../ledger/signature.ts';
import { edgeNodes, emptyRoot, foldRight, leafHash } from '../../ledger/tree.ts';
import { StoreError } from '../errors.ts';
import type { Database } from '../tables/index.ts';
import { readLatest } from './checkpoint-keeper.ts';
import { nodeHash } from '../../node/ledger/crypto.ts';
import { readNodes, splitHashes } from './read-nodes.ts';

/** Contents of the newest entries that are hashed again: the work at a start does not grow with the ledger. */
const REHASHED_ENTRIES = 512;

export interface LedgerCheckOptions {
  /** Whose checkpoints are believed; null where nothing was ever signed. */
  readonly trust: LedgerTrust | null;
  readonly checks: SignatureChecks;
  /** The note that was remembered outside the records. */
  readonly remembered: string | null;
}

/**
 * Finds out at a start whether the records are those that were signed: the head against the nodes, the newest entries
 * against their hashes, the last checkpoint and the remembered one against the tree. An export checks the rest.
 * @throws StoreError `ledger-damaged`, `ledger-rolled-back`, `ledger-forked`, `ledger-keys-differ`.
 */
export async function checkLedger(db: Kysely<Database>, options: LedgerCheckOptions): Promise<void> {
  const head = await db.selectFrom('ledger_head').selectAll().where('id', '=', 1).executeTakeFirst();
  if (head === undefined) throw StoreError.of('ledger-damaged', 'it has no head');
  await checkLast(db, head.size);
  const edge = await readNodes(db, edgeNodes(head.size), head.size);
  if (!sameBytes(Buffer.concat(edge), Buffer.concat(splitHashes(head.edge)))) {
    throw StoreError.of('ledger-damaged', `the head of ${head.size} entries does not fit the hashes`);
  }
  await rehashNewest(db, head.size);
  const latest = await readLatest(db);
  for (const note of [latest?.note ?? null, options.remembered]) {
    if (note !== null) await checkAgainst(db, note, { ...options, size: head.size });
  }
}

async function checkLast(db: Kysely<Database>, size: number): Promise<void> {
  const last = await db
    .selectFrom('ledger_entry')
    .select('entry_index')
    .orderBy('entry_index', 'desc')
    .limit(1)
    .executeTakeFirst();
  const found = last === undefined ? 0 : last.entry_index + 1;
  if (found !== size) throw StoreError.of('ledger-damaged', `the head is at ${size}, the entries end at ${found}`);
}

async function rehashNewest(db: Kysely<Database>, size: number): Promise<void> {
  const rows = await db
    .selectFrom('ledger_entry')
    .select(['entry_index', 'bytes', 'leaf_hash'])
    .where('entry_index', '>=', size - REHASHED_ENTRIES)
    .execute();
  const expected = Math.min(size, REHASHED_ENTRIES);
  if (rows.length !== expected) {
    throw StoreError.of('ledger-damaged', `${expected - rows.length} of the last ${expected} entries are missing`);
  }
  for (const { entry_index: index, bytes, leaf_hash: stored } of rows) {
    if (bytes !== null && !sameBytes(leafHash(bytes, nodeHash), stored)) {
      throw StoreError.of('ledger-damaged', `entry ${index} is not the one that was hashed`);
    }
  }
}

async function checkAgainst(
  db: Kysely<Database>,
  note: string,
  { trust, checks, size }: LedgerCheckOptions & { readonly size: number },
): Promise<void> {
  if (trust === null) throw StoreError.of('ledger-unsigned', 'it was signed before, and no key is given now');
  const signed = believed(note, trust, checks);
  if (signed.size > size) {
    throw StoreError.of('ledger-rolled-back', `a checkpoint of ${signed.size} entries was signed, ${size} are there`);
  }
  const edge = await readNodes(db, edgeNodes(signed.size), signed.size);
  const root = edge.length === 0 ? emptyRoot() : foldRight(edge, nodeHash);
  if (!sameBytes(root, signed.root)) {
    throw StoreError.of('ledger-forked', `its first ${signed.size} entries are not those of the checkpoint`);
  }
}

/** True when all of these keys signed a checkpoint. */
export function isSignedBy(note: string, trust: LedgerTrust, checks: SignatureChecks): boolean {
  try {
    verifyCheckpoint(note, trust, checks);
    return true;
  } catch (error) {
    if (error instanceof LedgerError) return false;
    throw error;
  }
}

/** The checkpoint of a note that is trusted. @throws StoreError `ledger-forked`, `ledger-keys-differ`. */
export function believed(note: string, trust: LedgerTrust, checks: SignatureChecks): Checkpoint {
  try {
    return verifyCheckpoint(note, trust, checks).checkpoint;
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    if (error.code === 'unknown-key') throw StoreError.of('ledger-keys-differ', error.message, error);
    throw StoreError.of('ledger-forked', `the last checkpoint is not one of this ledger: ${error.message}`, error);
  }
}
