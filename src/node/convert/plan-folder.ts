import { basename, dirname } from 'node:path';
import { CodedError, FormatError, LimitError } from '../../bytes/errors.ts';
import { defaultLimits } from '../../bytes/limits.ts';
import { ConvertError } from '../../convert/errors.ts';
import { isAboutOldFiles, isTorchIndex, isTrainingState, safetensorsName, shardedNames } from '../../convert/names.ts';
import { type Layout, planModel } from '../../convert/plan.ts';
import { matches } from '../../convert/select.ts';
import { TensorError } from '../../tensors/errors.ts';
import { tensorReaders } from '../../tensors/readers/index.ts';
import { parseWeightIndex } from '../../tensors/weight-index.ts';
import { FileSource } from '../file-source.ts';
import { rawPath } from '../raw-path.ts';
import { type ChangedFile, type CopyJob, type Job, type LeftOut, type ModelJob, planOptions } from './job.ts';
import type { ListedFile } from './list-folder.ts';
import type { OpenSource } from './open-source.ts';
import type { ConvertOptions } from './options.ts';
import type { Judged } from './scan-inputs.ts';

/** Formats whose loading runs what they say: what a folder is converted for. */
const RUNS_CODE: ReadonlySet<string> = new Set(['torch-zip', 'torch-legacy', 'torch-tar', 'pickle']);

type JudgedFile = ListedFile & { readonly judged: Judged };

export interface FolderContext {
  readonly options: ConvertOptions;
  /** Opens a file and lists its tensors; the caller closes it. */
  readonly open: (file: ListedFile) => OpenSource;
}

type FolderPlan = Omit<Job, 'judged' | 'gone'>;

/** Decides of every file of a folder whether it is converted, copied or left out, and why. @throws ConvertError and what readers throw. */
export function planFolder(files: readonly JudgedFile[], context: FolderContext): FolderPlan {
  return new FolderPlanner(files, context).plan();
}

class FolderPlanner {
  readonly #files: ReadonlyMap<string, JudgedFile>;
  readonly #options: ConvertOptions;
  readonly #context: FolderContext;
  readonly #models: ModelJob[] = [];
  readonly #copies: CopyJob[] = [];
  readonly #leftOut: LeftOut[] = [];
  readonly #changed: ChangedFile[] = [];
  /** Paths of the result and what makes each. */
  readonly #outputs = new Map<string, string>();
  readonly #done = new Set<string>();

  constructor(files: readonly JudgedFile[], context: FolderContext) {
    this.#files = new Map(files.map((file) => [file.path, file]));
    this.#options = context.options;
    this.#context = context;
  }

  /** Copies first: a safetensors file that is there already is the model, and its pickled twin superfluous. */
  plan(): FolderPlan {
    for (const file of this.#files.values()) this.#copyOrLeave(file);
    for (const file of this.#files.values()) if (this.#isShardIndex(file)) this.#convertSharded(file);
    for (const file of this.#files.values()) if (!this.#done.has(file.path)) this.#convertOne(file);
    return { models: this.#models, copies: this.#copies, leftOut: this.#leftOut, changed: this.#changed };
  }

  #copyOrLeave(file: JudgedFile): void {
    const { path, judged } = file;
    if (isAboutOldFiles(path)) this.#leave(file, 'describes the files from before the conversion');
    else if (this.#isKept(path)) this.#copy(file);
    else if (isTrainingState(basename(path)) && this.#options.trainingState !== true && RUNS_CODE.has(judged.format)) {
      this.#leave(file, 'state of a training run; --training-state converts it');
    } else if (!this.#isConverted(file) && !this.#isShardIndex(file)) {
      if (judged.verdict === 'clean') this.#copy(file);
      else this.#leave(file, judged.reason);
    }
  }

  #isKept(path: string): boolean {
    return (this.#options.keep ?? []).some((glob) => matches(glob, path));
  }

  #isConverted({ judged: { format, verdict } }: JudgedFile): boolean {
    const { allWeights, normalize } = this.#options;
    if (!tensorReaders.some((reader) => reader.format === format)) return false;
    if (format === 'safetensors') return normalize === true && verdict === 'clean';
    return RUNS_CODE.has(format) || allWeights === true;
  }

  /** An index whose files are all here and converted; that of files already gone is only text. */
  #isShardIndex({ path }: JudgedFile): boolean {
    return isTorchIndex(basename(path)) && !this.#isKept(path);
  }

  #copy({ path, place, size, identity }: JudgedFile): void {
    this.#claim(path, path);
    this.#copies.push({ place, path, size, identity });
    this.#done.add(path);
  }

  #leave({ path, judged }: JudgedFile, reason: string): void {
    this.#leftOut.push({ path, reason, verdict: judged.verdict });
    this.#done.add(path);
  }

