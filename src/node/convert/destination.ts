import {
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { CodedError } from '../../bytes/errors.ts';
import { ConvertError } from '../../convert/errors.ts';
import { OutputFile, syncFolder, forgetUnfinished, rememberUnfinished, type Unfinished } from '../output-file.ts';
import { WriteError } from '../write-error.ts';
import { carryOut, type ChangePlaces, type Journal, readJournal, writeJournal } from './journal.ts';

/** Where results go. Nothing is seen there before `commit`, and everything after it. */
export interface Destination extends Unfinished {
  /** Starts a file, by its path in the destination. @throws WriteError. */
  create(path: string): OutputFile;
  /** The file is complete. */
  finish(file: OutputFile): void;
  /** @throws WriteError; what was there before is then still there. */
  commit(change?: FolderChange): void;
}

/** What happens to files that a folder already has. */
export interface FolderChange {
  /** In the order in which they go. */
  readonly remove: readonly string[];
  /** Name of a folder beside it that they are moved to; null when they are deleted. */
  readonly backup: string | null;
}

/** A file, and the record beside it. */
export class FileDestination implements Destination {
  readonly #out: string;
  readonly #files: OutputFile[] = [];
  readonly #replaces: boolean;

  /** `replaces`: what is there may be replaced. */
  constructor(out: string, replaces: boolean) {
    this.#out = out;
    this.#replaces = replaces;
  }

  create(path: string): OutputFile {
    const file = OutputFile.create(join(dirname(this.#out), path), { exclusive: !this.#replaces });
    this.#files.push(file);
    return file;
  }

  finish(): void {
    // Every file waits for the others.
  }

  /** An old record goes before its file does: a record never stands beside a file it does not describe. */
  commit(): void {
    const [first, ...others] = this.#files;
    try {
      for (const { target } of others) rmSync(target, { force: true });
    } catch (error) {
      throw WriteError.of(this.#out, error);
    }
    first?.commit();
    for (const file of others) file.commit();
  }

  discard(): void {
    for (const file of this.#files) file.discard();
  }
}

/**
 * A folder. Everything is written into a folder beside it. A new folder, or one that takes an empty one's place,
 * appears by one rename; to one with files in it a journal is applied, which the next start completes when this one
 * does not live to.
 */
export class FolderDestination implements Destination {
  readonly #places: ChangePlaces;
  readonly #created: string[] = [];
  readonly #open = new Set<OutputFile>();
  #state: 'open' | 'committed' | 'discarded' = 'open';

  private constructor(places: ChangePlaces) {
    this.#places = places;
    rememberUnfinished(this);
  }

  /** Starts to write. What an interrupted run left is completed or removed first. @throws ConvertError, WriteError. */
  static open(folder: string): FolderDestination {
    const places = placesOf(folder);
    recover(folder);
    try {
      mkdirSync(dirname(places.stage), { recursive: true });
      // Not recursive: of two runs that start at once, one fails here.
      mkdirSync(places.stage);
      mkdirSync(join(places.stage, 'new'));
      writeFileSync(join(places.stage, 'pid'), String(process.pid));
    } catch (error) {
      throw WriteError.of(folder, error);
    }
    return new FolderDestination(places);
  }

  create(path: string): OutputFile {
    const place = join(this.#places.stage, 'new', path);
    try {
      mkdirSync(dirname(place), { recursive: true });
    } catch (error) {
      throw WriteError.of(place, error);
    }
    const file = OutputFile.create(place, { exclusive: true });
    this.#open.add(file);
    this.#created.push(path);
    return file;
  }

  finish(file: OutputFile): void {
    file.commit();
    this.#open.delete(file);
  }

  commit(change: FolderChange = { remove: [], backup: null }): void {
    try {
      if (isNewOrEmpty(this.#places.folder)) this.#appear();
      else this.#apply(change);
    } catch (error) {
      throw error instanceof CodedError ? error : WriteError.of(this.#places.folder, error);
    }
  }

  #apply({ remove, backup }: FolderChange): void {
    const install = this.#created.toSorted((a, b) => Number(isEntryPoint(a)) - Number(isEntryPoint(b)));
    const journal: Journal = { schemaVersion: '1.0', remove: [...remove], install, backup };
    writeJournal(this.#places, journal);
    this.#settle();
    carryOut(this.#places, journal);
  }

  /** From here on the next start finishes what this one does not. */
  #settle(): void {
    this.#state = 'committed';
    forgetUnfinished(this);
  }

  /** One rename, which POSIX also allows over an empty folder. */
  #appear(): void {
    const { folder, stage } = this.#places;
    const complete = join(stage, 'new');
    syncFolder(complete);
    mkdirSync(dirname(folder), { recursive: true });
    renameSync(complete, folder);
    this.#settle();
    syncFolder(dirname(folder));
    rmSync(stage, { recursive: true, force: true });
  }

  discard(): void {
    if (this.#state !== 'open') return;
    this.#state = 'discarded';
    forgetUnfinished(this);
    for (const file of this.#open) file.discard();
    rmSync(this.#places.stage, { recursive: true, force: true });
  }
}

/** Without these a loader finds no weights: they come last, and go first. */
export function isEntryPoint(path: string): boolean {
  return path.endsWith('.index.json');
}

export function isNewOrEmpty(folder: string): boolean {
  const stats = statSync(folder, { throwIfNoEntry: false });
  return stats === undefined || (stats.isDirectory() && readdirSync(folder).length === 0);
}

/** The stage has a fixed name, so that the next start finds it; beside the folder, where no downloaded file can be it. */
function placesOf(folder: string): ChangePlaces {
  const stats = statSync(folder, { throwIfNoEntry: false });
  const real = stats === undefined ? resolve(folder) : realpathSync(folder);
  return { folder: real, stage: join(dirname(real), `.${basename(real).slice(0, 200)}.vouchsafe-convert`) };
}

/**
 * Settles what an interrupted run left beside a folder: a change that has its journal is completed, any other is
 * taken back. Returns which, or null when there was nothing. @throws ConvertError `output-busy`, `journal-invalid`.
 */
export function recover(folder: string): 'completed' | 'taken back' | null {
  const places = placesOf(folder);
  if (statSync(places.stage, { throwIfNoEntry: false }) === undefined) return null;
  const pid = Number(attempt(() => readFileSync(join(places.stage, 'pid'), 'utf8')) ?? Number.NaN);
  if (pid !== process.pid && isAlive(pid)) throw ConvertError.of('output-busy', { path: folder, pid });
  const journal = readJournal(places);
  if (journal === null) rmSync(places.stage, { recursive: true, force: true });
  else carryOut(places, journal);
  return journal === null ? 'taken back' : 'completed';
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
