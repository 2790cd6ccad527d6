import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { defaultLimits } from '../../bytes/limits.ts';
import { ConvertError } from '../../convert/errors.ts';
import { isAboutOldFiles } from '../../convert/names.ts';
import type { ConversionRecord } from '../../convert/record-schema.ts';
import { jsonText } from '../../scan/json-safe.ts';
import type { Verdict } from '../../scan/report.ts';
import { reaches } from '../../scan/threshold.ts';
import { worstOf } from '../../scan/verdict.ts';
import { sha256Source } from '../digest.ts';
import { FileSource } from '../file-source.ts';
import { freeBytes } from '../free-bytes.ts';
import { rawPath } from '../raw-path.ts';
import { StorageChecksums } from './checksums.ts';
import type { CopyJob, Job, ModelJob } from './job.ts';
import { listFolder, type ListedFile } from './list-folder.ts';
import { OpenSource } from './open-source.ts';
import type { ConvertOptions } from './options.ts';
import { planFiles } from './plan-files.ts';
import { planFolder } from './plan-folder.ts';
import { makeRecord, outputPath } from './record.ts';
import { type Judged, scanInputs } from './scan-inputs.ts';
import { type Target, targetOf } from './target.ts';
import { writeCopy, type Written, writePlanned } from './write-output.ts';

export interface ConvertResult {
  readonly record: ConversionRecord;
  /** The worst of all files converted or copied. */
  readonly verdict: Verdict;
  /** The worst of the files that are in the result as they were: with `keep` it need not be clean. */
  readonly copied: Verdict;
  /** The file or folder, and the record in or beside it. */
  readonly output: string;
  readonly recordPath: string;
  /** False of a dry run. */
  readonly written: boolean;
  /** Where the files went that an in-place conversion took away; null when nothing was moved. */
  readonly backup: string | null;
}

/**
 * Converts files, or a folder, to safetensors. Nothing of the sources is run; nothing is seen at the destination
 * before everything is written, synced and checked. @throws ConvertError, TensorError, FormatError, LimitError, ReadError, WriteError.
 */
export async function convert(options: ConvertOptions): Promise<ConvertResult> {
  return new Conversion(options).run();
}

class Conversion {
  readonly #options: ConvertOptions;
  readonly #opened: OpenSource[] = [];
  readonly #written = new Map<string, Written>();
  readonly #checksums = new StorageChecksums();
  #doneBytes = 0;
  #totalBytes = 0;

  constructor(options: ConvertOptions) {
    this.#options = { now: new Date(), ...options };
  }

