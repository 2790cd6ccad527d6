import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CodedError } from '../../bytes/errors.ts';
import { defaultLimits } from '../../bytes/limits.ts';
import { firstDifference } from '../../convert/compare-elements.ts';
import { ConvertError } from '../../convert/errors.ts';
import { isSafetensorsIndex } from '../../convert/names.ts';
import { extentOf } from '../../convert/placement.ts';
import { type ConversionRecord, conversionRecordSchema } from '../../convert/record-schema.ts';
import { isEscapingPath } from '../../rules/config/paths.ts';
import type { ReadOptions } from '../../tensors/reader.ts';
import type { Tensor } from '../../tensors/tensor.ts';
import { parseWeightIndex, type WeightIndex } from '../../tensors/weight-index.ts';
import { sha256Source } from '../digest.ts';
import { FileSource } from '../file-source.ts';
import { rawPath } from '../raw-path.ts';
import { reasonOf } from '../reason.ts';
import { BACKUP_ENDING } from './journal.ts';
import { OpenSource } from './open-source.ts';

type DifferenceCode =
  | 'source-unreadable'
  | 'source-differs'
  | 'output-unreadable'
  | 'output-differs'
  | 'tensor-missing'
  | 'tensor-unexpected'
  | 'tensor-differs'
  | 'metadata-unexpected';

/** One way in which the outputs are not what the sources make, or the record is not about either. */
interface Difference {
  readonly code: DifferenceCode;
  /** The file, within its folder. */
  readonly path: string;
  readonly tensor: string | null;
  readonly detail: string;
}

export interface VerifyOptions {
  readonly followLinks?: boolean | undefined;
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
}

export interface Verification {
  readonly record: string;
  /** Tensors of which every byte was compared. */
  readonly tensors: number;
  readonly bytes: number;
  readonly differences: readonly Difference[];
}

/**
 * Derives from the sources what the outputs of a conversion must hold, and compares. Nothing that the record says is
 * believed: tensors are listed anew on both sides and their elements walked by code that the converter does not use.
 * Only which names were left out is taken from it, and reported as such when it hides a tensor that could be written.
 * @throws ConvertError `record-invalid`.
 */
export function verifyConversion(
  recordPath: string,
  inputs: readonly string[],
  options: VerifyOptions = {},
): Verification {
  const verifier = new Verifier(readRecord(recordPath), dirname(recordPath), options);
  try {
    verifier.run(inputs);
  } finally {
    verifier.close();
  }
  const { tensors, bytes, differences } = verifier;
  return { record: recordPath, tensors, bytes, differences };
}

function readRecord(path: string): ConversionRecord {
  try {
    const { size } = statSync(path);
    if (size > defaultLimits.maxDocumentBytes) throw new Error(`it has ${size} bytes`);
    const record = conversionRecordSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    const paths = [...record.outputs, ...record.tensors.map(({ output }) => output)].map((one) => one.path);
    const escaping = paths.find((one) => one === '' || isEscapingPath(one));
    if (escaping !== undefined) throw new Error(`${escaping} leads out of its folder`);
    return record;
  } catch (error) {
    throw ConvertError.of('record-invalid', { path, detail: reasonOf(error) }, error);
  }
}

interface Derived {
  readonly tensor: Tensor;
  readonly path: string;
}

class Verifier {
  tensors = 0;
  bytes = 0;
  readonly differences: Difference[] = [];
  readonly #record: ConversionRecord;
  readonly #folder: string;
  readonly #options: VerifyOptions;
  readonly #opened: OpenSource[] = [];
  readonly #sources: OpenSource[] = [];
  /** Inputs that the record names, and what each output holds. */
  readonly #used = new Set<string>();
  readonly #held = new Map<string, ReadonlySet<string>>();
  readonly #totalBytes: number;
  /** Tensors of the record by output and name. */
  readonly #entries: ReadonlyMap<string, ConversionRecord['tensors'][number]>;

