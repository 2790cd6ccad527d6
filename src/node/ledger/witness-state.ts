import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { parseCheckpoint } from '../../ledger/checkpoint-text.ts';
import { LedgerError } from '../../ledger/errors.ts';
import { parseNote } from '../../ledger/note.ts';
import type { WitnessedHead } from '../../ledger/witness.ts';
import { reasonOf } from '../reason.ts';
import { readIfThere } from '../sign/read-small-file.ts';
import { writeAtomically } from '../write-file.ts';

const VERSION = 1;
const MAX_STATE_BYTES = 64 * 1024 * 1024;

/**
 * What a witness has cosigned: the last checkpoint of each log, in one file. A witness that forgot would sign a fork, so
 * the file is locked against a second witness, and is on disk before any cosignature leaves.
 */
export class WitnessState {
  readonly #file: string;
  readonly #lock: string;
  readonly #notes: Map<string, string>;
  /** The file as this witness left it: in another container the lock may name a process that is not seen from here. */
  #stamp: string;

  private constructor(file: string, lock: string, notes: Map<string, string>) {
    this.#file = file;
    this.#lock = lock;
    this.#notes = notes;
    this.#stamp = stampOf(file);
  }

  /** @throws LedgerError `state-unreadable` when another witness has it, or it is not one of ours; ReadError. */
  static open(file: string): WitnessState {
    const lock = `${file}.lock`;
    takeLock(lock);
    try {
      const bytes = readIfThere(file, MAX_STATE_BYTES);
      return new WitnessState(file, lock, bytes === null ? new Map() : parseState(bytes, file));
    } catch (error) {
      rmSync(lock, { force: true });
      throw error;
    }
  }

  /** The signed note that was cosigned last, or null. */
  note(origin: string): string | null {
    return this.#notes.get(origin) ?? null;
  }

  last(origin: string): WitnessedHead | null {
    const note = this.note(origin);
    return note === null ? null : parseCheckpoint(parseNote(note).text);
  }

  /**
   * Keeps a checkpoint as the last of its log, on disk when this returns.
   * @throws WriteError; LedgerError `state-unreadable` when somebody else wrote the file. Then nothing changed.
   */
  keep(origin: string, note: string): void {
    if (stampOf(this.#file) !== this.#stamp) {
      throw LedgerError.of('state-unreadable', `${this.#file} was written by somebody else`);
    }
    const notes = new Map(this.#notes).set(origin, note);
    writeAtomically(this.#file, [
      `${JSON.stringify({ version: VERSION, logs: Object.fromEntries(notes) }, null, 2)}\n`,
    ]);
    this.#stamp = stampOf(this.#file);
    this.#notes.set(origin, note);
  }

  close(): void {
    rmSync(this.#lock, { force: true });
  }
}

function stampOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false, bigint: true });
  return stats === undefined ? 'none' : `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeNs}`;
}

function parseState(bytes: Uint8Array, file: string): Map<string, string> {
  try {
    const state = JSON.parse(Buffer.from(bytes).toString('utf8')) as { version?: unknown; logs?: unknown };
    if (state.version !== VERSION || typeof state.logs !== 'object' || state.logs === null)
      throw new Error('no version 1');
    const logs = Object.entries(state.logs) as [string, unknown][];
    return new Map(logs.map(([origin, note]) => [origin, checkedNote(origin, note)]));
  } catch (error) {
    throw LedgerError.of('state-unreadable', `${file} is no state of a witness: ${reasonOf(error)}`, error);
  }
}

function checkedNote(origin: string, note: unknown): string {
  if (typeof note !== 'string') throw new Error('expected signed notes');
  if (parseCheckpoint(parseNote(note).text).origin !== origin) throw new Error('a checkpoint is of another log');
  return note;
}

/** One witness at a time; the lock of one that was killed is taken over. */
function takeLock(lock: string): void {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      writeFileSync(lock, `${process.pid}\n`, { flag: 'wx', mode: 0o600 });
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
        throw LedgerError.of('state-unreadable', `${lock}: ${reasonOf(error)}`, error);
      }
    }
    const owner = ownerOf(lock);
    if (owner !== null && isAlive(owner)) {
      throw LedgerError.of('state-unreadable', `the witness with process id ${owner} has it; ${lock} says so`);
    }
    rmSync(lock, { force: true });
  }
  throw LedgerError.of('state-unreadable', `${lock} cannot be taken`);
}

/** Lock files hold a few digits; a larger one is something else. */
const MAX_LOCK_BYTES = 32;

function ownerOf(lock: string): number | null {
  const size = statSync(lock, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0 || size > MAX_LOCK_BYTES) return null;
  const id = Number(readFileSync(lock, 'utf8').trim());
  return Number.isSafeInteger(id) && id > 0 && id !== process.pid ? id : null;
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    // It is somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
