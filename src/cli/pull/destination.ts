import { lstatSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { PARTIAL_FOLDER } from '../../contract/types/portable-names.ts';
import { WriteError } from '../../node/write-error.ts';
import { listModel } from '../../node/sign/list-model.ts';
import { RemoteError } from '../registry/errors.ts';
import type { ReleasedFile } from './list-release.ts';

const MAX_NAMED = 5;

export interface Destination {
  readonly folder: string;
  /** Folder for what has not arrived whole. */
  readonly partial: string;
  /** Files that are there already, by name; whether they are the right ones is not known. */
  readonly present: ReadonlySet<string>;
}

/**
 * A folder for a version: new, or one that holds nothing but files of it. Whatever else lay there would be loaded with the model.
 * @throws RemoteError `folder-refused`, WriteError, ReadError
 */
export function openDestination(path: string, files: readonly ReleasedFile[]): Destination {
  const folder = resolve(path);
  const partial = join(folder, PARTIAL_FOLDER);
  try {
    mkdirSync(folder, { recursive: true });
    if (lstatSync(folder).isSymbolicLink()) throw RemoteError.of('folder-refused', `${path} is a link`);
    mkdirSync(partial, { recursive: true, mode: 0o700 });
    if (lstatSync(partial).isSymbolicLink()) throw RemoteError.of('folder-refused', `${partial} is a link`);
  } catch (error) {
    throw error instanceof RemoteError ? error : WriteError.of(path, error);
  }
  return { folder, partial, present: requireOnly(folder, files) };
}

/** @throws RemoteError `folder-refused` when something else is in the folder */
function requireOnly(folder: string, files: readonly ReleasedFile[]): ReadonlySet<string> {
  const options = { ignored: new Set([PARTIAL_FOLDER]), ignoredFiles: new Set<string>(), allowSymlinks: false };
  const { files: found, problems } = listModel(folder, options);
  if (problems.length > 0) throw RemoteError.of('folder-refused', problems[0]?.message ?? '');
  const names = new Set(files.map((file) => file.path));
  const others = found.filter((file) => !names.has(file.path)).map((file) => file.path);
  if (others.length > 0) {
    const more = others.length > MAX_NAMED ? ` and ${others.length - MAX_NAMED} more` : '';
    throw RemoteError.of(
      'folder-refused',
      `${folder} has what the version has not: ${others.slice(0, MAX_NAMED).join(', ')}${more}`,
    );
  }
  return new Set(found.map((file) => file.path));
}

/** Whether every file is there under its own name: on a file system with names of its own, one may have taken the place of another. */
export function requireAll(folder: string, files: readonly ReleasedFile[]): void {
  const present = requireOnly(folder, files);
  const gone = files.find((file) => !present.has(file.path));
  if (gone !== undefined) {
    throw RemoteError.of(
      'folder-refused',
      `${folder} does not keep ${JSON.stringify(gone.path)} beside the other files`,
    );
  }
}

/** Makes the folders above a file. Links were refused before, so that they are in the destination. */
export function makeParents(folder: string, path: string): string {
  const target = join(folder, path);
  try {
    mkdirSync(dirname(target), { recursive: true });
  } catch (error) {
    throw WriteError.of(target, error);
  }
  return target;
}

export function removePartial({ partial }: Destination): void {
  rmSync(partial, { recursive: true, force: true });
}