  constructor(record: ConversionRecord, folder: string, options: VerifyOptions) {
    this.#record = record;
    this.#folder = folder;
    this.#options = options;
    this.#entries = new Map(record.tensors.map((one) => [memberKey(one.output.path, one.name), one]));
    this.#totalBytes = record.outputs.reduce((sum, { size }) => sum + size, 0);
  }

  close(): void {
    for (const source of this.#opened) source.close();
  }

  run(inputs: readonly string[]): void {
    const derived = new Map<string, Derived[]>();
    for (const source of this.#record.sources) {
      for (const tensor of this.#source(source, inputs)) {
        const all = derived.get(tensor.name) ?? [];
        derived.set(tensor.name, [...all, { tensor, path: source.path }]);
      }
    }
    const converted = new Set(this.#record.tensors.map(({ output }) => output.path));
    const seen = new Set<string>();
    for (const output of this.#record.outputs) this.#output(output, derived, { converted, seen, inputs });
    this.#unwritten(derived, seen);
    for (const { path } of this.#record.outputs) if (isSafetensorsIndex(path)) this.#index(path, inputs);
    this.#unused(inputs);
  }

  /** A record that does not speak of an input says nothing about it. */
  #unused(inputs: readonly string[]): void {
    for (const input of inputs) {
      const isFolder = statSync(input, { throwIfNoEntry: false })?.isDirectory() === true;
      if (isFolder ? this.#record.outputs.length > 0 : this.#used.has(input)) continue;
      this.#differ('source-unreadable', input, 'the record does not speak of it');
    }
  }

  #differ(code: DifferenceCode, path: string, detail: string, tensor: string | null = null): void {
    this.differences.push({ code, path, tensor, detail });
  }

  /** The tensors of a source as they are now. */
  #source({ path, size, sha256 }: ConversionRecord['sources'][number], inputs: readonly string[]): readonly Tensor[] {
    const place = placeIn(path, inputs);
    if (place === undefined) {
      this.#differ('source-unreadable', path, 'no input of this name was given');
      return [];
    }
    this.#used.add(place);
    const opened = this.#open(place, path, { code: 'source-unreadable', read: this.#sourceOptions() });
    if (opened === undefined) return [];
    this.#sources.push(opened);
    const found = opened.source;
    if (found.size !== size)
      this.#differ('source-differs', path, `it has ${found.size} bytes, the record says ${size}`);
    else if (sha256 !== null && sha256Source(found) !== sha256)
      this.#differ('source-differs', path, 'its SHA-256 is another');
    return opened.file.tensors;
  }

  /** What the user of the conversion decided about the sources. */
  #sourceOptions(): ReadOptions {
    const { rawDtype, allowCompressed, wholeObject, object } = this.#record.options;
    return { rawItemDtype: rawDtype ?? undefined, allowCompressed, wholeObject, select: object ?? undefined };
  }

  #open(
    place: string,
    path: string,
    { code, read }: { readonly code: DifferenceCode; readonly read: ReadOptions },
  ): OpenSource | undefined {
    try {
      const followLinks = this.#options.followLinks === true;
      const opened = OpenSource.open(place, path, { limits: defaultLimits, followLinks, ...read });
      this.#opened.push(opened);
      return opened;
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.#differ(code, path, error.message);
      return undefined;
    }
  }

