import { existsSync, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ReadError } from '../../bytes/errors.ts';
import { ConvertError } from '../../convert/errors.ts';
import { reasonOf } from '../reason.ts';
import { isSameFile } from '../write-file.ts';
import {
  Destination,
  filePlaces,
  folderPlaces,
  type FolderChange,
  isEntryPoint,
  isNewOrEmpty,
  recover,
} from './destination.ts';
import type { Job } from './job.ts';
import { BACKUP_ENDING } from './journal.ts';
import type { ConvertOptions } from './options.ts';

/** The record in a folder; beside a file it is called after the file. */
const RECORD_NAME = 'vouchsafe.conversion.json';
const FILE_ENDING = '.safetensors';

/** What is converted into what, as the paths alone tell. */
export interface Target {
  readonly input: 'files' | 'folder';
  /** The folder converted; empty for files. */
  readonly source: string;
  readonly output: { readonly kind: 'file' | 'folder'; readonly path: string };
  /** Name of the record in the destination, and its whole path. */
  readonly recordName: string;
  readonly recordPath: string;
  /** @throws ConvertError `output-exists`. */
  check(outputs: readonly { readonly path: string }[], force: boolean): void;
  open(force: boolean): Destination;
  /** What happens to the files that the destination has already. */
  changeFor(options: ConvertOptions, job: Job): FolderChange;
  backupOf(options: ConvertOptions, job: Job): string | null;
}

/** Decides by the paths, before anything is read. @throws ConvertError, ReadError. */
export function targetOf({ inputs, output = '', inPlace, deleteOriginals }: ConvertOptions): Target {
  const folder = inputs.find(isDirectory);
  if (folder !== undefined && inputs.length > 1) throw ReadError.of(folder, 'a folder is converted alone');
  if (inPlace === true) return new InPlaceTarget(inputs[0] ?? '', deleteOriginals === true);
  const out = output.length > 1 ? output.replace(/\/+$/, '') : output;
  for (const input of inputs) checkApart(input, out);
  return kindOf(out, folder) === 'file' ? new FileTarget(out) : new FolderTarget(folder ?? '', out);
}

function kindOf(out: string, folder: string | undefined): 'file' | 'folder' {
  const place = statSync(out, { throwIfNoEntry: false });
  if (place?.isDirectory() === true) return 'folder';
  if (folder === undefined && out.endsWith(FILE_ENDING)) return 'file';
  if (place === undefined) return 'folder';
  throw ReadError.of(out, 'a folder is needed, and this is none');
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw ReadError.of(path, reasonOf(error), error);
  }
}

/** The output must be no input, nor lie in an input folder, nor hold an input. @throws ConvertError `output-is-input`. */
function checkApart(input: string, output: string): void {
  const [from, to] = [realpathSync(input), realOf(output)];
  const isOne = from === to || isSameFile(input, output) || to.startsWith(`${from}/`);
  const holds = statSync(input).isDirectory() && from.startsWith(`${to}/`);
  if (isOne || holds) throw ConvertError.of('output-is-input', { path: output });
}

/** The real path of a place that need not be there yet. */
function realOf(path: string): string {
  const absolute = resolve(path);
  return existsSync(absolute) ? realpathSync(absolute) : join(realOf(dirname(absolute)), basename(absolute));
}

class FileTarget implements Target {
  readonly input = 'files';
  readonly source = '';
  readonly output: Target['output'];
  readonly recordName: string;
  readonly recordPath: string;

  /** The end of a link, when it is one. */
  constructor(path: string) {
    const out = existsSync(path) ? realpathSync(path) : path;
    this.output = { kind: 'file', path: out };
    this.recordName = `${basename(out)}.conversion.json`;
    this.recordPath = join(dirname(out), this.recordName);
    recover(filePlaces(out, this.recordName));
  }

  check(_outputs: readonly { readonly path: string }[], force: boolean): void {
    if (force) return;
    for (const path of [this.output.path, this.recordPath]) {
      if (existsSync(path)) throw ConvertError.of('output-exists', { path });
    }
  }

  open(force: boolean): Destination {
    return Destination.open(filePlaces(this.output.path, this.recordName), { replaces: force, wholeFolder: false });
  }

  /** The old record goes before its file is replaced: it never stands beside one that it does not describe. */
  changeFor(): FolderChange {
    return { remove: [this.recordName], backup: null };
  }

