import { chmodSync, closeSync, mkdirSync, openSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../../node/reason.ts';
import { StoreError } from '../errors.ts';

const OWNER_ONLY_FOLDER = 0o700;
const OWNER_ONLY_FILE = 0o600;
const OTHERS = 0o077;

/** Where things are in the data folder. */
export const folderLayout = {
  records: 'records.db',
  lock: 'server.lock',
  lockOwner: 'server.pid',
  rememberedCheckpoint: 'ledger.checkpoint',
} as const;

export function pathIn(folder: string, what: keyof typeof folderLayout): string {
  return join(folder, folderLayout[what]);
}

/**
 * Makes the data folder, for its owner only. One that is there and has something in it is never opened up or closed
 * behind the back of whoever made it.
 * @throws StoreError `folder-open`, `folder-unusable`.
 */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
    const others = statSync(folder).mode & OTHERS;
    if (others === 0) return;
    if (readdirSync(folder).length > 0) throw StoreError.of('folder-open', folder);
    chmodSync(folder, OWNER_ONLY_FOLDER);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw StoreError.of('folder-unusable', `${folder}: ${reasonOf(error)}`, error);
  }
}

/** A database takes the permissions of the file it finds, and gives them to its journals. */
export function touchOwnerOnly(file: string): void {
  try {
    closeSync(openSync(file, 'a', OWNER_ONLY_FILE));
  } catch (error) {
    throw StoreError.of('folder-unusable', `${file}: ${reasonOf(error)}`, error);
  }
}
