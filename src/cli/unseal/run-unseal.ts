import { findTensor, fitsSafetensors, rangeParts, SealedFile, tensorParts } from '../../node/seal/open-part.ts';
import { noSink } from '../../node/seal/no-sink.ts';
import { drain, InputFile, type Sink, streamPieces } from '../../node/seal/pieces.ts';
import { type Sealed, unsealFile, unsealTo } from '../../node/seal/seal-file.ts';
import { isSealedFolder, unsealFolder } from '../../node/seal/unseal-folder.ts';
import { formatBytes } from '../../scan/reporters/wording.ts';
import { visible } from '../../scan/visible-text.ts';
import { SEALED_ENDING } from '../../seal/folder-index.ts';
import type { Identity } from '../../seal/recipient.ts';
import { loadAllIdentities } from '../seal/load-keys.ts';
import { checkApart, checkStdin, createFile, isFolder, openSink, PRIVATE_MODE, STREAM } from '../seal/places.ts';
import { ByteCounter, report } from '../seal/report.ts';
import type { ByteRange, UnsealArguments } from '../seal/seal-arguments.ts';
import { UsageError } from '../usage-error.ts';

interface Job {
  readonly input: string;
  /** Null to check only. */
  readonly output: string | null;
  readonly identities: readonly Identity[];
  readonly counter: ByteCounter;
  readonly options: UnsealArguments;
}

/** What happened, for the report. */
interface Result {
  readonly facts: object;
  readonly text: string;
}

/** `vouchsafe unseal`. @throws CodedError; then nothing is left where the output would be. */
export async function runUnseal(input: string, options: UnsealArguments): Promise<void> {
  const isTree = isFolder(input);
  checkCombination(input, options, isTree);
  const output = options.check === true ? null : (options.output ?? defaultOutput(input, options));
  const identities = await loadAllIdentities(options);
  const counter = new ByteCounter(output === null ? 'checking' : 'unsealing', options);
  const job: Job = { input, output, identities, counter, options };
  try {
    const { facts, text } = await (isTree ? unsealTree(job) : isPart(options) ? unsealPart(job) : unsealWhole(job));
    counter.end();
    await report({ input, output, ...facts }, text, options, output === STREAM);
  } finally {
    counter.end();
  }
}

function isPart({ tensor, range }: UnsealArguments): boolean {
  return tensor !== undefined || range !== undefined;
}

/** @throws UsageError. */
function checkCombination(input: string, options: UnsealArguments, isTree: boolean): void {
  const { tensor, range, check, output } = options;
  if (tensor !== undefined && range !== undefined) throw UsageError.of('--tensor and --range exclude each other');
  if (check === true && output !== undefined)
    throw UsageError.of('--check writes nothing, so -o makes no sense with it');
  if (!isPart(options)) return;
  if (isTree || input === STREAM)
    throw UsageError.of('--tensor and --range are for a single file that is not a stream');
  if (check === true) throw UsageError.of('--check looks at the whole file; --tensor and --range at parts');
}