  #output(
    output: ConversionRecord['outputs'][number],
    derived: ReadonlyMap<string, readonly Derived[]>,
    { converted, seen, inputs }: { converted: ReadonlySet<string>; seen: Set<string>; inputs: readonly string[] },
  ): void {
    const { path, size, sha256 } = output;
    const place = join(this.#folder, path);
    if (!converted.has(path)) return this.#copied(output, inputs);
    const opened = this.#open(place, path, { code: 'output-unreadable', read: {} });
    if (opened === undefined) return;
    if (opened.source.size !== size) {
      this.#differ('output-differs', path, `it has ${opened.source.size} bytes, the record says ${size}`);
    } else if (sha256 !== null && sha256Source(opened.source) !== sha256) {
      this.#differ('output-differs', path, 'its SHA-256 is another');
    }
    this.#held.set(path, new Set(opened.file.tensors.map(({ name }) => name)));
    for (const tensor of opened.file.tensors) {
      const from = this.#tensor(tensor, opened, derived.get(tensor.name) ?? []);
      if (from !== undefined) seen.add(memberKey(from, tensor.name));
    }
    this.#missingHere(path, opened.file.tensors);
    this.#metadata(path, opened.file.metadata);
  }

  /** Text that no source, option or dropped alias accounts for was put there by somebody else. */
  #metadata(path: string, found: ReadonlyMap<string, string>): void {
    const { options, dropped } = this.#record;
    const known = new Set([
      ...this.#sources.flatMap(({ file }) => [...file.metadata].map(([key, value]) => memberKey(key, value))),
      ...options.metadata.map(({ key, value }) => memberKey(key, value)),
      ...dropped.map(({ name, kept }) => memberKey(name, kept)),
      memberKey('format', 'pt'),
    ]);
    for (const [key, value] of found) {
      if (known.has(memberKey(key, value))) continue;
      this.#differ('metadata-unexpected', path, `${key}: ${value}`);
    }
  }

  /** One tensor of an output, against the source that the record names for it. Returns that source. */
  #tensor(tensor: Tensor, output: OpenSource, candidates: readonly Derived[]): string | undefined {
    const { name } = tensor;
    const entry = this.#entries.get(memberKey(output.path, name));
    const derived = candidates.find(({ path }) => path === entry?.source.path);
    if (derived === undefined) {
      this.#differ('tensor-unexpected', output.path, 'no source of the record holds it', name);
      return undefined;
    }
    const { dtype, shape } = derived.tensor;
    if (dtype !== tensor.dtype || shape.join() !== tensor.shape.join()) {
      const detail = `${tensor.dtype} [${tensor.shape.join(', ')}] where the source has ${dtype} [${shape.join(', ')}]`;
      this.#differ('tensor-differs', output.path, detail, name);
      return derived.path;
    }
    const { placement } = tensor;
    const element = firstDifference(derived.tensor, output.source, placement.offset);
    if (element !== null) {
      this.#differ('tensor-differs', output.path, `element ${element} in C order is another`, name);
    }
    this.tensors += 1;
    this.bytes += placement.byteLength;
    this.#options.onProgress?.(this.bytes, this.#totalBytes);
    return derived.path;
  }

  #missingHere(path: string, tensors: readonly Tensor[]): void {
    const there = new Set(tensors.map(({ name }) => name));
    for (const { name, output } of this.#record.tensors) {
      if (output.path === path && !there.has(name)) {
        this.#differ('tensor-missing', path, 'the record says it was written here', name);
      }
    }
  }

  /** What the sources hold and no output does must have been left out on purpose, or be a part of what was written. */
  #unwritten(derived: ReadonlyMap<string, readonly Derived[]>, seen: ReadonlySet<string>): void {
    const { dropped, excluded, refused } = this.#record;
    const known = new Set([...excluded, ...refused.map(({ name }) => name)]);
    const aliases = Map.groupBy(dropped, ({ name }) => name);
    for (const [name, one] of [...derived].flatMap(([name, all]) => all.map((one) => [name, one] as const))) {
      if (seen.has(memberKey(one.path, name)) || known.has(name)) continue;
      const said = aliases.get(name) ?? [];
      const written = (kept: string): Tensor | undefined =>
        seen.has(memberKey(one.path, kept)) ? tensorFrom(one.path, derived.get(kept)) : undefined;
      if (said.some(({ kept, identical }) => isPartOf(one.tensor, written(kept), identical))) continue;
      const [alias] = said;
      const why = alias === undefined ? 'the record does not say why' : `it is no part of ${alias.kept}`;
      this.#differ('tensor-missing', one.path, `no output holds it, and ${why}`, name);
    }
  }

  /** A file that was carried over as it was; an index is text of our own and has its digest. */
  #copied({ path, size, sha256 }: ConversionRecord['outputs'][number], inputs: readonly string[]): void {
    const output = this.#file(join(this.#folder, path));
    if (output === undefined) return this.#differ('output-unreadable', path, 'it is not there');
    try {
      if (output.size !== size)
        this.#differ('output-differs', path, `it has ${output.size} bytes, the record says ${size}`);
      const digest = sha256Source(output);
      if (sha256 !== null && digest !== sha256) this.#differ('output-differs', path, 'its SHA-256 is another');
      const source = this.#sourceOf(path, inputs);
      if (source === undefined) {
        const isOurs = isSafetensorsIndex(path) || isBackupOf(this.#folder, inputs);
        if (!isOurs) this.#differ('output-differs', path, 'no input holds it');
        return;
      }
      if (sha256Source(source) !== digest) this.#differ('output-differs', path, 'it is not the file in the source');
      source.close();
    } finally {
      output.close();
    }
  }

  #sourceOf(path: string, inputs: readonly string[]): FileSource | undefined {
    const place = placeIn(path, inputs);
    return place === undefined ? undefined : this.#file(place);
  }

  /** An index that was made anew must list what the files that it names hold: exactly that. */
  #index(path: string, inputs: readonly string[]): void {
    const [source, index] = [this.#sourceOf(path, inputs), this.#file(join(this.#folder, path))];
    try {
      if (source !== undefined || index === undefined) return;
      this.#compareIndex(path, parseWeightIndex(index, path));
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.#differ('output-unreadable', path, error.message);
    } finally {
      source?.close();
      index?.close();
    }
  }

  #compareIndex(path: string, { weightMap, files }: WeightIndex): void {
    const beside = dirname(path) === '.' ? '' : `${dirname(path)}/`;
    const heldBy = (file: string): ReadonlySet<string> => this.#held.get(`${beside}${file}`) ?? new Set();
    for (const [name, file] of weightMap) {
      if (!heldBy(file).has(name)) this.#differ('output-differs', path, `${name} is not in ${file}`);
    }
    const missing = files.flatMap((file) => [...heldBy(file)]).filter((name) => !weightMap.has(name));
    for (const name of missing) this.#differ('output-differs', path, `${name} is not in it`);
  }

  #file(place: string): FileSource | undefined {
    try {
      return FileSource.open(rawPath(place));
    } catch (error) {
      if (error instanceof CodedError) return undefined;
      throw error;
    }
  }
}

