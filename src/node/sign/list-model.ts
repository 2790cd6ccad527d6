import { isUtf8 } from 'node:buffer';
import { lstatSync, readdirSync, readlinkSync, realpathSync, statSync, type BigIntStats } from 'node:fs';
import { basename, resolve } from 'node:path';
import { ReadError } from '../../bytes/errors.ts';
import { problemOf, SignError, type Problem } from '../../sign/errors.ts';
import { signLimits } from '../../sign/limits.ts';
import { isIgnored, pathFault } from '../../sign/manifest.ts';
import { displayPath, joinRaw, nameEncoding, openable, rawPath, type RawPath } from '../raw-path.ts';
import { reasonOf, specialKind } from '../reason.ts';

/** A regular file of a model, as it was when the folder was listed. */
export interface ModelFile {
  /** From the model's root, `/` between components; for a model that is one file, its name. */
  readonly path: string;
  readonly file: RawPath;
  readonly size: number;
  /** Changes whenever the file or what is under its name does. */
  readonly state: string;
}

export interface ModelListing {
  readonly isFolder: boolean;
  readonly modelName: string;
  /** Sorted by code unit; complete unless there are problems. */
  readonly files: readonly ModelFile[];
  /** Files and folders left out, those that exist. */
  readonly ignored: readonly string[];
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

export interface ListOptions {
  /** Exact paths from the root; what is in an ignored folder is ignored with it. */
  readonly ignored: ReadonlySet<string>;
  /** Left out only where they are files, or links to files: a folder of such a name could hold anything. */
  readonly ignoredFiles: ReadonlySet<string>;
  readonly allowSymlinks: boolean;
}

/**
 * Everything a signature of `target` has to cover. What cannot be covered is a problem, never passed over in silence.
 * @throws ReadError when there is no such file or folder, SignError `size-limit`.
 */
export function listModel(target: string, options: ListOptions): ModelListing {
  const root = rawPath(target.replace(/(?<=.)\/+$/, ''));
  let stats: BigIntStats;
  try {
    stats = statSync(openable(root), { bigint: true });
  } catch (error) {
    throw ReadError.of(target, reasonOf(error), error);
  }
  const modelName = basename(resolve(target));
  if (stats.isDirectory()) return new Listing(root, modelName, options).list(stats);
  if (!stats.isFile()) throw ReadError.of(target, specialKind(stats));
  const file = { path: modelName, file: root, size: Number(stats.size), state: stateOf(stats) };
  return { isFolder: false, modelName, files: [file], ignored: [], problems: [], notes: [] };
}

interface Folder {
  readonly file: RawPath;
  readonly path: string;
  /** Identities of the folders above it and its own: entering one of them again would not end. */
  readonly above: readonly string[];
}

/** What a manifest may hold, and as many folders. */
const MAX_ENTRIES = 2 * signLimits.maxResources;
/** Links to folders can make 2^n paths of n folders, none of which contains itself. */
const MAX_LINKED_FOLDERS = 1000;

class Listing {
  readonly #root: RawPath;
  readonly #modelName: string;
  readonly #options: ListOptions;
  readonly #files: ModelFile[] = [];
  readonly #ignored: string[] = [];
  readonly #problems: Problem[] = [];
  readonly #notes: string[] = [];
  readonly #pending: Folder[] = [];
  #seen = 0;
  #links = 0;

  constructor(root: RawPath, modelName: string, options: ListOptions) {
    this.#root = root;
    this.#modelName = modelName;
    this.#options = options;
  }

  list(stats: BigIntStats): ModelListing {
    this.#pending.push({ file: this.#root, path: '', above: [identityOf(stats)] });
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) this.#enter(next);
    this.#files.sort((a, b) => (a.path < b.path ? -1 : 1));
    return {
      isFolder: true,
      modelName: this.#modelName,
      files: this.#files,
      ignored: this.#ignored.sort(),
      problems: this.#problems,
      notes: [...this.#notes, ...collisions(this.#files)],
    };
  }

