import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { FileSource } from './file-source.ts';
import { reasonOf, specialKind } from './reason.ts';

const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** The longest path of the usual systems. */
const MAX_NAME_LENGTH = 4096;

export interface BesideOptions {
  /**
   * A folder that symbolic links may lead into: download caches keep every file of a model as a link into a store of
   * blobs. Without it no link is followed.
   */
  readonly linksRoot?: string | undefined;
}

/**
 * Opens files that a model names by the bytes in it, and none outside its own folder (CVE-2022-25882, CVE-2024-27318,
 * CVE-2025-51480, CVE-2026-27489): no absolute name, no `..`, no link, nothing but regular files. What is opened is
 * checked by its descriptor, so that nothing can take its place in between.
 */
export class BesideFiles {
  readonly #file: string;
  readonly #options: BesideOptions;
  readonly #open = new Map<string, FileSource | undefined>();
  readonly #notes: string[] = [];

  /** `file` is the model; the folder is the one it is named in, not the one a link leads to. */
  constructor(file: string, options: BesideOptions = {}) {
    this.#file = file;
    this.#options = options;
  }

  /** Why names were not opened, and what is remarkable about those that were. */
  get notes(): readonly string[] {
    return this.#notes;
  }

  /** Every file that was opened. */
  get sources(): readonly FileSource[] {
    return [...this.#open.values()].filter((source) => source !== undefined);
  }

  /** The file of that name, the same source for the same name; undefined, with a note, when it may not be opened. */
  open(name: string): FileSource | undefined {
    if (this.#open.has(name)) return this.#open.get(name);
    let source: FileSource | undefined;
    try {
      source = this.#openName(name);
    } catch (error) {
      this.#notes.push(`${name.slice(0, MAX_NAME_LENGTH)} was not opened: ${reasonOf(error)}`);
    }
    this.#open.set(name, source);
    return source;
  }

  close(): void {
    for (const source of this.sources) source.close();
    this.#open.clear();
  }

  #openName(name: string): FileSource {
    const path = this.#locate(name);
    const fd = openSync(path, OPEN_FLAGS);
    try {
      this.#check(fd, path, name);
      return FileSource.fromDescriptor(fd, name);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /** The real path of a name, which is inside the folder, or inside the root for links when there is one. */
  #locate(name: string): string {
    const parts = partsOf(name);
    const folder = realpathSync(dirname(this.#file));
    const { linksRoot } = this.#options;
    const root = linksRoot === undefined ? undefined : realpathSync(linksRoot);
    let path = folder;
    for (const part of parts) {
      path = join(path, part);
      if (!lstatSync(path).isSymbolicLink()) continue;
      if (root === undefined) throw new Error('it is or lies behind a symbolic link');
      path = realpathSync(path);
      if (!isInside(path, root) && !isInside(path, folder)) {
        throw new Error('a symbolic link leads out of the folder that links may lead into');
      }
    }
    return path;
  }

  /** The descriptor must be of the file that has this path now, without any link on the way. */
  #check(fd: number, path: string, name: string): void {
    const opened = fstatSync(fd, { bigint: true });
    if (!opened.isFile()) throw new Error(specialKind(opened));
    const there = statSync(path, { bigint: true });
    const isSame = there.dev === opened.dev && there.ino === opened.ino;
    if (!isSame || realpathSync(path) !== path || descriptorPath(fd, path) !== path) {
      throw new Error('another file took its place while it was opened');
    }
    if (opened.nlink > 1n) this.#notes.push(`${name} has ${opened.nlink} hard links: its content has other names too`);
  }
}

/** The steps of a relative name. @throws Error that says why it is none. */
function partsOf(name: string): readonly string[] {
  if (name === '' || name.length > MAX_NAME_LENGTH || name.includes('\0')) throw new Error('that is no file name');
  if (isAbsolute(name) || name.startsWith('/') || name.includes('\\') || /^[a-z]:/i.test(name)) {
    throw new Error('only names relative to the folder of the model are opened');
  }
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw new Error('the name leads out of the folder of the model');
  if (parts.length === 0) throw new Error('that is no file name');
  return parts;
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Where the system says that a descriptor leads; `path` where it does not say. */
function descriptorPath(fd: number, path: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return path;
  }
}