  #claim(output: string, by: string): void {
    const other = this.#outputs.get(output);
    if (other !== undefined) throw ConvertError.of('output-clash', { one: other, other: by, output });
    this.#outputs.set(output, by);
  }

  #convertSharded(index: JudgedFile): void {
    const folder = folderOf(index.path);
    const weights = readIndex(index);
    const names = [...new Set(weights.values())].sort();
    if (!names.some((name) => this.#files.has(`${folder}${name}`))) {
      this.#leave(index, 'none of the files it names is here');
      return;
    }
    const shards = names.map((name) => this.#shard(index, `${folder}${name}`));
    const { stem, index: indexName } = shardedNames(basename(index.path));
    const there = [`${folder}${indexName}`, `${folder}${stem}.safetensors`].find((path) => this.#outputs.has(path));
    if (there !== undefined) {
      for (const file of [index, ...shards]) this.#leave(file, `${there} is already there`);
      return;
    }
    const sources = shards.map((file) => this.#context.open(file));
    checkIndex(index.path, weights, sources);
    const { maxShardBytes } = this.#options;
    const layout: Layout =
      maxShardBytes === undefined
        ? { kind: 'by-source', names: shards.map(({ path }) => safetensorsName(basename(path))), index: indexName }
        : { kind: 'sharded', stem, maxShardBytes, index: indexName };
    this.#add({ plan: planModel(sources, { ...planOptions(this.#options), layout }), sources, folder }, [
      index,
      ...shards,
    ]);
  }

  #shard(index: JudgedFile, path: string): JudgedFile {
    const file = this.#files.get(path);
    if (file !== undefined && !this.#done.has(path) && this.#isConverted(file)) return file;
    const detail =
      file === undefined ? `${path} is missing` : `${path} is ${file.judged.format}, which is not converted`;
    throw ConvertError.of('index-invalid', { path: index.path, detail });
  }

  #convertOne(file: JudgedFile): void {
    const folder = folderOf(file.path);
    const name = this.#freeName(file, folder);
    if (name === undefined) return;
    const source = this.#tryOpen(file);
    if (source === undefined) return;
    const { maxShardBytes } = this.#options;
    const layout: Layout =
      maxShardBytes === undefined
        ? { kind: 'one', name }
        : { kind: 'sharded', stem: name.replace(/\.safetensors$/, ''), maxShardBytes };
    const plan = planModel([source], { ...planOptions(this.#options), layout });
    this.#add({ plan, sources: [source], folder }, [file]);
  }

  /** A name nobody has; undefined when what has it is the same model as safetensors, and this file is left out. */
  #freeName(file: JudgedFile, folder: string): string | undefined {
    const fileName = basename(file.path);
    const name = safetensorsName(fileName);
    const taken = this.#outputs.get(`${folder}${name}`);
    const full = `${fileName}.safetensors`;
    if (taken === undefined) return name;
    if (taken !== `${folder}${name}`) return full;
    this.#leave(file, `${folder}${name} is already there`);
    return undefined;
  }

  /** What holds no tensors is left out; what cannot be read stops everything, unless partial results are wanted. */
  #tryOpen(file: JudgedFile): OpenSource | undefined {
    try {
      const source = this.#context.open(file);
      if (source.file.tensors.length + source.file.refused.length > 0) return source;
      this.#leave(file, 'holds no tensors');
    } catch (error) {
      if (!(error instanceof CodedError) || (error.code !== 'no-tensors' && this.#options.allowPartial !== true))
        throw error;
      this.#leave(file, `${error.code}: ${error.message}`);
    }
    return undefined;
  }

  #add(model: ModelJob, files: readonly JudgedFile[]): void {
    const { plan, folder } = model;
    const became = [...plan.outputs, ...(plan.index === undefined ? [] : [plan.index])].map(
      ({ name }) => `${folder}${name}`,
    );
    const [first] = files;
    for (const output of became) this.#claim(output, first?.path ?? '');
    this.#models.push(model);
    for (const { path, judged } of files) {
      this.#done.add(path);
      const why = RUNS_CODE.has(judged.format)
        ? 'loading it runs what it says'
        : 'belongs to the weights that are converted';
      this.#changed.push({ path, became, why });
    }
  }
}

function folderOf(path: string): string {
  const folder = dirname(path);
  return folder === '.' ? '' : `${folder}/`;
}

/** File by name of the tensor. @throws ConvertError `index-invalid`, LimitError, ReadError. */
function readIndex({ place, path, size }: JudgedFile): ReadonlyMap<string, string> {
  if (size > defaultLimits.maxDocumentBytes)
    throw LimitError.of('maxDocumentBytes', defaultLimits.maxDocumentBytes, size);
  const source = FileSource.open(rawPath(place));
  try {
    return parseWeightIndex(source, path).weightMap;
  } catch (error) {
    if (!(error instanceof FormatError || error instanceof TensorError)) throw error;
    throw ConvertError.of('index-invalid', { path, detail: error.message }, error);
  } finally {
    source.close();
  }
}

/** Each tensor that the index promises must be where it says: a loader would miss it, or take another. */
function checkIndex(path: string, weights: ReadonlyMap<string, string>, sources: readonly OpenSource[]): void {
  const holders = new Map(
    sources.flatMap(({ path: file, file: { tensors, refused } }) =>
      [...tensors, ...refused].map(({ name }) => [name, basename(file)] as const),
    ),
  );
  for (const [name, file] of weights) {
    if (holders.get(name) !== file) {
      throw ConvertError.of('index-invalid', { path, detail: `${name.slice(0, 200)} is not in ${file}` });
    }
  }
}
