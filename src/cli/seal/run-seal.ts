import { basename, join, resolve } from 'node:path';
import { makeFolder } from '../../node/make-folder.ts';
import { InputFile, streamPieces } from '../../node/seal/pieces.ts';
import { type Sealed, sealFile, sealTo } from '../../node/seal/seal-file.ts';
import { sealFolder } from '../../node/seal/seal-folder.ts';
import { WriteError } from '../../node/write-error.ts';
import { formatBytes } from '../../scan/reporters/wording.ts';
import { visible } from '../../scan/visible-text.ts';
import { SEALED_ENDING } from '../../seal/folder-index.ts';
import { SealError } from '../../seal/errors.ts';
import type { Recipient } from '../../seal/recipient.ts';
import { UsageError } from '../usage-error.ts';
import { loadAllRecipients } from './load-keys.ts';
import { artifactName, checkApart, checkStdin, createFile, isFolder, openSink, STREAM } from './places.ts';
import { ByteCounter, report } from './report.ts';
import type { SealArguments } from './seal-arguments.ts';

interface SealJob {
  readonly input: string;
  readonly output: string;
}

interface SealResult extends SealJob, Sealed {
  /** For a folder. */
  readonly files?: number;
}

/** `vouchsafe seal`. @throws CodedError. */
export async function runSeal(inputs: readonly string[], options: SealArguments): Promise<void> {
  const jobs = planJobs(inputs, options);
  const recipients = await loadAllRecipients(options);
  if (recipients.length === 0) throw SealError.of('recipients-missing', undefined);
  const results: SealResult[] = [];
  for (const job of jobs) results.push(await sealOne(job, recipients, options));
  const isStdoutTaken = jobs.some(({ output }) => output === STREAM);
  await report(
    { sealed: results, recipients: recipients.length },
    results.map(lineOf).join('\n'),
    options,
    isStdoutTaken,
  );
}

/** Where each input goes. @throws UsageError. */
function planJobs(inputs: readonly string[], options: SealArguments): SealJob[] {
  checkKinds(inputs, options);
  const { output } = options;
  const [first = '', ...others] = inputs;
  if (others.length === 0) return [{ input: first, output: output ?? defaultOutput(first) }];
  if (inputs.includes(STREAM) || output === STREAM) throw UsageError.of('- stands alone');
  if (output === undefined) return inputs.map((input) => ({ input, output: defaultOutput(input) }));
  const jobs = inputs.map((input) => ({ input, output: join(output, basename(defaultOutput(input))) }));
  if (new Set(jobs.map((job) => job.output)).size < jobs.length) throw UsageError.of('two inputs have the same name');
  makeOutput(output);
  return jobs;
}

function checkKinds(inputs: readonly string[], { armor, hideNames, followLinks }: SealArguments): void {
  const hasFolder = inputs.some(isFolder);
  if (armor === true && hasFolder) throw UsageError.of('--armor is for single files');
  if ((hideNames === true || followLinks === true) && !hasFolder) {
    throw UsageError.of('--hide-names and --follow-links are for folders');
  }
}

function defaultOutput(input: string): string {
  if (input === STREAM) return STREAM;
  return isFolder(input) ? `${resolve(input)}.sealed` : `${input}${SEALED_ENDING}`;
}

function makeOutput(path: string): void {
  try {
    makeFolder(path);
  } catch (error) {
    throw WriteError.of(path, error);
  }
}

async function sealOne(job: SealJob, recipients: readonly Recipient[], options: SealArguments): Promise<SealResult> {
  const counter = new ByteCounter('sealing', options);
  try {
    if (isFolder(job.input)) return await sealTree(job, recipients, { counter, options });
    const sealed = job.input === STREAM ? sealStdin : sealFromFile;
    return { ...job, ...(await sealed(job, recipients, { counter, options })) };
  } finally {
    counter.end();
  }
}

interface Setting {
  readonly counter: ByteCounter;
  readonly options: SealArguments;
}

async function sealTree(
  job: SealJob,
  recipients: readonly Recipient[],
  { counter, options }: Setting,
): Promise<SealResult> {
  const { hideNames: hidesNames, followLinks: followsLinks, force: isForced } = options;
  if (job.output === STREAM) throw UsageError.of('a folder cannot be written to standard output');
  checkApart(job.input, job.output);
  const onTotal = (bytes: number): void => {
    counter.totalBytes = bytes;
  };
  const { files } = await sealFolder(job.input, job.output, {
    recipients,
    hidesNames,
    followsLinks,
    isForced,
    onTotal,
    onBytes: counter.add,
  });
  const plainBytes = files.reduce((sum, file) => sum + file.size, 0);
  return {
    ...job,
    plainBytes,
    sealedBytes: files.reduce((sum, file) => sum + file.payloadSize, 0),
    files: files.length,
  };
}

async function sealFromFile(
  job: SealJob,
  recipients: readonly Recipient[],
  { counter, options }: Setting,
): Promise<Sealed> {
  const input = new InputFile(job.input);
  counter.totalBytes = input.size;
  const settings = sealOptions(job, recipients, options);
  const isForced = options.force === true;
  try {
    if (job.output !== STREAM)
      return await sealFile(input, createFile(job.output, { isForced }), settings, counter.add);
    const sink = openSink(job.output, { isForced, isText: options.armor === true });
    return await sealTo(input.pieces(), sink, settings, counter.add);
  } finally {
    await input.close();
  }
}

async function sealStdin(
  job: SealJob,
  recipients: readonly Recipient[],
  { counter, options }: Setting,
): Promise<Sealed> {
  checkStdin();
  const sink = openSink(job.output, { isForced: options.force === true, isText: options.armor === true });
  const pieces = streamPieces(process.stdin, 'standard input');
  return await sealTo(pieces, sink, sealOptions(job, recipients, options), counter.add);
}

function sealOptions(
  job: SealJob,
  recipients: readonly Recipient[],
  { armor }: SealArguments,
): Parameters<typeof sealTo>[2] {
  return { recipients, artifact: artifactName(job.input, job.output), isArmored: armor };
}

function lineOf({ input, output, plainBytes, files }: SealResult): string {
  const what = files === undefined ? '' : `${files} files, `;
  return `sealed ${visible(input)} to ${visible(output)}  ${what}${formatBytes(plainBytes)}`;
}
