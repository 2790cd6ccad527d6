import { join } from 'node:path';
import type { LedgerTrust } from '../ledger/checkpoint.ts';
import type { NoteSigner, SignatureChecks } from '../ledger/signature.ts';
import { parseCheckpoint } from '../ledger/checkpoint-text.ts';
import { parseNote } from '../ledger/note.ts';
import { formatVerifierKey, type VerifierKey } from '../ledger/verifier-key.ts';
import { readRestoredMark, removeRestoredMark } from './backup/restored-mark.ts';
import { nodeChecks } from '../node/ledger/crypto.ts';
import type { Column } from './column.ts';
import { StoreError, type StoreErrorCode } from './errors.ts';
import { LedgerAppender } from './ledger/append.ts';
import { CheckpointHistory } from './ledger/checkpoint-history.ts';
import { CheckpointKeeper, readLatest } from './ledger/checkpoint-keeper.ts';
import { believed, checkLedger, isSignedBy } from './ledger/check-ledger.ts';
import { Ledger } from './ledger/ledger.ts';
import type { LoadSigners } from './ledger/ledger-keys.ts';
import { RememberedCheckpoint } from './ledger/remembered.ts';
import { resumeRestored } from './ledger/resume-restored.ts';
import { migrations } from './migrations/index.ts';
import { migrate } from './migrations/migrate.ts';
import { openPostgres, type PostgresConfig } from './postgres/open-postgres.ts';
import { folderLayout } from './sqlite/folder.ts';
import { openSqlite, type SqliteConfig } from './sqlite/open-sqlite.ts';
import type { Change, Committed, Store } from './store.ts';
import type { Enqueue } from './write/change-scope.ts';
import { Writer } from './write/writer.ts';

export type RecordsConfig = SqliteConfig | PostgresConfig;

export interface LedgerOptions {
  /** The origin line of the checkpoints: which log this is, for ever. */
  readonly origin: string;
  /** The origin is only for a ledger that is new: another keeps the one it was signed with. */
  readonly keepsOrigin?: boolean;
  /** Sign the checkpoints; all of them each one. Keys may be made for a ledger that nobody has signed yet. */
  readonly signers: readonly NoteSigner[] | LoadSigners;
  /** Keys that signed before these. That they were changed is recorded as `ledger.rekey`. */
  readonly formerKeys?: readonly VerifierKey[];
  readonly checks?: SignatureChecks;
  /** The least time between two checkpoints that nobody waits for; 1000 where absent. */
  readonly signEveryMs?: number;
  /** Go on with records that are older or other than what was signed; this is recorded as `ledger.restored`. */
  readonly acceptRestored?: boolean;
}

export interface StoreOptions {
  readonly records: RecordsConfig;
  /** Adds a job as a part of a change. */
  readonly enqueue: Enqueue;
  /** Without it the tree grows and nobody signs it. */
  readonly ledger?: LedgerOptions;
  /** ms since 1970. */
  readonly clock?: () => number;
  /** Told of what must not happen and stops nothing: a listener of a commit that throws, a checkpoint that is not signed. */
  readonly warn?: (error: unknown) => void;
}

const SIGN_EVERY_MS = 1000;
const UNSIGNED: LedgerOptions = { origin: 'unsigned', signers: [] };

/** The ledger with the signers that were loaded for it. */
type OpenLedger = LedgerOptions & { readonly signers: readonly NoteSigner[] };
type Means = Required<StoreOptions> & { readonly ledger: OpenLedger };

/**
 * Opens the records of the server and its ledger, brings them into this version's shape, and checks that they are those
 * that were signed.
 * @throws StoreError when they are in use, out of reach, of another version, or not what was signed.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const means = { ledger: UNSIGNED, clock: Date.now, warn: emitWarning, ...options };
  const column = await openColumn(means.records);
  try {
    await migrate(column, migrations, means.clock);
    const origin = await originOf(column, means);
    const signers = await loadSigners(column, means, origin);
    return await storeOn(column, { ...means, ledger: { ...means.ledger, origin, signers } });
  } catch (error) {
    await column.close();
    throw error;
  }
}

function openColumn(records: RecordsConfig): Promise<Column> {
  return records.column === 'sqlite' ? openSqlite(records) : openPostgres(records);
}

/** A server that is reached under another name goes on with the log that it has. */
async function originOf({ read }: Column, { ledger }: Required<StoreOptions>): Promise<string> {
  const latest = ledger.keepsOrigin === true ? await readLatest(read) : undefined;
  return latest === undefined ? ledger.origin : parseCheckpoint(parseNote(latest.note).text).origin;
}

/** A key that is lost is not replaced in silence: whoever deletes one would begin a new line of signatures. */
async function loadSigners(
  { read }: Column,
  { ledger, records }: Required<StoreOptions>,
  origin: string,
): Promise<readonly NoteSigner[]> {
  const { signers, acceptRestored = false } = ledger;
  if (typeof signers !== 'function') return signers;
  const head = await read.selectFrom('ledger_head').select('size').executeTakeFirst();
  const isNew =
    head?.size === 0 && (await readLatest(read)) === undefined && rememberedIn(records.folder)?.read() === null;
  return signers({ origin, makeKeys: isNew || acceptRestored });
}

