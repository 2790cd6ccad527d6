import { lstatSync, renameSync, rmSync } from 'node:fs';
import { CleanError } from '../../clean/errors.ts';
import type { CleanedFile } from '../../clean/record-schema.ts';
import { realPlace } from '../output-folder.ts';
import { displayPath, openable, rawPath } from '../raw-path.ts';
import type { FoundFile } from '../walk.ts';
import { WriteError } from '../write-error.ts';

/** A file that is to be changed or removed where it is. */
interface Changing {
  readonly found: FoundFile;
  /** What was there when it was examined. */
  readonly state: string | null;
  /** Of its entry in the record. */
  readonly index: number;
  readonly entry: CleanedFile;
}

/** What is to be done in place, once each: files are looked at first, and changed only when all of it can be done. */
export class Replacements {
  readonly #backup: string | null;
  readonly #changing = new Map<string, Changing>();

  constructor(backup: string | null) {
    this.#backup = backup;
  }

  /** Two names may lead to one file, which is changed under the first of them. */
  add(one: Changing): void {
    const place = one.entry.after === null ? one.found.file : `file ${realPlace(plainPath(one.found))}`;
    if (!this.#changing.has(place)) this.#changing.set(place, one);
  }

  all(): readonly Changing[] {
    return [...this.#changing.values()];
  }

  /** @throws WriteError when a backup exists: it may be the only copy of the original. */
  check(): void {
    for (const { found } of this.#changing.values()) {
      const backup = this.backupOf(found);
      if (backup !== null && lstatSync(backup, { throwIfNoEntry: false }) !== undefined) {
        throw WriteError.of(backup, new Error('already exists'));
      }
    }
  }

  backupOf(found: FoundFile): string | null {
    return this.#backup === null ? null : plainPath(found) + this.#backup;
  }

  /** What is there under the name of a file; null when nothing is. Unlike its content, a link counts as itself. */
  stateOf({ file }: FoundFile): string | null {
    const stats = lstatSync(openable(file), { bigint: true, throwIfNoEntry: false });
    return stats === undefined ? null : `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}`;
  }

  /** Removes a file, or gives it the name of its backup. @throws CleanError when it is another one by now, WriteError. */
  remove(found: FoundFile, state: string | null): void {
    if (this.stateOf(found) !== state) {
      throw CleanError.of('unreadable', { path: found.path, reason: 'it changed after it was examined' });
    }
    const backup = this.backupOf(found);
    try {
      if (backup === null) rmSync(openable(found.file));
      else renameSync(openable(found.file), backup);
    } catch (error) {
      throw WriteError.of(found.path, error);
    }
  }
}

/** @throws CleanError for a name that is no text, and so could not be given to the copy. */
export function plainPath({ file, path }: FoundFile): string {
  const text = Buffer.from(openable(file)).toString('utf8');
  if (rawPath(text) === file) return text;
  throw CleanError.of('unreadable', { path, reason: `its name is not UTF-8: ${displayPath(file)}` });
}
