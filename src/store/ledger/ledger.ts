import type { Kysely } from 'kysely';
import { readConsistencyProof, readInclusionProof } from '../../ledger/proof-nodes.ts';
import type { Proof } from '../../ledger/proofs.ts';
import { StoreError } from '../errors.ts';
import type { Database } from '../tables/index.ts';
import type { LedgerEntryTable } from '../tables/ledger.ts';
import type { CheckpointKeeper, SignedCheckpoint } from './checkpoint-keeper.ts';
import { noteWithCosignatures, witnessesOf } from './cosignatures.ts';
import { type ExportProgress, readBundleBytes, readCheckpoints } from './read-export.ts';
import { readNodes } from './read-nodes.ts';
import { readTileFile, type TileFile } from './read-tile.ts';
import { retainedFrom } from './retention.ts';
import { type EntryFilter, type EntryPage, searchEntries } from './search.ts';

/** A checkpoint as others see it. */
export interface PublishedCheckpoint extends SignedCheckpoint {
  /** Names of those who cosigned it; their lines are in the note. */
  readonly witnesses: readonly string[];
}

export interface InclusionProof {
  readonly index: number;
  readonly leafHash: Uint8Array;
  readonly proof: Proof;
  readonly checkpoint: PublishedCheckpoint;
}

export interface ConsistencyProof {
  readonly fromSize: number;
  readonly proof: Proof;
  readonly checkpoint: PublishedCheckpoint;
}

/** What an entry's commitment stands for. */
export interface StoredOpening {
  readonly field: string;
  readonly salt: Uint8Array;
  readonly value: string;
}

export interface LedgerReaderOptions {
  readonly origin: string;
  /** Verifier keys, as text. */
  readonly keys: readonly string[];
  readonly read: Kysely<Database>;
  readonly keeper: CheckpointKeeper;
}

type PageRequest = { readonly limit: number; readonly cursor?: string | undefined };

/** Reads the ledger, and proves what is in it. */
export class Ledger {
  readonly origin: string;
  readonly keys: readonly string[];
  readonly #read: Kysely<Database>;
  readonly #keeper: CheckpointKeeper;

  constructor({ origin, keys, read, keeper }: LedgerReaderOptions) {
    this.origin = origin;
    this.keys = keys;
    this.#read = read;
    this.#keeper = keeper;
  }

  /** Entries that are committed. */
  async size(): Promise<number> {
    const head = this.#read.selectFrom('ledger_head').select('size').where('id', '=', 1);
    return (await head.executeTakeFirstOrThrow()).size;
  }

