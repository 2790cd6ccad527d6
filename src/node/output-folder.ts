import {
  chmodSync,
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { forgetUnfinished, makeTemporary, rememberUnfinished, syncFolder, temporaryPath } from './output-file.ts';
import { joinRaw, nameEncoding, openable, rawPath, type RawPath } from './raw-path.ts';
import { WriteError } from './write-error.ts';

export interface OutputFolderOptions {
  /**
   * Take the place of a folder that is there, which is moved to `backup` or, with null, removed once the new one
   * stands. Without this a folder with anything in it is refused; an empty one counts as none.
   */
  readonly replace?: Replacement | undefined;
  /** Permission bits that the folder has at most: those of the folder it is made from. */
  readonly maxMode?: number | undefined;
}

interface Replacement {
  readonly backup: string | null;
  /** What is read to make the new folder: it is not removed with the old one. */
  readonly keeps?: readonly string[] | undefined;
}

/**
 * A folder that appears under its name whole or not at all: filled beside its destination, synced, renamed. Until
 * `commit` nothing of it is seen under its name, and a process that ends early leaves nothing behind.
 */
export class OutputFolder {
  /** Where the folder will be. */
  readonly target: string;
  /** Where to put its files until then: a sibling, so that renaming stays within one file system. */
  readonly path: string;
  readonly #replace: OutputFolderOptions['replace'];
  readonly #mode: number;
  #state: 'open' | 'committed' | 'discarded' = 'open';

  private constructor(target: string, path: string, options: OutputFolderOptions) {
    this.target = target;
    this.path = path;
    this.#replace = options.replace;
    this.#mode = statSync(path).mode & (0o7000 | (options.maxMode ?? 0o777));
    // Nobody else looks into what is not finished.
    chmodSync(path, 0o700);
    rememberUnfinished(this);
  }

  /** Starts a folder. @throws WriteError when the place is taken or cannot be written to. */
  static create(folder: string, options: OutputFolderOptions = {}): OutputFolder {
    try {
      const taken = statSync(folder, { throwIfNoEntry: false }) !== undefined;
      const target = taken ? realpathSync(folder) : resolve(folder);
      if (taken) checkPlace(target, options.replace);
      const path = temporaryPath(target, 'tmp');
      return makeTemporary(path, () => {
        mkdirSync(path);
        return new OutputFolder(target, path, options);
      });
    } catch (error) {
      throw WriteError.of(folder, error);
    }
  }

  /**
   * Makes the folder appear under its name, on disk. With `replace` two renames do it: a machine that stops between
   * them leaves both folders, the old one at its backup or beside its place, and loses neither.
   * @throws WriteError; what was there before is then still there, or the message says where.
   */
  commit(): void {
    try {
      syncTree(rawPath(this.path));
      chmodSync(this.path, this.#mode);
      const old = this.#takePlace();
      this.#state = 'committed';
      forgetUnfinished(this);
      syncFolder(dirname(this.target));
      if (old !== null) removeOld(old);
    } catch (error) {
      this.discard();
      throw WriteError.of(this.target, error);
    }
  }

  /** Returns where the old folder is now, when it is to go. */
  #takePlace(): string | null {
    if (this.#replace === undefined) moveTo(this.path, this.target);
    else return exchange(this.path, this.target, this.#replace.backup);
    return null;
  }

  /** Removes what was written; does nothing after `commit`. */
  discard(): void {
    if (this.#state !== 'open') return;
    this.#state = 'discarded';
    rmSync(this.path, { recursive: true, force: true });
    forgetUnfinished(this);
  }
}

/** @throws Error when what is there must not be replaced. */
function checkPlace(target: string, replace: OutputFolderOptions['replace']): void {
  if (!statSync(target).isDirectory()) throw new Error('is no folder');
  if (dirname(target) === target) throw new Error('is the root of the file system');
  if (replace === undefined) {
    if (readdirSync(target).length > 0) throw new Error('already exists and is not empty');
    return;
  }
  // A slip of the keyboard must not cost a home folder.
  if (holds(target, process.cwd())) throw new Error('holds the folder this was started in, and is not replaced');
  if (holds(target, realPlace(homedir()))) throw new Error('holds the home folder, and is not replaced');
  const kept = replace.keeps?.find((path) => holds(target, realPlace(path)));
  if (kept !== undefined) throw new Error(`holds the input ${kept}, and is not replaced`);
  if (replace.backup !== null && statSync(replace.backup, { throwIfNoEntry: false }) !== undefined) {
    throw new Error(`the backup ${replace.backup} already exists`);
  }
}

/** Where a path leads, links followed as far as there is anything. */
export function realPlace(path: string): string {
  const whole = resolve(path);
  try {
    return realpathSync(whole);
  } catch {
    const parent = dirname(whole);
    return parent === whole ? whole : join(realPlace(parent), basename(whole));
  }
}

function holds(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

/** An empty folder in the way is removed first: only POSIX would rename over it. */
function moveTo(from: string, target: string): void {
  if (statSync(target, { throwIfNoEntry: false })?.isDirectory() === true) rmdirSync(target);
  renameSync(from, target);
}

function exchange(from: string, target: string, backup: string | null): string | null {
  const aside = backup ?? temporaryPath(target, 'old');
  renameSync(target, aside);
  try {
    renameSync(from, target);
  } catch (error) {
    renameSync(aside, target);
    throw error;
  }
  return backup === null ? aside : null;
}

function removeOld(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    throw new Error(`the new folder is in place, but what was there could not be removed: ${folder}`, { cause: error });
  }
}

/** Puts every file and folder under `folder` on disk. Links are left alone: what they lead to is not ours. */
function syncTree(folder: RawPath): void {
  for (const entry of readdirSync(openable(folder), { encoding: nameEncoding, withFileTypes: true })) {
    const path = joinRaw(folder, entry.name);
    if (entry.isDirectory()) syncTree(path);
    else if (entry.isFile()) syncFile(path);
  }
  syncFolder(openable(folder));
}

function syncFile(path: RawPath): void {
  const fd = openSync(openable(path), constants.O_RDONLY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
