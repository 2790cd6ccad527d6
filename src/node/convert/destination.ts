import {
  existsSync,
  lstatSync,
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
import { isIndex } from '../../convert/names.ts';
import { makeFolder } from '../make-folder.ts';
import { OutputFile, syncFolder, forgetUnfinished, rememberUnfinished, type Unfinished } from '../output-file.ts';
import { WriteError } from '../write-error.ts';
import { carryOut, type ChangePlaces, type Journal, readJournal, writeJournal } from './journal.ts';

/** What happens to files that are there already. */
export interface FolderChange {
  /** In the order in which they go. */
  readonly remove: readonly string[];
  /** Name of a folder beside that they are moved to; null when they are deleted. */
  readonly backup: string | null;
}

export interface DestinationOptions {
  /** What is there may be replaced. */
  readonly replaces: boolean;
  /** When the folder is new or empty it appears by one rename. */
  readonly wholeFolder: boolean;
}

/**
 * Where results go. Everything is written into a stage beside the destination; nothing is seen there before `commit`,
 * and everything after it. A new folder, or one that takes an empty one's place, appears by one rename. To one that
 * has files a journal is applied, which the next start completes when this one does not live to.
 */
export class Destination implements Unfinished {
  readonly #places: ChangePlaces;
  readonly #options: DestinationOptions;
  readonly #created: string[] = [];
  readonly #open = new Set<OutputFile>();
  #state: 'open' | 'committed' | 'discarded' = 'open';

  private constructor(places: ChangePlaces, options: DestinationOptions) {
    this.#places = places;
    this.#options = options;
    rememberUnfinished(this);
  }

  /** Starts to write. What an interrupted run left is completed or taken back first. @throws ConvertError, WriteError. */
  static open(places: ChangePlaces, options: DestinationOptions): Destination {
    recover(places);
    try {
      makeFolder(dirname(places.stage));
      // Not recursive: of two runs that start at once, one fails here.
      mkdirSync(places.stage);
      writeFileSync(join(places.stage, 'pid'), String(process.pid));
      mkdirSync(join(places.stage, 'new'));
    } catch (error) {
      throw WriteError.of(places.folder, error);
    }
    return new Destination(places, options);
  }

  /** Starts a file, by its path in the destination. @throws WriteError. */
  create(path: string): OutputFile {
    const place = join(this.#places.stage, 'new', path);
    try {
      makeFolder(dirname(place));
    } catch (error) {
      throw WriteError.of(place, error);
    }
    const file = OutputFile.create(place, { exclusive: true });
    this.#open.add(file);
    this.#created.push(path);
    return file;
  }

  /** The file is complete. */
  finish(file: OutputFile): void {
    file.commit();
    this.#open.delete(file);
  }

  /** @throws WriteError, ConvertError; what was there before is then still there. */
  commit(change: FolderChange = { remove: [], backup: null }): void {
    try {
      if (this.#options.wholeFolder && isNewOrEmpty(this.#places.folder)) this.#appear();
      else this.#apply(change);
    } catch (error) {
      throw error instanceof CodedError ? error : WriteError.of(this.#places.folder, error);
    }
  }

  #apply({ remove, backup }: FolderChange): void {
    const { folder } = this.#places;
    const taken = this.#options.replaces ? undefined : this.#created.find((path) => existsSync(join(folder, path)));
    if (taken !== undefined) throw ConvertError.of('output-exists', { path: join(folder, taken) });
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
    makeFolder(dirname(folder));
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
  return isIndex(path);
}

export function isNewOrEmpty(folder: string): boolean {
  const stats = statSync(folder, { throwIfNoEntry: false });
  return stats === undefined || (stats.isDirectory() && readdirSync(folder).length === 0);
}

/** The stage has a fixed name, so that the next start finds it. */
export function folderPlaces(folder: string): ChangePlaces {
  const real = statSync(folder, { throwIfNoEntry: false }) === undefined ? resolve(folder) : realpathSync(folder);
  return { folder: real, stage: join(dirname(real), stageName(real)), files: undefined };
}

/** Those of a file and its record: no other file of the folder is touched, whatever a journal says. */
export function filePlaces(file: string, record: string): ChangePlaces {
  const folder = resolve(dirname(file));
  return { folder, stage: join(folder, stageName(file)), files: new Set([basename(file), record]) };
}

function stageName(path: string): string {
  return `.${basename(path).slice(0, 200)}.vouchsafe-convert`;
}

/**
 * Settles what an interrupted run left beside a destination: a change that has its journal is completed, any other is
 * taken back. Returns which, or null when there was nothing. @throws ConvertError `output-busy`, `journal-invalid`.
 */
export function recover(places: ChangePlaces): 'completed' | 'taken back' | null {
  if (lstatSync(places.stage, { throwIfNoEntry: false }) === undefined) return null;
  const pid = Number(attempt(() => readFileSync(join(places.stage, 'pid'), 'utf8')) ?? Number.NaN);
  if (pid !== process.pid && isAlive(pid)) throw ConvertError.of('output-busy', { path: places.folder, pid });
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