  /** Index of the first entry whose content is kept. */
  retainedFrom(): Promise<number> {
    return retainedFrom(this.#read);
  }

  /** @throws StoreError `cursor-invalid`. */
  search(filter: EntryFilter, page: PageRequest): Promise<EntryPage> {
    return searchEntries(this.#read, filter, page);
  }

  /** @throws StoreError `entry-unknown`. */
  async entry(index: number): Promise<LedgerEntryTable> {
    const found = await this.#read
      .selectFrom('ledger_entry')
      .selectAll()
      .where('entry_index', '=', index)
      .executeTakeFirst();
    if (found === undefined) throw StoreError.of('entry-unknown', `index ${index}`);
    return found;
  }

  /** What is left of what the commitments of an entry stand for. */
  async openings(index: number): Promise<readonly StoredOpening[]> {
    return this.#read
      .selectFrom('ledger_opening')
      .select(['field', 'salt', 'value'])
      .where('entry_index', '=', index)
      .orderBy('field')
      .execute();
  }

  /** The checkpoint with the most entries. Null when nothing was signed. */
  async latest(): Promise<PublishedCheckpoint | null> {
    const latest = await this.#keeper.latest();
    return latest === null ? null : this.#published(latest);
  }

  /** Signs now unless a checkpoint covers so many entries. @throws StoreError `ledger-unsigned`, `entry-unknown`. */
  async cover(size: number): Promise<void> {
    await this.#keeper.covering(size);
  }

  /** The newest first. @throws StoreError `cursor-invalid`. */
  async checkpoints({ limit, cursor }: PageRequest): Promise<{
    readonly items: readonly PublishedCheckpoint[];
    readonly next: string | null;
  }> {
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
    if (!Number.isSafeInteger(before)) throw StoreError.of('cursor-invalid', JSON.stringify(cursor));
    const found = await this.#read
      .selectFrom('ledger_checkpoint')
      .selectAll()
      .where('size', '<', before)
      .orderBy('size', 'desc')
      .limit(limit + 1)
      .execute();
    const items = await Promise.all(found.slice(0, limit).map((one) => this.#published(one)));
    const last = found.length > limit ? items.at(-1) : undefined;
    return { items, next: last === undefined ? null : String(last.size) };
  }

  /** The signed notes of all checkpoints, the oldest first. */
  async *history(): AsyncGenerator<string> {
    for await (const { note } of readCheckpoints(this.#read)) yield note;
  }

  /** Proves that an entry is in the tree of the latest checkpoint, or of that of a given size. @throws StoreError. */
  async inclusion(index: number, size?: number): Promise<InclusionProof> {
    const checkpoint = await this.#checkpointFor(index + 1, size);
    if (index >= checkpoint.size) throw StoreError.of('entry-unknown', `index ${index} of ${checkpoint.size}`);
    const { leaf_hash: leafHash } = await this.entry(index);
    const proof = await readInclusionProof(index, checkpoint.size, (nodes) =>
      readNodes(this.#read, nodes, checkpoint.size),
    );
    return { index, leafHash, proof, checkpoint: await this.#published(checkpoint) };
  }

  /** Proves that the tree of the latest checkpoint, or of that of a given size, goes on from a smaller one. @throws StoreError. */
  async consistency(fromSize: number, toSize?: number): Promise<ConsistencyProof> {
    const checkpoint = await this.#checkpointFor(fromSize, toSize);
    const read = (nodes: Parameters<typeof readNodes>[1]) => readNodes(this.#read, nodes, checkpoint.size);
    const proof = await readConsistencyProof(fromSize, checkpoint.size, read);
    return { fromSize, proof, checkpoint: await this.#published(checkpoint) };
  }

  /** A file of c2sp.org/tlog-tiles. @throws StoreError `tile-unknown`. */
  async tile(path: string): Promise<TileFile> {
    const latest = await this.#keeper.latest();
    return readTileFile(this.#read, path, latest?.size ?? 0);
  }

  /** Everything up to now, signed, as a bundle that anybody can check. @throws StoreError `ledger-unsigned`. */
  async exportBundle(
    onProgress?: ExportProgress,
  ): Promise<{ readonly size: number; readonly content: AsyncIterable<Uint8Array> }> {
    const signed = await this.#keeper.sign();
    if (signed === null) throw StoreError.of('ledger-unsigned', 'no signer was given');
    const { origin, keys } = this;
    return { size: signed.size, content: readBundleBytes(this.#read, { origin, keys, size: signed.size }, onProgress) };
  }

  /** The one asked for, or one that covers enough, signed now where need be. */
  async #checkpointFor(covers: number, size: number | undefined): Promise<SignedCheckpoint> {
    if (size === undefined) return this.#keeper.covering(covers);
    const found = await this.#read
      .selectFrom('ledger_checkpoint')
      .selectAll()
      .where('size', '=', size)
      .executeTakeFirst();
    if (found !== undefined) return found;
    throw StoreError.of('checkpoint-unknown', `size ${size}`);
  }

  async #published(signed: SignedCheckpoint): Promise<PublishedCheckpoint> {
    const [note, witnesses] = await Promise.all([
      noteWithCosignatures(this.#read, signed),
      witnessesOf(this.#read, [signed.size]),
    ]);
    return { ...signed, note, witnesses: witnesses.get(signed.size) ?? [] };
  }
}
