import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, isAbsolute, join, relative, sep } from 'node:path';
import { CodedError, ReadError } from '../bytes/errors.ts';
import type { Source } from '../bytes/source.ts';
import { readTensors, type ReadTensorsOptions } from '../tensors/read-tensors.ts';
import { TensorError } from '../tensors/errors.ts';
import type { TensorFile } from '../tensors/tensor.ts';
import { parseWeightIndex, type WeightIndex } from '../tensors/weight-index.ts';
import { FileSource } from './file-source.ts';
import { BesideFiles, type BesideOptions } from './open-beside.ts';
import { displayPath, rawPath, type RawPath } from './raw-path.ts';
import { reasonOf } from './reason.ts';
import { walk } from './walk.ts';

const MAX_INDEX_BYTES = 64 * 1024 * 1024;
/** Files of one folder that are looked into. */
const MAX_FILES = 100_000;

export interface OpenTensorsOptions extends Omit<ReadTensorsOptions, 'openBeside'>, BesideOptions {}

/** One file with tensors, open. */
export interface OpenedPart {
  /** Path below the folder that was opened, or the name of the file. */
  readonly path: string;
  readonly source: FileSource;
  readonly file: TensorFile;
}

/** A file that looks like weights and cannot be read. */
export interface FailedPart {
  readonly path: string;
  readonly error: CodedError;
}

/** The tensors of a file, or of all files in a folder. Everything stays open, and is the same, until `close`. */
export interface OpenedTensors {
  readonly target: string;
  readonly isFolder: boolean;
  readonly parts: readonly OpenedPart[];
  /** Files that hold weights and cannot be read. Of a single file the error is thrown instead. */
  readonly failed: readonly FailedPart[];
  /** The index that says which file holds which tensor, when the folder has one. */
  readonly index: WeightIndex | undefined;
  readonly notes: readonly string[];
  /** What happened to any of the files since they were opened, or null. */
  changed(): string | null;
  close(): void;
}

/**
 * Opens a file, or every file in a folder that holds tensors; with an index (`model.safetensors.index.json`) only those
 * it names.
 * @throws ReadError when the target cannot be read, TensorError, FormatError, LimitError of a single file.
 */
export function openTensors(target: string, options: OpenTensorsOptions = {}): OpenedTensors {
  const opening = new Opening(target, options);
  try {
    return opening.run();
  } catch (error) {
    opening.close();
    throw error;
  }
}

class Opening {
  readonly #target: string;
  readonly #options: OpenTensorsOptions;
  readonly #parts: OpenedPart[] = [];
  readonly #failed: FailedPart[] = [];
  readonly #notes: string[] = [];
  readonly #closers: (() => void)[] = [];
  readonly #sources: (readonly [FileSource, RawPath | undefined])[] = [];

  constructor(target: string, options: OpenTensorsOptions) {
    this.#target = target;
    this.#options = options;
  }

