import { HubError } from './errors.ts';
import { type EntryOptions, fileEntry, folderEntry, type ReleasedFile } from './file-entries.ts';

type Entry = ReturnType<typeof fileEntry>;

interface TreeQuery {
  /** Empty: the whole version. */
  readonly folder: string;
  readonly isRecursive: boolean;
  /** Path of the last entry of the page before. */
  readonly after: string | null;
  readonly limit: number;
}

interface TreePage {
  readonly entries: readonly Entry[];
  /** For `after` of the next page. */
  readonly next: string | null;
}

/** Paths that are deeper, or more of them, than any model has: such folders are not listed, their files are. */
const MAX_FOLDERS = 20_000;

/**
 * Files and folders below a folder, in the order of their paths.
 * @param files all of the version, in the order of their paths
 * @throws HubError `hub-entry-unknown`
 */
export function listTree(files: readonly ReleasedFile[], query: TreeQuery, options: EntryOptions): TreePage {
  const { folder, isRecursive, after, limit } = query;
  const below = filesBelow(files, folder);
  if (below.length === 0 && folder !== '') throw HubError.of('hub-entry-unknown', folder);
  const start = folder === '' ? 0 : folder.length + 1;
  const listed = below.filter(({ path }) => isRecursive || !path.includes('/', start));
  const byPath = new Map<string, ReleasedFile | null>([
    ...[...foldersIn(below, start, isRecursive)].map((path): [string, null] => [path, null]),
    ...listed.map((file): [string, ReleasedFile] => [file.path, file]),
  ]);
  const all = [...byPath].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const rest = after === null ? all : all.filter(([path]) => path > after);
  const page = rest.slice(0, limit);
  return {
    entries: page.map(([path, file]) => (file === null ? folderEntry(path, options) : fileEntry(file, options))),
    next: rest.length > limit ? (page.at(-1)?.[0] ?? null) : null,
  };
}

/** Of files in the order of their paths, those below a folder; they stand together. */
export function filesBelow(files: readonly ReleasedFile[], folder: string): readonly ReleasedFile[] {
  if (folder === '') return files;
  return files.slice(firstFrom(files, `${folder}/`), firstFrom(files, `${folder}${AFTER_SLASH}`));
}

/** The character that follows the slash. */
const AFTER_SLASH = '0';

function firstFrom(files: readonly ReleasedFile[], path: string): number {
  let [low, high] = [0, files.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((files[middle]?.path ?? '') < path) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Folders of these files from a place in their paths on; only the first of each where one level is wanted. */
function foldersIn(files: readonly ReleasedFile[], start: number, isRecursive: boolean): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const { path } of files) {
    for (let at = path.indexOf('/', start); at !== -1; at = path.indexOf('/', at + 1)) {
      if (folders.size === MAX_FOLDERS) return folders;
      folders.add(path.slice(0, at));
      if (!isRecursive) break;
    }
  }
  return folders;
}