  #enter(folder: Folder): void {
    let names: string[];
    try {
      names = readdirSync(openable(folder.file), { encoding: nameEncoding });
    } catch (error) {
      throw ReadError.of(displayPath(folder.file), reasonOf(error), error);
    }
    this.#seen += names.length;
    if (this.#seen > MAX_ENTRIES) {
      throw SignError.of('size-limit', `more than ${MAX_ENTRIES} files and folders in ${displayPath(this.#root)}`);
    }
    for (const raw of names) this.#visit(folder, raw);
  }

  #visit(folder: Folder, raw: string): void {
    const file = joinRaw(folder.file, raw);
    const name = nameOf(raw);
    if (name === null) return this.#refuse('name-not-utf8', displayPath(file));
    const path = folder.path === '' ? name : `${folder.path}/${name}`;
    const fault = pathFault(path);
    if (fault !== null) return this.#refuse('unsafe-name', `${path} ${fault}`);
    if (this.#isLeftOut(path, file)) {
      this.#ignored.push(path);
      return;
    }
    const link = lstatSync(openable(file), { bigint: true });
    const stats = link.isSymbolicLink() ? this.#follow(file, path) : link;
    if (link.isSymbolicLink() && stats?.isDirectory() === true) this.#countLink();
    if (stats !== null) this.#add({ file, path, stats, folder });
  }

  #countLink(): void {
    this.#links += 1;
    if (this.#links <= MAX_LINKED_FOLDERS) return;
    throw SignError.of('size-limit', `more than ${MAX_LINKED_FOLDERS} links to folders in ${displayPath(this.#root)}`);
  }

  #isLeftOut(path: string, file: RawPath): boolean {
    const { ignored, ignoredFiles } = this.#options;
    if (isIgnored(path, ignored)) return true;
    return ignoredFiles.has(path) && statSync(openable(file), { throwIfNoEntry: false })?.isFile() === true;
  }

  #add(one: { file: RawPath; path: string; stats: BigIntStats; folder: Folder }): void {
    const { file, path, stats, folder } = one;
    if (stats.isFile()) {
      this.#files.push({ path, file, size: Number(stats.size), state: stateOf(stats) });
      return;
    }
    if (!stats.isDirectory()) return this.#refuse('special-file', `${path} ${specialKind(stats)}`);
    const identity = identityOf(stats);
    if (folder.above.includes(identity)) {
      this.#notes.push(`${path} leads back to a folder that contains it; it was not followed`);
      return;
    }
    this.#pending.push({ file, path, above: [...folder.above, identity] });
  }

  /** What a link leads to, or null when it is refused (§6.1.1). */
  #follow(file: RawPath, path: string): BigIntStats | null {
    const to = displayPath(readlinkSync(openable(file), { encoding: nameEncoding }) as RawPath);
    if (!this.#options.allowSymlinks) {
      this.#refuse('symlink-refused', `${path} leads to ${to}`);
      return null;
    }
    try {
      const real = realpathSync(openable(file), { encoding: nameEncoding });
      const root = realpathSync(openable(this.#root), { encoding: nameEncoding });
      if (!real.startsWith(`${root}/`)) this.#notes.push(`${path} leads out of the model, to ${to}`);
      return statSync(openable(file), { bigint: true });
    } catch (error) {
      this.#refuse('special-file', `${path} leads to ${to}: ${reasonOf(error)}`);
      return null;
    }
  }

  #refuse(code: Problem['code'], detail: string): void {
    this.#problems.push(problemOf(code, detail));
  }
}

/** A name as text, or null when its bytes are none. */
function nameOf(raw: string): string | null {
  if (nameEncoding !== 'latin1') return raw;
  const bytes = Buffer.from(raw, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : null;
}

function identityOf(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}`;
}

function stateOf(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}:${stats.size}:${stats.ctimeNs}`;
}

/** Names that another file system would take for one: there, one file would stand in for the other. */
function collisions(files: readonly ModelFile[]): string[] {
  const notes: string[] = [];
  const seen = new Map<string, string>();
  for (const { path } of files) {
    const key = path.normalize('NFC').toLowerCase();
    const other = seen.get(key);
    if (other === undefined) {
      seen.set(key, path);
      continue;
    }
    const how = other.toLowerCase() === path.toLowerCase() ? 'upper and lower case' : 'Unicode normalisation';
    notes.push(`${path} and ${other} differ only in ${how}; some file systems keep one of them`);
  }
  return notes;
}