function tensorFrom(path: string, all: readonly Derived[] | undefined): Tensor | undefined {
  return all?.find((one) => one.path === path)?.tensor;
}

/** True when every byte of a tensor is one of another that was written in full; `whole`: when both are the same. */
function isPartOf(tensor: Tensor, kept: Tensor | undefined, whole: boolean): boolean {
  if (kept?.storage === undefined || tensor.storage !== kept.storage) return false;
  const [inner, outer] = [extentOf(tensor), extentOf(kept)];
  const isFull = outer.end - outer.start === kept.placement.byteLength;
  if (!isFull || inner.source !== outer.source || inner.start < outer.start || inner.end > outer.end) return false;
  if (!whole) return true;
  const isAlike = tensor.dtype === kept.dtype && tensor.shape.join() === kept.shape.join();
  return isAlike && inner.start === outer.start && inner.end === outer.end;
}

/** Two texts as one; what is in them does not matter. */
const memberKey = (path: string, name: string): string => JSON.stringify([path, name]);

/** True when a folder was converted in place: what stayed there is nowhere else. */
function isBackupOf(folder: string, [input = '']: readonly string[]): boolean {
  const isThere = statSync(input, { throwIfNoEntry: false }) !== undefined;
  return isThere && realpathSync(input) === `${realpathSync(folder)}${BACKUP_ENDING}`;
}

/**
 * Where a source is now: within the folder given, or the file given under that name. Never anywhere else: a record may
 * name files that somebody prepared for it.
 */
function placeIn(path: string, inputs: readonly string[]): string | undefined {
  const [first = ''] = inputs;
  const isFolder = statSync(first, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isFolder) return isEscapingPath(path) ? undefined : join(first, path);
  return inputs.find((input) => input === path) ?? inputs.find((input) => basename(input) === path);
}
