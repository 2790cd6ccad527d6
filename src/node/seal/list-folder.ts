import { isUtf8 } from 'node:buffer';
import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ReadError } from '../../bytes/errors.ts';
import { unsafeReason } from '../../seal/folder-index.ts';
import { checkLimit } from '../../seal/limits.ts';
import { reasonOf, specialKind } from '../reason.ts';

export interface ListedFile {
  /** Relative, `/` between names. */
  readonly path: string;
  readonly size: number;
}

export interface Listing {
  readonly files: readonly ListedFile[];
  readonly folders: readonly string[];
}

export interface ListOptions {
  /** Take what symbolic links to files lead to. Links may lead out of the folder, so this must be asked for. */
  readonly followsLinks?: boolean | undefined;
}

/**
 * Everything below a folder, sorted; nothing is left out silently.
 * @throws ReadError for what is no file or folder, cannot be read, or has a name that could not be restored.
 */
export function listFolder(folder: string, options: ListOptions = {}): Listing {
  const files: ListedFile[] = [];
  const folders: string[] = [];
  const pending = [''];
  for (let parent = pending.pop(); parent !== undefined; parent = pending.pop()) {
    for (const name of namesIn(join(folder, parent))) {
      const path = parent === '' ? name : `${parent}/${name}`;
      const entry = examine(folder, path, options.followsLinks === true);
      if (entry === 'folder') {
        folders.push(path);
        pending.push(path);
      } else {
        files.push({ path, size: entry });
      }
      checkLimit('maxFolderFiles', files.length + folders.length);
    }
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, folders: folders.sort() };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { encoding: 'buffer' }).map((name) => {
      if (isUtf8(name)) return name.toString('utf8');
      throw new Error(`the name ${JSON.stringify(name.toString('latin1'))} in it is not UTF-8`);
    });
  } catch (error) {
    throw ReadError.of(folder, reasonOf(error), error);
  }
}

/** The size of a file, or that it is a folder. */
function examine(folder: string, path: string, followsLinks: boolean): number | 'folder' {
  const full = join(folder, path);
  const refuse = (reason: string): never => {
    throw ReadError.of(full, reason);
  };
  const unsafe = unsafeReason(path);
  if (unsafe !== null) refuse(`its path ${unsafe}`);
  try {
    const link = lstatSync(full);
    if (link.isDirectory()) return 'folder';
    if (link.isSymbolicLink() && !followsLinks) refuse('is a symbolic link; --follow-links seals what it leads to');
    const stats = link.isSymbolicLink() ? statSync(full) : link;
    if (link.isSymbolicLink() && stats.isDirectory()) refuse('is a symbolic link to a folder');
    return stats.isFile() ? stats.size : refuse(specialKind(stats));
  } catch (error) {
    throw error instanceof ReadError ? error : ReadError.of(full, reasonOf(error), error);
  }
}