  async run(): Promise<ConvertResult> {
    const target = targetOf(this.#options);
    try {
      const job = target.input === 'folder' ? await this.#folderJob(target) : this.#filesJob(target);
      target.check(outputsOf(job), this.#options.force === true);
      return await this.#carryOut(job, target);
    } finally {
      for (const source of this.#opened) source.close();
    }
  }

  #open(place: string, path: string): OpenSource {
    const { rawItemDtype, allowCompressed, wholeObject, object, followLinks = false } = this.#options;
    const { limits, policy } = this.#options;
    const source = OpenSource.open(place, path, {
      limits: { ...defaultLimits, ...policy?.limits, ...limits },
      followLinks,
      rawItemDtype,
      allowCompressed,
      wholeObject,
      select: object,
    });
    this.#opened.push(source);
    return source;
  }

  /** The scan starts first and runs in threads of its own beside the copying. */
  #filesJob(target: Target): Job {
    const files = pathsOf(this.#options.inputs);
    const judged = this.#scan(files);
    // Whatever fails here first is what is reported.
    judged.catch(() => undefined);
    const sources = files.map(({ place, path }) => this.#open(place, path));
    const models = planFiles(sources, target.output, this.#options);
    return { models, copies: [], leftOut: [], changed: [], gone: [], judged };
  }

  async #folderJob(target: Target): Promise<Job> {
    const { files, leftOut, gone } = listFolder(target.source, this.#options);
    const judged = this.#options.judged ?? (await this.#scan(files));
    const unknown = files.find(({ path }) => !judged.has(path));
    if (unknown !== undefined) throw changedSinceScan(unknown.path);
    const plan = planFolder(
      files.map((file) => ({ ...file, judged: judged.get(file.path) as Judged })),
      { options: this.#options, open: (file) => this.#openListed(file) },
    );
    if (plan.models.length + plan.copies.length === 0) {
      throw ConvertError.of('nothing-to-convert', { what: target.source });
    }
    const away = [...gone, ...[...plan.changed, ...plan.leftOut].map(({ path }) => path)];
    // A folder that needs nothing must not lose its signature or the record of an earlier conversion.
    if (this.#options.inPlace === true && plan.models.length === 0 && away.every(isAboutOldFiles)) {
      throw ConvertError.of('nothing-to-convert', { what: target.source });
    }
    return {
      ...plan,
      leftOut: [...leftOut, ...plan.leftOut],
      gone: away,
      judged: Promise.resolve(judged),
    };
  }

  /** What is converted must be what was scanned. */
  #openListed({ place, path, identity }: ListedFile): OpenSource {
    const source = this.#open(place, path);
    if (source.source.identity !== identity) throw changedSinceScan(path);
    return source;
  }

  async #scan(files: readonly { readonly place: string; readonly path: string }[]): Promise<Map<string, Judged>> {
    const { policy, onStuckThread, hash, dryRun } = this.#options;
    const all = await scanInputs(files, { policy, onStuckThread, hash: hash === 'all' && dryRun !== true });
    return new Map(files.map(({ path }, i) => [path, all[i] as Judged]));
  }

  async #carryOut(job: Job, target: Target): Promise<ConvertResult> {
    const { dryRun, failOn = 'never' } = this.#options;
    if (dryRun !== true) await this.#write(job, target, () => this.#checkVerdicts(job, failOn));
    const judged = dryRun === true ? await this.#checkVerdicts(job, failOn) : await job.judged;
    return {
      record: this.#record(job, judged),
      verdict: worstOf(used(job, judged).map(([, { verdict }]) => verdict)),
      copied: worstOf(copied(job, judged).map(([, { verdict }]) => verdict)),
      output: target.output.path,
      recordPath: target.recordPath,
      written: dryRun !== true,
      backup: target.backupOf(this.#options, job),
    };
  }

  #record(job: Job, judged: ReadonlyMap<string, Judged>): ConversionRecord {
    return makeRecord({ job, judged, written: this.#written, options: this.#options, notes: notesOn(job, judged) });
  }

  /** @throws ConvertError `verdict-reached`. */
  async #checkVerdicts(
    job: Job,
    threshold: NonNullable<ConvertOptions['failOn']>,
  ): Promise<ReadonlyMap<string, Judged>> {
    const judged = await job.judged;
    const worst = used(job, judged).find(([, { verdict }]) => reaches(verdict, threshold));
    if (worst !== undefined) {
      throw ConvertError.of('verdict-reached', { path: worst[0], verdict: worst[1].verdict, threshold });
    }
    return judged;
  }

  async #write(job: Job, target: Target, judge: () => Promise<ReadonlyMap<string, Judged>>): Promise<void> {
    if (target.input === 'folder') await judge();
    const writes = this.#options.inPlace === true ? { ...job, copies: [] } : job;
    this.#totalBytes = outputsOf(writes).reduce((sum, { size }) => sum + size, 0);
    await checkSpace(target.output.path, this.#totalBytes);
    const destination = target.open(this.#options.force === true);
    try {
      for (const model of job.models) await this.#writeModel(model, destination);
      this.#checksums.finish();
      for (const copy of job.copies) await this.#writeCopy(copy, destination);
      for (const source of this.#opened) source.check();
      const record = this.#record(job, await judge());
      this.#writeText(destination, target.recordName, `${jsonText(record, 2)}\n`);
      destination.commit(target.changeFor(this.#options, job));
    } finally {
      destination.discard();
    }
  }

  async #writeModel(model: ModelJob, destination: ReturnType<Target['open']>): Promise<void> {
    for (const plan of model.plan.outputs) {
      const path = outputPath(model, plan.name);
      const file = destination.create(path);
      const checksums = this.#checksums.watch(plan.tensors, model.sources);
      this.#written.set(path, await writePlanned(plan, file, { ...this.#writeOptions(), checksums }));
      destination.finish(file);
    }
    const { index } = model.plan;
    if (index === undefined) return;
    const path = outputPath(model, index.name);
    this.#writeText(destination, path, index.text);
    if (this.#hash === 'none') return;
    this.#written.set(path, { sha256: createHash('sha256').update(index.text).digest('hex'), tensors: [] });
  }

  #writeText(destination: ReturnType<Target['open']>, path: string, text: string): void {
    const file = destination.create(path);
    file.append(Buffer.from(text));
    destination.finish(file);
  }

  async #writeCopy({ place, path, identity }: CopyJob, destination: ReturnType<Target['open']>): Promise<void> {
    const source = FileSource.open(rawPath(place));
    try {
      if (source.identity !== identity) throw changedSinceScan(path);
      if (this.#options.inPlace === true) this.#keepInPlace(path, source);
      else {
        const file = destination.create(path);
        this.#written.set(path, await writeCopy(source, file, this.#writeOptions()));
        destination.finish(file);
      }
      const change = source.changed(rawPath(place));
      if (change !== null) throw ConvertError.of('source-changed', { path, change });
    } finally {
      source.close();
    }
  }

  /** A file that stays where it is only has to be known. */
  #keepInPlace(path: string, source: FileSource): void {
    if (this.#hash !== 'none') this.#written.set(path, { sha256: sha256Source(source), tensors: [] });
  }

  get #hash(): 'none' | 'outputs' | 'all' {
    return this.#options.hash ?? 'none';
  }

  #writeOptions() {
    return {
      hash: this.#hash,
      onWritten: (bytes: number): void => {
        this.#doneBytes += bytes;
        this.#options.onProgress?.(this.#doneBytes, this.#totalBytes);
      },
    };
  }
}

function changedSinceScan(path: string): ConvertError {
  return ConvertError.of('source-changed', { path, change: 'it is not the file that was scanned' });
}

/** Verdicts of the files that go into the result. */
function used(job: Job, judged: ReadonlyMap<string, Judged>): [string, Judged][] {
  return [
    ...judgedOf(
      job.models.flatMap(({ sources }) => sources),
      judged,
    ),
    ...copied(job, judged),
  ];
}

/** Verdicts of those that are carried over as they are. */
function copied(job: Job, judged: ReadonlyMap<string, Judged>): [string, Judged][] {
  return judgedOf(job.copies, judged);
}

function judgedOf(
  files: readonly { readonly path: string }[],
  judged: ReadonlyMap<string, Judged>,
): [string, Judged][] {
  return files.flatMap(({ path }) => {
    const one = judged.get(path);
    return one === undefined ? [] : [[path, one] as [string, Judged]];
  });
}

function notesOn(job: Job, judged: ReadonlyMap<string, Judged>): string[] {
  return copied(job, judged)
    .filter(([, { verdict }]) => verdict !== 'clean')
    .map(([path, { verdict, reason }]) => `${path} was kept as it is, although it is ${verdict}: ${reason}`);
}

/** Every file that is going to be written, without the record. */
function outputsOf(job: Job): { readonly path: string; readonly size: number }[] {
  const index = ({ plan }: ModelJob) =>
    plan.index === undefined ? [] : [{ name: plan.index.name, size: Buffer.byteLength(plan.index.text) }];
  return [
    ...job.models.flatMap((model) =>
      [...model.plan.outputs, ...index(model)].map(({ name, size }) => ({ path: outputPath(model, name), size })),
    ),
    ...job.copies.map(({ path, size }) => ({ path, size })),
  ];
}

/** Names for the record: the last part of each path, or all of it where two would be alike. */
function pathsOf(inputs: readonly string[]): { place: string; path: string }[] {
  const names = new Set(inputs.map((input) => basename(input)));
  return inputs.map((place) => ({ place, path: names.size === inputs.length ? basename(place) : place }));
}

/** Says at once what would otherwise be found out when the disk is full. */
async function checkSpace(output: string, needed: number): Promise<void> {
  let folder = dirname(output);
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    const available = await freeBytes(folder);
    if (available !== undefined && needed > available)
      throw ConvertError.of('no-space', { path: output, needed, available });
  } catch (error) {
    if (error instanceof ConvertError) throw error;
    // A file system that does not say how much room it has says so when it is full.
  }
}