  run(): OpenedTensors {
    let isFolder: boolean;
    try {
      isFolder = statSync(this.#target).isDirectory();
    } catch (error) {
      throw ReadError.of(this.#target, reasonOf(error), error);
    }
    const index = isFolder ? this.#folder() : undefined;
    if (!isFolder) this.#add(rawPath(this.#target), basename(this.#target));
    if (isFolder && this.#parts.length === 0 && this.#failed.length === 0) {
      throw TensorError.of('no-tensors', { path: this.#target });
    }
    return {
      target: this.#target,
      isFolder,
      parts: this.#parts,
      failed: this.#failed,
      index,
      notes: this.#notes,
      changed: () => this.#changed(),
      close: () => this.close(),
    };
  }

  close(): void {
    for (const close of this.#closers.splice(0)) close();
  }

  #changed(): string | null {
    for (const [source, path] of this.#sources) {
      const what = source.changed(path);
      if (what !== null) return path === undefined ? what : `${displayPath(path)}: ${what}`;
    }
    return null;
  }

  #folder(): WeightIndex | undefined {
    const index = this.#index();
    if (index !== undefined) {
      for (const file of index.files) {
        this.#noteLink(file);
        this.#attempt(rawPath(join(this.#target, file)), file);
      }
      this.#compare(index);
      return index;
    }
    let files = 0;
    for (const found of walk([this.#target])) {
      if (found.kind === 'problem') {
        this.#failed.push({ path: this.#below(found.path), error: ReadError.of(found.path, found.reason) });
      }
      if (found.kind !== 'file') continue;
      if (found.outside !== undefined) this.#notes.push(`${this.#below(found.path)} is a link to ${found.outside}`);
      files += 1;
      if (files > MAX_FILES) throw ReadError.of(this.#target, `it holds more than ${MAX_FILES} files`);
      this.#attempt(found.file, this.#below(displayPath(found.file)));
    }
    return undefined;
  }

  /** A plain name may still be a link; as without an index, where it leads is told. */
  #noteLink(file: string): void {
    try {
      const real = realpathSync(join(this.#target, file));
      const way = relative(realpathSync(this.#target), real);
      if (way.startsWith(`..${sep}`) || isAbsolute(way)) this.#notes.push(`${file} is a link to ${real}`);
    } catch {
      // Opening it says what is wrong.
    }
  }

  /** Loaders take a tensor from the file the index names: what it misses or makes up is said. */
  #compare({ weightMap }: WeightIndex): void {
    const held = new Map(this.#parts.map(({ path, file }) => [path, new Set(namesOf(file))]));
    const missing = [...weightMap].filter(([name, file]) => held.get(file)?.has(name) === false);
    const unlisted = [...held].flatMap(([file, names]) => [...names].filter((name) => weightMap.get(name) !== file));
    const [first] = missing;
    if (first !== undefined) {
      this.#notes.push(`the index names ${missing.length} tensors that are not where it says, such as ${first[0]}`);
    }
    if (unlisted.length > 0) {
      this.#notes.push(`the index leaves out ${unlisted.length} tensors that its files hold, such as ${unlisted[0]}`);
    }
  }

  #below(path: string): string {
    return relative(this.#target, path).split(sep).join('/');
  }

  /** The index of the folder. Two of them are two sets of weights, and nobody said which is meant. */
  #index(): WeightIndex | undefined {
    const names = readdirSync(this.#target).filter((name) => /\.(?:safetensors|bin)\.index\.json$/.test(name));
    const [name] = names.sort();
    if (name === undefined) return undefined;
    if (names.length > 1) {
      const detail = `it has several indexes: ${names.join(', ')}; name the files instead`;
      throw TensorError.of('ambiguous', { path: this.#target, detail });
    }
    const path = join(this.#target, name);
    const source = FileSource.open(rawPath(path), MAX_INDEX_BYTES);
    this.#sources.push([source, rawPath(path)]);
    this.#closers.push(() => source.close());
    return parseWeightIndex(source, path);
  }

  /** In a folder a file that holds no tensors is passed over, and one that is broken is told with the others. */
  #attempt(path: RawPath, shown: string): void {
    try {
      this.#add(path, shown);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      if (error.code === 'no-reader' || error.code === 'no-tensors') this.#notes.push(`${shown} holds no tensors`);
      else this.#failed.push({ path: shown, error });
    }
  }

  #add(path: RawPath, shown: string): void {
    const source = FileSource.open(path, this.#options.limits?.maxFileBytes);
    this.#closers.push(() => source.close());
    const beside = new BesideFiles(displayPath(path), this.#options);
    this.#closers.push(() => beside.close());
    const openBeside = (name: string): Source | undefined => beside.open(name);
    const file = readTensors(source, shown, { ...this.#options, openBeside });
    this.#sources.push([source, path], ...beside.sources.map((one) => [one, undefined] as const));
    this.#parts.push({ path: shown, source, file: { ...file, notes: [...file.notes, ...beside.notes] } });
  }
}

function namesOf(file: TensorFile): string[] {
  return [...file.tensors, ...file.refused].map(({ name }) => name);
}