/** @throws UsageError when the name says nothing. */
function defaultOutput(input: string, options: UnsealArguments): string {
  if (input === STREAM) return STREAM;
  const plain = isFolder(input) ? /^(.*[^/])\.sealed\/*$/ : /^(.*[^/])\.age$/;
  const name = isPart(options) ? undefined : plain.exec(input)?.[1];
  if (name === undefined) throw UsageError.of('say where to put the result: -o FILE, or -o - for standard output');
  return name;
}

async function unsealWhole(job: Job): Promise<Result> {
  const { input, output } = job;
  const { plainBytes, sealedBytes } = input === STREAM ? await unsealStdin(job) : await unsealFromFile(job);
  const verb = output === null ? 'checked' : 'unsealed';
  const target = output === null ? '' : ` to ${visible(output)}`;
  return { facts: { plainBytes, sealedBytes }, text: `${verb} ${visible(input)}${target}  ${formatBytes(plainBytes)}` };
}

function sinkOf({ output, options }: Job): Sink {
  if (output === null) return noSink;
  return openSink(output, { isForced: options.force === true, mode: PRIVATE_MODE, isText: false });
}

async function unsealStdin(job: Job): Promise<Sealed> {
  checkStdin();
  const pieces = streamPieces(process.stdin, 'standard input');
  return await unsealTo(pieces, sinkOf(job), job.identities, job.counter.add);
}

async function unsealFromFile(job: Job): Promise<Sealed> {
  const { output, identities, counter, options } = job;
  const file = new InputFile(job.input);
  counter.totalBytes = file.size;
  try {
    if (output === null || output === STREAM)
      return await unsealTo(file.pieces(), sinkOf(job), identities, counter.add);
    const target = createFile(output, { isForced: options.force === true, mode: PRIVATE_MODE });
    return await unsealFile(file, target, identities, counter.add);
  } finally {
    await file.close();
  }
}

async function unsealTree({ input, output, identities, counter, options }: Job): Promise<Result> {
  if (!isSealedFolder(input)) throw UsageError.of(`${input} is no sealed folder: it has no index`);
  if (output === STREAM) throw UsageError.of('a folder cannot be written to standard output');
  if (output !== null) checkApart(input, output);
  const onTotal = (bytes: number): void => {
    counter.totalBytes = bytes;
  };
  const index = await unsealFolder(input, output, {
    identities,
    isForced: options.force,
    onTotal,
    onBytes: counter.add,
  });
  const plainBytes = index.files.reduce((sum, file) => sum + file.size, 0);
  const verb = output === null ? 'checked' : 'unsealed';
  const target = output === null ? '' : ` to ${visible(output)}`;
  const text = `${verb} ${visible(input)}${target}  ${index.files.length} files, ${formatBytes(plainBytes)}`;
  return { facts: { files: index.files.length, plainBytes, sealedAt: index.createdAt }, text };
}

async function unsealPart({ input, output, identities, options }: Job): Promise<Result> {
  const file = await SealedFile.open(input, identities);
  try {
    const { tensor, range } = options;
    const target = output as string;
    if (tensor !== undefined) return await unsealTensor({ file, input, target, name: tensor, options });
    return await unsealRange({ file, input, target, range: range as ByteRange, options });
  } finally {
    await file.close();
  }
}

interface PartJob {
  readonly file: SealedFile;
  readonly input: string;
  readonly target: string;
  readonly options: UnsealArguments;
}

async function unsealTensor({
  file,
  input,
  target,
  name,
  options,
}: PartJob & { readonly name: string }): Promise<Result> {
  const plainName = input.endsWith(SEALED_ENDING) ? input.slice(0, -SEALED_ENDING.length) : input;
  const tensor = findTensor(file.source, plainName, name);
  const asSafetensors = target.endsWith('.safetensors');
  if (asSafetensors && !fitsSafetensors(tensor)) {
    throw UsageError.of(`a safetensors file cannot hold ${tensor.dtype}; another ending takes the bytes as they are`);
  }
  const sink = openSink(target, { isForced: options.force === true, mode: PRIVATE_MODE, isText: false });
  await drain(tensorParts(tensor, asSafetensors), sink);
  const { dtype, shape, placement } = tensor;
  const what = `${visible(name)} (${dtype} [${shape.join(', ')}])`;
  return {
    facts: { tensor: { name, dtype, shape }, plainBytes: placement.byteLength },
    text: `unsealed ${what} to ${visible(target)}  ${formatBytes(placement.byteLength)}`,
  };
}

async function unsealRange({
  file,
  input,
  target,
  range,
  options,
}: PartJob & { readonly range: ByteRange }): Promise<Result> {
  const { start, end = file.source.size } = range;
  const parts = rangeParts(file.source, start, end);
  const sink = openSink(target, { isForced: options.force === true, mode: PRIVATE_MODE, isText: false });
  await drain(parts, sink);
  const text = `unsealed bytes ${start} to ${end} of ${visible(input)} to ${visible(target)}`;
  return { facts: { range: { start, end }, plainBytes: end - start }, text };
}