async function storeOn(column: Column, means: Means): Promise<Store> {
  const { ledger: options, records, enqueue, clock, warn } = means;
  const remembered = rememberedIn(records.folder);
  const appender = new LedgerAppender(column, clock, () => keeper.grown());
  const writer = new Writer({ column, appender, enqueue, clock, warn });
  const history = new CheckpointHistory({ read: column.read, writer, clock, warn });
  const keeper: CheckpointKeeper = new CheckpointKeeper({
    origin: options.origin,
    signers: options.signers,
    signEveryMs: options.signEveryMs ?? SIGN_EVERY_MS,
    read: column.read,
    keep: (checkpoint) => history.keep(checkpoint),
    remembered,
    clock,
    warn,
  });
  const store = new OpenedStore({ column, writer, keeper, options });
  const isSound = await checkOrResume(store, options, remembered);
  if (isSound && options.signers.length > 0) await beOneOfTheSigners(store, keeper, options);
  if (records.folder !== undefined) await sayRestored(store, records.folder);
  return store;
}

function rememberedIn(folder: string | undefined): RememberedCheckpoint | null {
  return folder === undefined ? null : new RememberedCheckpoint(join(folder, folderLayout.rememberedCheckpoint));
}

/**
 * The first checkpoint of all binds the ledger to its keys, before there is anything in it: of two processes that begin
 * it with different ones, the second is refused. Later ones record that keys were changed.
 */
async function beOneOfTheSigners(store: Store, keeper: CheckpointKeeper, options: OpenLedger): Promise<void> {
  const { checks = nodeChecks } = options;
  const latest = (await keeper.latest()) ?? (await keeper.sign());
  if (latest === null) return;
  const keys = options.signers.map(({ key }) => key);
  if (isSignedBy(latest.note, { origin: options.origin, keys }, checks)) return;
  const trust = trustOf(options);
  if (trust !== null) believed(latest.note, trust, checks);
  await store.change(async ({ record }) => {
    record({
      class: 'datastore-activity',
      activity: 'ledger.rekey',
      actor: { kind: 'system', id: 'ledger' },
      outcome: 'success',
      severity: 'high',
      data: { keys: keys.map(formatVerifierKey) },
    });
  });
}

/** False where it goes on with another ledger than was signed, and has said so. */
async function checkOrResume(store: Store, options: OpenLedger, file: RememberedCheckpoint | null): Promise<boolean> {
  const { checks = nodeChecks, acceptRestored = false } = options;
  const remembered = file?.read() ?? null;
  try {
    const view = store.read.transaction().setIsolationLevel('repeatable read');
    await view.execute((db) => checkLedger(db, { trust: trustOf(options), checks, remembered }));
    return true;
  } catch (error) {
    const mayGoOn = error instanceof StoreError && RESUMABLE.has(error.code) && acceptRestored;
    if (!mayGoOn) throw error;
    await resumeRestored(store, { reason: error.message, remembered });
    return false;
  }
}

/** What was restored from a backup says so before anything else is recorded. */
async function sayRestored(store: Store, folder: string): Promise<void> {
  const mark = readRestoredMark(folder);
  if (mark === null) return;
  const reason = `restored from a backup of ${mark.createdAt}`;
  await resumeRestored(store, { reason, remembered: mark.lastCheckpoint });
  removeRestoredMark(folder);
}

/** Records that are whole, but not those that were signed. */
const RESUMABLE: ReadonlySet<StoreErrorCode> = new Set(['ledger-rolled-back', 'ledger-forked', 'ledger-keys-differ']);

function trustOf({ origin, signers, formerKeys = [] }: OpenLedger): LedgerTrust | null {
  const keys = [...signers.map(({ key }) => key), ...formerKeys];
  return keys.length === 0 ? null : { keys, origin };
}

interface Opened {
  readonly column: Column;
  readonly writer: Writer;
  readonly keeper: CheckpointKeeper;
  readonly options: OpenLedger;
}

class OpenedStore implements Store {
  readonly dialect: Store['dialect'];
  readonly read: Store['read'];
  readonly ledger: Ledger;
  readonly #opened: Opened;
  #closing: Promise<void> | undefined;

  constructor(opened: Opened) {
    const { column, keeper, options } = opened;
    this.dialect = column.name;
    this.read = column.read;
    const keys = (trustOf(options)?.keys ?? []).map(formatVerifierKey);
    this.ledger = new Ledger({ origin: options.origin, keys, read: column.read, keeper });
    this.#opened = opened;
  }

  change<T>(work: (change: Change) => Promise<T>): Promise<Committed<T>> {
    if (this.#closing !== undefined)
      return Promise.reject(StoreError.of('store-closed', 'it takes no change any more'));
    return this.#opened.writer.change(work);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { writer, keeper, column } = this.#opened;
    try {
      await writer.idle();
      await keeper.close();
    } finally {
      await writer.close();
      await column.close();
    }
  }
}

function emitWarning(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}
