import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../errors.ts';
import { pathIn, touchOwnerOnly } from './folder.ts';

/**
 * Keeps every other process out of a data folder. The lock is SQLite's own on a small database, held by the operating
 * system for this process: it ends with the process, however that ends, and no stale file is left to be judged.
 */
export class FolderLock {
  readonly #folder: string;
  readonly #database: DatabaseSync;

  private constructor(folder: string, database: DatabaseSync) {
    this.#folder = folder;
    this.#database = database;
  }

  /** @throws StoreError `folder-locked`, naming the other process. */
  static take(folder: string): FolderLock {
    const file = pathIn(folder, 'lock');
    touchOwnerOnly(file);
    const database = new DatabaseSync(file, { timeout: 0 });
    try {
      database.exec('begin exclusive');
    } catch (error) {
      database.close();
      throw StoreError.of('folder-locked', `${folder} belongs to ${ownerOf(folder)}`, error);
    }
    writeFileSync(pathIn(folder, 'lockOwner'), `${process.pid}\n`, { mode: 0o600 });
    return new FolderLock(folder, database);
  }

  release(): void {
    rmSync(pathIn(this.#folder, 'lockOwner'), { force: true });
    this.#database.close();
  }
}

/** Only to tell people: what is written there may be old, the lock itself cannot. */
function ownerOf(folder: string): string {
  try {
    return `process ${readFileSync(pathIn(folder, 'lockOwner'), 'utf8').trim()}`;
  } catch {
    return 'another process';
  }
}
