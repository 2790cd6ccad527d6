import type { Kysely } from 'kysely';
import { signCheckpoint } from '../../ledger/checkpoint.ts';
import { sameBytes } from '../../ledger/encoding.ts';
import type { NoteSigner } from '../../ledger/signature.ts';
import { CompactRange } from '../../ledger/tree.ts';
import { StoreError } from '../errors.ts';
import type { Database } from '../tables/index.ts';
import { nodeHash } from '../../node/ledger/crypto.ts';
import { splitHashes } from './read-nodes.ts';
import type { RememberedCheckpoint } from './remembered.ts';

/** A checkpoint that was signed and stored. */
export interface SignedCheckpoint {
  readonly size: number;
  readonly root: Uint8Array;
  /** ms since 1970. */
  readonly time: number;
  /** The signed note, without cosignatures. */
  readonly note: string;
}

export interface CheckpointKeeperOptions {
  readonly origin: string;
  /** None: nothing is signed. */
  readonly signers: readonly NoteSigner[];
  /** The least time between two signatures that nobody waits for. */
  readonly signEveryMs: number;
  readonly read: Kysely<Database>;
  /** Stores a checkpoint; whoever was first with this size keeps his. */
  readonly keep: (checkpoint: SignedCheckpoint) => Promise<void>;
  readonly remembered: RememberedCheckpoint | null;
  readonly clock: () => number;
  readonly warn: (error: unknown) => void;
}

/**
 * Signs the head of the tree: from time to time while it grows, and when somebody needs it. Only what is committed is
 * signed, so a checkpoint never speaks of entries that a crash could take away.
 */
export class CheckpointKeeper {
  readonly #options: CheckpointKeeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #signing: Promise<SignedCheckpoint | null> | undefined;
  #signedAtMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(options: CheckpointKeeperOptions) {
    this.#options = options;
  }

  /** The tree has grown: it is signed soon. */
  grown(): void {
    if (this.#isClosed || this.#timer !== undefined || this.#options.signers.length === 0) return;
    const waitMs = Math.max(0, this.#signedAtMs + this.#options.signEveryMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.sign().catch(this.#options.warn);
    }, waitMs);
    this.#timer.unref();
  }

  /** The checkpoint with the most entries, or null when none was signed. */
  async latest(): Promise<SignedCheckpoint | null> {
    return (await readLatest(this.#options.read)) ?? null;
  }

  /** One that covers at least so many entries. @throws StoreError `ledger-unsigned`, `entry-unknown`. */
  async covering(size: number): Promise<SignedCheckpoint> {
    const latest = await this.latest();
    if (latest !== null && latest.size >= size) return latest;
    const signed = await this.sign();
    if (signed === null) throw StoreError.of('ledger-unsigned', 'no signer was given');
    if (signed.size < size) throw StoreError.of('entry-unknown', `the ledger has ${signed.size} entries`);
    return signed;
  }

  /** Signs the head as it is committed now. Null where there is no key. @throws StoreError `ledger-forked`. */
  async sign(): Promise<SignedCheckpoint | null> {
    if (this.#options.signers.length === 0) return null;
    // What is under way may have read the head before the caller's entries were in it.
    while (this.#signing !== undefined) await this.#signing.catch(() => null);
    this.#signing = this.#signHead().finally(() => {
      this.#signing = undefined;
    });
    return this.#signing;
  }

  /** Signs the last head. The store must still take changes. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.sign();
  }

  async #signHead(): Promise<SignedCheckpoint> {
    const { read, origin, signers, keep, remembered, clock } = this.#options;
    this.#signedAtMs = performance.now();
    const head = await readHead(read);
    const root = head.root();
    const known = await readAt(read, head.size);
    const signed = known ?? {
      size: head.size,
      root,
      time: clock(),
      note: signCheckpoint({ origin, size: head.size, root, extensions: [] }, signers),
    };
    if (known === undefined) await keep(signed);
    const kept = known ?? (await readAt(read, head.size)) ?? signed;
    if (!sameBytes(kept.root, root)) {
      throw StoreError.of('ledger-forked', `another tree of ${head.size} entries was signed before`);
    }
    remembered?.write(kept);
    return kept;
  }
}

async function readHead(read: Kysely<Database>): Promise<CompactRange> {
  const head = read.selectFrom('ledger_head').select(['size', 'edge']).where('id', '=', 1);
  const { size, edge } = await head.executeTakeFirstOrThrow();
  return new CompactRange({ size, hashes: splitHashes(edge) }, nodeHash);
}

export async function readLatest(read: Kysely<Database>): Promise<SignedCheckpoint | undefined> {
  return read.selectFrom('ledger_checkpoint').selectAll().orderBy('size', 'desc').limit(1).executeTakeFirst();
}

async function readAt(read: Kysely<Database>, size: number): Promise<SignedCheckpoint | undefined> {
  return read.selectFrom('ledger_checkpoint').selectAll().where('size', '=', size).executeTakeFirst();
}
