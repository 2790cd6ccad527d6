import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { ReadError } from '../../bytes/errors.ts';
import { CleanError } from '../../clean/errors.ts';
import { type CleanOptions } from '../../clean/options.ts';
import { type CleanedFile, type CleaningRecord, RECORD_VERSION } from '../../clean/record-schema.ts';
import type { ScanPolicy } from '../../scan/policy.ts';
import { sha256Source } from '../digest.ts';
import { OutputFile, type OutputFileOptions } from '../output-file.ts';
import { OutputFolder } from '../output-folder.ts';
import { displayPath, openable, rawPath } from '../raw-path.ts';
import { packageVersion } from '../version.ts';
import { type Found, type FoundFile, walk } from '../walk.ts';
import { WriteError } from '../write-error.ts';
import { copyContent } from './copy-content.ts';
import { entryOf, FileCleaner, type OpenedFile, refusedEntry } from './file-cleaner.ts';

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
    for (const found of this.#found())
      this.#add(found, await this.#tryFile(found, ({ cleaned }) => entryOf(found.path, cleaned)));
  }

  async #intoFile(path: string): Promise<boolean> {
    const [input = ''] = this.#inputs;
    const [found] = [...this.#found()];
    if (found === undefined) return false;
    const output = OutputFile.create(path, { exclusive: this.#options.force !== true, mode: modeOf(input) });
    try {
      this.#add(found, await this.#tryFile(found, (opened) => this.#write(found, opened, output)));
      if (this.#isRefused()) return false;
      output.commit();
      return true;
    } finally {
      output.discard();
    }
  }

  async #intoFolder(path: string): Promise<boolean> {
    const replace = this.#options.force === true && statSync(path, { throwIfNoEntry: false }) !== undefined;
    const folder = OutputFolder.create(path, replace ? { replace: { backup: null } } : {});
    try {
      for (const found of this.#found())
        this.#add(found, await this.#tryFile(found, (opened) => this.#place(found, opened, folder)));
      if (this.#isRefused()) return false;
      folder.commit();
      this.#noteDescriptions();
      return true;
    } finally {
      folder.discard();
    }
  }

  /** Looks at everything first, so that a refusal comes before the first change; then only what changes is written. */
  async #inPlace(backup: string | null): Promise<boolean> {
    const changing: { readonly found: FoundFile; readonly index: number }[] = [];
    for (const found of this.#found()) {
      const entry = await this.#tryFile(found, ({ cleaned }) => entryOf(found.path, cleaned));
      if (entry.status !== 'unchanged') changing.push({ found, index: this.files.length });
      this.#add(found, entry);
    }
    if (this.#isRefused()) return false;
    for (const { found, index } of changing) await this.#replace(found, index, backup);
    if (changing.length > 0) this.#noteDescriptions();
    return changing.length > 0;
  }

  async #replace(found: FoundFile, index: number, backup: string | null): Promise<void> {
    const path = plainPath(found);
    if (this.files[index]?.after === null) {
      if (backup === null) rmSync(path);
      else renameSync(path, freeName(path + backup));
      return;
    }
    const mode = modeOf(path);
    const aside = backup === null ? undefined : OutputFile.create(freeName(path + backup), { exclusive: true, mode });
    this.files[index] = await this.#intoOutput(path, { mode }, async (output) => {
      try {
        const entry = await this.#cleaner.clean(found, async (opened) => {
          if (aside !== undefined) await copyContent(opened.source, aside, () => undefined);
          return this.#write(found, opened, output);
        });
        aside?.commit();
        return entry;
      } finally {
        aside?.discard();
      }
    });
  }

  async #place(found: FoundFile, opened: OpenedFile, folder: OutputFolder): Promise<CleanedFile> {
    if (opened.cleaned.status === 'left-out') return entryOf(found.path, opened.cleaned);
    const path = join(folder.path, this.#relative(found));
    mkdirSync(dirname(path), { recursive: true });
    const options = { exclusive: true, mode: modeOf(plainPath(found)) };
    return this.#intoOutput(path, options, (output) => this.#write(found, opened, output));
  }

  /** Commits what `fill` wrote, unless it throws. */
  async #intoOutput(
    path: string,
    options: OutputFileOptions,
    fill: (output: OutputFile) => Promise<CleanedFile>,
  ): Promise<CleanedFile> {
    const output = OutputFile.create(path, options);
    try {
      const entry = await fill(output);
      output.commit();
      return entry;
    } finally {
      output.discard();
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
    this.#add(found, refusedEntry(path, 0, ReadError.of(path, reason)));
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

/** @throws CleanError for a name that is no text, and so could not be given to the copy. */
function plainPath({ file, path }: FoundFile): string {
  const text = Buffer.from(openable(file)).toString('utf8');
  if (rawPath(text) === file) return text;
  throw CleanError.of('unreadable', { path, reason: `its name is not UTF-8: ${displayPath(file)}` });
}

/** Permission bits of the copy: those of the file, without the right to become somebody else. */
function modeOf(path: string): number | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? undefined : stats.mode & 0o777;
}

/** @throws WriteError when a backup of this name exists: it may be the only one of the original. */
function freeName(path: string): string {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return path;
  throw WriteError.of(path, new Error('already exists'));
}
