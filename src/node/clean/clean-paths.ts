import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { ReadError } from '../../bytes/errors.ts';
import { type CleanOptions } from '../../clean/options.ts';
import { type CleanedFile, type CleaningRecord, RECORD_VERSION } from '../../clean/record-schema.ts';
import type { ScanPolicy } from '../../scan/policy.ts';
import { sha256Source } from '../digest.ts';
import { OutputFile } from '../output-file.ts';
import { OutputFolder } from '../output-folder.ts';
import { packageVersion } from '../version.ts';
import { type Found, type FoundFile, walk } from '../walk.ts';
import { WriteError } from '../write-error.ts';
import { copyContent } from './copy-content.ts';
import { entryOf, FileCleaner, type OpenedFile, refusedEntry } from './file-cleaner.ts';
import { plainPath, Replacements } from './replacements.ts';

/** Where cleaned files go. */
export type Destination =
  /** One file, under this name. */
  | { readonly kind: 'file'; readonly path: string }
  /** A new folder: the contents of one input folder, or several inputs by their names. */
  | { readonly kind: 'folder'; readonly path: string }
  /** Where they are; with a suffix, what was there stays beside under a longer name. */
  | { readonly kind: 'in-place'; readonly backup: string | null };

export interface CleanPathsOptions {
  readonly destination: Destination;
  readonly cleaning: CleanOptions;
  readonly policy?: ScanPolicy | undefined;
  /** Replace what is at the destination. */
  readonly force?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  /** Leave out of the output what cannot be cleaned; without it one such file refuses everything. */
  readonly dropUnsafe?: boolean | undefined;
  readonly includeGit?: boolean | undefined;
  readonly onProgress?: ((state: { readonly files: number; readonly bytes: number }) => void) | undefined;
  readonly now?: Date | undefined;
}

/**
 * Cleans files and folders. Everything that is written has been scanned again and is clean; when anything is refused,
 * and is not to be left out, nothing is written at all.
 * @throws CodedError when it could not run: an unreadable input, a destination that cannot be written.
 */
export async function cleanPaths(inputs: readonly string[], options: CleanPathsOptions): Promise<CleaningRecord> {
  const now = options.now ?? new Date();
  const cleaner = await FileCleaner.create(options.cleaning, options.policy, now);
  const run = new CleanRun(inputs, options, cleaner);
  const written = await run.run();
  const { cleaning, dropUnsafe = false, dryRun = false } = options;
  return {
    schemaVersion: RECORD_VERSION,
    tool: { name: 'vouchsafe', version: packageVersion() },
    createdAt: now.toISOString(),
    options: { ...cleaning, dropUnsafe, dryRun },
    written,
    files: run.files,
    notes: run.notes,
  };
}

/** What signs or lists the files of a folder as they were. */
const DESCRIPTIONS = /^(?:.*\.)?(?:sig|intoto\.jsonl|cdx\.json|spdx\.json|conversion\.json)$/;

class CleanRun {
  readonly files: CleanedFile[] = [];
  readonly notes: string[] = [];
  readonly #inputs: readonly string[];
  readonly #options: CleanPathsOptions;
  readonly #cleaner: FileCleaner;
  /** Folders made in the output, and the permission bits of those they are made from. */
  readonly #folderModes = new Map<string, number>();
  #bytes = 0;

  constructor(inputs: readonly string[], options: CleanPathsOptions, cleaner: FileCleaner) {
    this.#inputs = inputs;
    this.#options = options;
    this.#cleaner = cleaner;
  }

  /** Returns whether anything was written. */
  async run(): Promise<boolean> {
    const { destination, dryRun } = this.#options;
    if (dryRun === true) {
      await this.#examineAll();
      return false;
    }
    if (destination.kind === 'file') return this.#intoFile(destination.path);
    return destination.kind === 'folder' ? this.#intoFolder(destination.path) : this.#inPlace(destination.backup);
  }