  backupOf(): null {
    return null;
  }
}

class FolderTarget implements Target {
  readonly input: 'files' | 'folder';
  readonly source: string;
  readonly output: Target['output'];
  readonly recordName = RECORD_NAME;
  readonly recordPath: string;

  constructor(source: string, path: string) {
    this.input = source === '' ? 'files' : 'folder';
    this.source = source;
    this.output = { kind: 'folder', path };
    this.recordPath = join(path, RECORD_NAME);
    recover(folderPlaces(path));
  }

  /** Files may be added to a folder that has others, but a whole snapshot is only written into an empty one. */
  check(outputs: readonly { readonly path: string }[], force: boolean): void {
    const { path } = this.output;
    if (force || isNewOrEmpty(path)) return;
    if (this.input === 'folder') throw ConvertError.of('output-exists', { path });
    for (const one of [...outputs.map((output) => join(path, output.path)), this.recordPath]) {
      if (existsSync(one)) throw ConvertError.of('output-exists', { path: one });
    }
  }

  open(force: boolean): Destination {
    return Destination.open(folderPlaces(this.output.path), { replaces: force, wholeFolder: true });
  }

  /** What is replaced, and shards of an earlier conversion that would lie about beside the new ones. */
  changeFor(_options: ConvertOptions, job: Job): FolderChange {
    const written = job.models.flatMap(({ plan, folder }) => [
      ...plan.outputs.map(({ name }) => `${folder}${name}`),
      ...(plan.index === undefined ? [] : [`${folder}${plan.index.name}`]),
    ]);
    const replaced = [...written, ...job.copies.map(({ path }) => path), RECORD_NAME].filter((path) =>
      existsSync(join(this.output.path, path)),
    );
    return { remove: inOrder([...replaced, ...this.#staleShards(new Set(written))]), backup: null };
  }

  #staleShards(written: ReadonlySet<string>): string[] {
    const stems = new Set([...written].map(stemOf));
    return [...new Set([...written].map(dirname))].flatMap((folder) => {
      const place = join(this.output.path, folder);
      const names = existsSync(place) ? readdirSync(place) : [];
      const paths = names.map((name) => (folder === '.' ? name : `${folder}/${name}`));
      return paths.filter((path) => SHARD.test(path) && !written.has(path) && stems.has(stemOf(path)));
    });
  }

  backupOf(): string | null {
    return null;
  }
}

const SHARD = /(-\d{5}-of-\d{5})?\.safetensors(\.index\.json)?$/;

/** What the shards and the index of one model have in common. */
function stemOf(path: string): string {
  return path.replace(SHARD, '');
}

/** Indexes first: without them nothing of what still lies there is loaded. */
function inOrder(paths: readonly string[]): string[] {
  return [...new Set(paths)].sort((a, b) => Number(isEntryPoint(b)) - Number(isEntryPoint(a)));
}

/** A folder that is converted where it is. */
class InPlaceTarget implements Target {
  readonly input = 'folder';
  readonly source: string;
  readonly output: Target['output'];
  readonly recordName = RECORD_NAME;
  readonly recordPath: string;

  readonly #deletes: boolean;

  constructor(folder: string, deletes: boolean) {
    this.#deletes = deletes;
    if (!isDirectory(folder)) throw ReadError.of(folder, 'a folder is needed to convert in place, and this is none');
    this.source = folder;
    this.output = { kind: 'folder', path: folder };
    this.recordPath = join(folder, RECORD_NAME);
    recover(folderPlaces(folder));
  }

  check(): void {
    const backup = `${realpathSync(this.source)}${BACKUP_ENDING}`;
    const there = lstatSync(backup, { throwIfNoEntry: false }) !== undefined;
    if (there && !this.#deletes) throw ConvertError.of('backup-exists', { path: backup });
  }

  open(): Destination {
    return Destination.open(folderPlaces(this.source), { replaces: true, wholeFolder: false });
  }

  changeFor({ deleteOriginals }: ConvertOptions, job: Job): FolderChange {
    const backup = deleteOriginals === true ? null : `${basename(realpathSync(this.source))}${BACKUP_ENDING}`;
    return { remove: inOrder(job.gone), backup };
  }

  backupOf({ deleteOriginals }: ConvertOptions, job: Job): string | null {
    return deleteOriginals === true || job.gone.length === 0 ? null : `${realpathSync(this.source)}${BACKUP_ENDING}`;
  }
}
