import { findNameFault } from '../../../../src/contract/types/portable-names.ts';

/** As many as a version may have; more are not even listed. */
const MAX_FILES = 10_000;
const MAX_DEPTH = 40;

export interface ChosenFile {
  /** Below the version, `/` between parts. */
  readonly path: string;
  readonly file: File;
}

export interface Chosen {
  readonly files: readonly ChosenFile[];
  /** What file managers leave behind, and nobody means to upload. */
  readonly leftOut: readonly string[];
  readonly isCut: boolean;
  /** What the registry would refuse about the names, for people; null where it is nothing. */
  readonly nameFault: string | null;
}

const LEFTOVERS = /(?:^|\/)(?:\.DS_Store|Thumbs\.db|desktop\.ini|\.git\/.*|\.cache\/huggingface\/.*|__pycache__\/.*)$/;

/** Paths as they will be in the version: the one folder that everything is in goes away, and so does what nobody means. */
export function asVersion(files: readonly ChosenFile[]): Chosen {
  const cut = files.slice(0, MAX_FILES);
  const top = commonFolder(cut);
  const placed = cut.map(({ path, file }) => ({ path: path.slice(top.length), file }));
  const kept = placed.filter(({ path }) => !LEFTOVERS.test(path)).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return {
    files: kept,
    leftOut: placed.filter(({ path }) => LEFTOVERS.test(path)).map(({ path }) => path),
    isCut: files.length > MAX_FILES,
    nameFault: findNameFault(kept.map(({ path }) => path))?.message ?? null,
  };
}

function commonFolder(files: readonly ChosenFile[]): string {
  const first = files[0]?.path ?? '';
  const folder = first.slice(0, first.indexOf('/') + 1);
  return folder !== '' && files.every(({ path }) => path.startsWith(folder)) ? folder : '';
}

/** Files of a field; of a folder with their paths. */
export function filesOfField(list: FileList): readonly ChosenFile[] {
  return Array.from(list, (file) => ({
    path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath,
    file,
  }));
}

/** Files and whole folders that were dropped. */
export async function filesOfDrop({ items, files }: DataTransfer): Promise<readonly ChosenFile[]> {
  // Entries must be taken at once: the list is empty after the first wait.
  const entries = Array.from(items, (item) => item.webkitGetAsEntry());
  if (entries.every((entry) => entry === null)) return filesOfField(files);
  const found: ChosenFile[] = [];
  for (const entry of entries) if (entry !== null) await walk(entry, found, 0);
  return found;
}

async function walk(entry: FileSystemEntry, found: ChosenFile[], depth: number): Promise<void> {
  if (found.length > MAX_FILES || depth > MAX_DEPTH) return;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
    found.push({ path: entry.fullPath.replace(/^\//, ''), file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // It gives a hundred at a time, then none.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) return;
    for (const one of some) await walk(one, found, depth + 1);
  }
}