  async #examineAll(): Promise<void> {
    const { destination } = this.#options;
    for (const found of this.#found()) {
      const look = (opened: OpenedFile): CleanedFile => {
        if (destination.kind === 'file') this.#cleaner.mustBeCleanAs(destination.path, found, opened);
        return entryOf(found.path, opened.cleaned);
      };
      this.#add(found, await this.#tryFile(found, look));
    }
  }

  async #intoFile(path: string): Promise<boolean> {
    const [input = ''] = this.#inputs;
    const [found] = [...this.#found()];
    if (found === undefined) return false;
    const output = OutputFile.create(path, { exclusive: this.#options.force !== true, mode: modeOf(input) });
    const write = (opened: OpenedFile): Promise<CleanedFile> => {
      this.#cleaner.mustBeCleanAs(path, found, opened);
      return this.#write(found, opened, output);
    };
    try {
      this.#add(found, await this.#tryFile(found, write));
      if (this.#isRefused()) return false;
      output.commit();
      return true;
    } finally {
      output.discard();
    }
  }

  async #intoFolder(path: string): Promise<boolean> {
    const replace = this.#options.force === true && statSync(path, { throwIfNoEntry: false }) !== undefined;
    const [input = ''] = this.#inputs;
    const folder = OutputFolder.create(path, {
      ...(replace ? { replace: { backup: null, keeps: this.#inputs } } : {}),
      ...(this.#inputs.length === 1 ? { maxMode: modeOf(input) } : {}),
    });
    try {
      for (const found of this.#found()) this.#add(found, await this.#place(found, folder));
      if (this.#isRefused()) return false;
      this.#restrictFolders();
      folder.commit();
      this.#noteDescriptions();
      return true;
    } finally {
      folder.discard();
    }
  }

  /** Looks at everything first, so that a refusal comes before the first change; then only what changes is written. */
  async #inPlace(backup: string | null): Promise<boolean> {
    const changing = new Replacements(backup);
    for (const found of this.#found()) {
      const state = changing.stateOf(found);
      const entry = await this.#tryFile(found, ({ cleaned }) => entryOf(found.path, cleaned));
      if (entry.status !== 'unchanged') changing.add({ found, state, index: this.files.length, entry });
      this.#add(found, entry);
    }
    if (this.#isRefused()) return false;
    changing.check();
    for (const { found, state, index, entry } of changing.all()) {
      if (entry.after === null) changing.remove(found, state);
      else this.files[index] = await this.#replace(found, changing.backupOf(found));
    }
    if (changing.all().length > 0) this.#noteDescriptions();
    return changing.all().length > 0;
  }

  async #replace(found: FoundFile, backup: string | null): Promise<CleanedFile> {
    const path = plainPath(found);
    const output = OutputFile.create(path);
    const aside = backup === null ? undefined : OutputFile.create(backup, { exclusive: true, mode: modeOf(path) });
    try {
      const entry = await this.#cleaner.clean(found, async (opened) => {
        if (aside !== undefined) await copyContent(opened.source, aside, () => undefined);
        return this.#write(found, opened, output);
      });
      aside?.commit();
      output.commit();
      return entry;
    } finally {
      aside?.discard();
      output.discard();
    }
  }

  /** Puts a file into the new folder, unless it is refused: one that changes meanwhile is known only at its end. */
  async #place(found: FoundFile, folder: OutputFolder): Promise<CleanedFile> {
    let output: OutputFile | undefined;
    try {
      const entry = await this.#tryFile(found, (opened) => {
        if (opened.cleaned.status === 'left-out') return entryOf(found.path, opened.cleaned);
        output = this.#createBelow(found, folder);
        return this.#write(found, opened, output);
      });
      if (entry.after !== null) output?.commit();
      return entry;
    } finally {
      output?.discard();
    }
  }

  #createBelow(found: FoundFile, folder: OutputFolder): OutputFile {
    const from = plainPath(found);
    const below = this.#relative(found);
    const path = join(folder.path, below);
    try {
      mkdirSync(dirname(path), { recursive: true });
    } catch (error) {
      throw WriteError.of(path, error);
    }
    for (
      let [at, source] = [dirname(below), dirname(from)];
      at !== '.';
      [at, source] = [dirname(at), dirname(source)]
    ) {
      const mode = modeOf(source);
      if (mode !== undefined) this.#folderModes.set(join(folder.path, at), mode);
    }
    return OutputFile.create(path, { exclusive: true, mode: modeOf(from) });
  }

  /** What only some could look into stays so in the copy. */
  #restrictFolders(): void {
    // The deepest first: nothing below a folder can be reached once its own bits are gone.
    for (const [folder, mode] of [...this.#folderModes].toSorted(([a], [b]) => b.length - a.length)) {
      chmodSync(folder, statSync(folder).mode & (0o7000 | mode));
    }
  }

  async #write(found: FoundFile, { source, cleaned }: OpenedFile, output: OutputFile): Promise<CleanedFile> {
    const entry = entryOf(found.path, cleaned);
    const after = await copyContent(cleaned.content, output, (bytes) => this.#progress(bytes));
    const before = cleaned.status === 'unchanged' ? after : sha256Source(source);
    return {
      ...entry,
      before: { ...entry.before, sha256: before },
      after: { size: cleaned.content.size, sha256: after },
    };
  }

  /** Every file of the inputs; what cannot be looked at refuses the run. */
  *#found(): Generator<FoundFile> {
    for (const found of walk(this.#inputs, { includeGit: this.#options.includeGit })) {
      const file = this.#fileOf(found);
      if (file !== undefined) yield file;
    }
  }

  #fileOf(found: Found): FoundFile | undefined {
    if (found.kind === 'file') return found;
    if (found.kind === 'skipped') {
      this.notes.push(`${found.skipped.path} is left out: ${found.skipped.detail}`);
      return undefined;
    }
    const { path, reason } = found;
    if (found.isTarget) throw ReadError.of(path, reason);
    const entry = refusedEntry(path, 0, ReadError.of(path, reason));
    // In place it would stay where it is, so that it cannot be called left out.
    if (this.#options.destination.kind === 'in-place') this.files.push(entry);
    else this.#add(found, entry);
    return undefined;
  }

  async #tryFile(
    found: FoundFile,
    work: (opened: OpenedFile) => CleanedFile | Promise<CleanedFile>,
  ): Promise<CleanedFile> {
    // Between files, too, whoever asks the process to end is heard.
    await setImmediate();
    try {
      return await this.#cleaner.clean(found, work);
    } catch (error) {
      return refusedEntry(found.path, found.size, error);
    }
  }

  #add({ isTarget }: { readonly isTarget: boolean }, entry: CleanedFile): void {
    const isDropped = entry.status === 'refused' && this.#options.dropUnsafe === true && !isTarget;
    this.files.push(isDropped ? { ...entry, status: 'left-out' } : entry);
    this.#progress(0);
  }

  #isRefused(): boolean {
    return this.files.some(({ status }) => status === 'refused');
  }

  #progress(bytes: number): void {
    this.#bytes += bytes;
    this.#options.onProgress?.({ files: this.files.length, bytes: this.#bytes });
  }

  /** Below the one input folder, or below the name of its input. */
  #relative(found: FoundFile): string {
    const path = plainPath(found);
    const root = this.#inputs.find((input) => isWithin(path, input)) ?? path;
    const below = relative(root, path);
    return this.#inputs.length === 1 && below !== '' ? below : join(basename(resolve(root)), below);
  }

  #noteDescriptions(): void {
    const isChanged = this.files.some(({ status }) => status !== 'unchanged');
    const stale = this.files.filter(({ path, status }) => status === 'unchanged' && DESCRIPTIONS.test(basename(path)));
    if (!isChanged) return;
    for (const { path } of stale) this.notes.push(`${path} describes or signs the files as they were; make it again`);
  }
}

function isWithin(path: string, input: string): boolean {
  const root = resolve(input);
  const whole = resolve(path);
  return whole === root || whole.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
}

/** Permission bits of the copy: those of the file, without the right to become somebody else. */
function modeOf(path: string): number | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? undefined : stats.mode & 0o777;
}
