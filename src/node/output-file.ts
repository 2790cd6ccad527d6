import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { WriteError } from './write-error.ts';

/** Files and folders being written, so that a process that is asked to end leaves none behind. */
const unfinished = new Set<Unfinished>();

/** Something on its way to a place. */
export interface Unfinished {
  /** Removes what was written so far; does nothing once it has arrived. */
  discard(): void;
}

export interface OutputFileOptions {
  /** Fail when something of this name exists, now or when it is committed. */
  readonly exclusive?: boolean | undefined;
  /** Permission bits of the new file, less the umask; by default those of the file it replaces, or 0o666. */
  readonly mode?: number | undefined;
}

/**
 * A file that appears under its name whole or not at all: written beside its destination, synced, renamed. Until
 * `commit` a reader sees what was there before, and so does everybody after a crash.
 */
export class OutputFile {
  /** Where the file will be: the end of the link when a link of that name leads to a file. */
  readonly target: string;
  readonly temporary: string;
  readonly #fd: number;
  readonly #exclusive: boolean;
  #position = 0;
  #state: 'open' | 'committed' | 'discarded' = 'open';

  private constructor(target: string, temporary: string, fd: number, exclusive: boolean) {
    this.target = target;
    this.temporary = temporary;
    this.#fd = fd;
    this.#exclusive = exclusive;
    rememberUnfinished(this);
  }

  /** Starts a file. @throws WriteError when the place cannot be written to, or is taken and `exclusive` is asked for. */
  static create(file: string, options: OutputFileOptions = {}): OutputFile {
    try {
      if (options.exclusive === true) mustBeFree(file);
      const existing = statSync(file, { throwIfNoEntry: false });
      if (existing !== undefined) checkReplaceable(existing);
      const target = existing === undefined ? file : realpathSync(file);
      const temporary = temporaryPath(target, 'tmp');
      const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
      const mode = options.mode ?? (existing === undefined ? 0o666 : existing.mode & 0o777);
      const output = makeTemporary(temporary, () => {
        const fd = openSync(temporary, flags, mode);
        return new OutputFile(target, temporary, fd, options.exclusive ?? false);
      });
      if (existing !== undefined && options.mode === undefined) output.#takeAfter(existing);
      return output;
    } catch (error) {
      throw WriteError.of(file, error);
    }
  }

  /** Who may read and write the file it replaces may do so afterwards, whatever the umask and whoever runs this. */
  #takeAfter({ uid, gid, mode }: Stats): void {
    try {
      fchownSync(this.#fd, uid, gid);
    } catch {
      // Only root may give files away; the file is then of whoever replaced it.
    }
    try {
      fchmodSync(this.#fd, mode & 0o777);
    } catch {
      // A file system without permissions.
    }
  }

  /** The descriptor, for writers that place bytes themselves. */
  get fd(): number {
    return this.#fd;
  }

  /** Writes at the end of what was appended so far. @throws WriteError. */
  append(bytes: Uint8Array): void {
    this.writeAt(this.#position, bytes);
    this.#position += bytes.length;
  }

  /** Writes all bytes at an offset. @throws WriteError. */
  writeAt(offset: number, bytes: Uint8Array): void {
    try {
      this.#mustBeOpen();
      writeFully(this.#fd, bytes, offset);
    } catch (error) {
      throw WriteError.of(this.target, error);
    }
  }

  /** Makes the file appear under its name, on disk. @throws WriteError; the old file is then untouched. */
  commit(): void {
    try {
      this.#mustBeOpen();
      fsyncSync(this.#fd);
      if (this.#exclusive) moveToFree(this.temporary, this.target);
      else renameSync(this.temporary, this.target);
      this.#state = 'committed';
      forgetUnfinished(this);
      closeSync(this.#fd);
      syncFolder(dirname(this.target));
    } catch (error) {
      this.discard();
      throw WriteError.of(this.target, error);
    }
  }

  /** Removes what was written; does nothing after `commit`. */
  discard(): void {
    if (this.#state !== 'open') return;
    this.#state = 'discarded';
    closeSync(this.#fd);
    rmSync(this.temporary, { force: true });
    forgetUnfinished(this);
  }

  /** The number of a closed descriptor may be that of another file by now. */
  #mustBeOpen(): void {
    if (this.#state !== 'open') throw new Error(`was ${this.#state} before`);
  }
}

/** Makes what will be at `path`; a process that is asked to end just then removes it like everything unfinished. */
export function makeTemporary<Made>(path: string, make: () => Made): Made {
  const pending: Unfinished = { discard: () => rmSync(path, { recursive: true, force: true }) };
  rememberUnfinished(pending);
  try {
    return make();
  } finally {
    forgetUnfinished(pending);
  }
}

/** Bytes of a name that file systems take (255), less what is put around it here. */
const MAX_NAME_BYTES = 200;

/** A hidden name beside `target` that nothing has. */
export function temporaryPath(target: string, ending: string): string {
  const name = Buffer.from(basename(target))
    .subarray(0, MAX_NAME_BYTES)
    .toString('utf8')
    .replace(/\ufffd+$/, '');
  return join(dirname(target), `.${name}.${randomBytes(6).toString('hex')}.${ending}`);
}

/** A link that leads nowhere takes the place, too. @throws Error. */
function mustBeFree(file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) throw new Error('already exists');
}

/** What a file system says that has no second names for files. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'EMLINK', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EXDEV']);

/** Unlike a rename, a second name is given only when nothing has it, even when it was made a moment ago. */
function moveToFree(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'EEXIST') throw new Error('already exists', { cause: error });
    if (!NO_LINKS.has(code)) throw error;
    mustBeFree(to);
    renameSync(from, to);
    return;
  }
  rmSync(from, { force: true });
}

/** @throws Error when what is there must stay. */
function checkReplaceable(existing: Stats): void {
  if (existing.isDirectory()) throw new Error('is a directory');
  // Renaming would put a file in the place of a device: of /dev/null, for the whole machine.
  if (!existing.isFile()) throw new Error('is no regular file');
}

export function rememberUnfinished(output: Unfinished): void {
  unfinished.add(output);
  if (unfinished.size === 1) tellWatcher(true);
}

export function forgetUnfinished(output: Unfinished): void {
  if (unfinished.delete(output) && unfinished.size === 0) tellWatcher(false);
}

let tellWatcher: (isAny: boolean) => void = () => undefined;

/**
 * Tells whenever something starts being written, and when nothing is any more: a program that handles signals only in
 * between can otherwise be interrupted at once, even in the middle of a long computation.
 */
export function watchUnfinished(watcher: (isAny: boolean) => void): void {
  tellWatcher = watcher;
}

/** Removes every file and folder that was started and not committed: for a process that is asked to end. */
export function discardUnfinished(): void {
  for (const output of unfinished) output.discard();
}

/** Writes all bytes, however many system calls that takes; at `position`, or where the descriptor stands. */
export function writeFully(fd: number, bytes: Uint8Array, position?: number): void {
  for (let done = 0; done < bytes.length; ) {
    const at = position === undefined ? null : position + done;
    done += writeSync(fd, bytes, done, bytes.length - done, at);
  }
}

/** A rename survives a power cut only once its folder was synced. Some systems cannot open folders: then that is that. */
export function syncFolder(folder: string | Buffer): void {
  let fd: number;
  try {
    fd = openSync(folder, constants.O_RDONLY);
  } catch {
    return;
  }
  try {
    fsyncSync(fd);
  } catch {
    // The file system syncs no folders.
  } finally {
    closeSync(fd);
  }
}
