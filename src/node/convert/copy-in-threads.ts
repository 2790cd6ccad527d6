import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { FormatError, ReadError } from '../../bytes/errors.ts';
import { combineCrc32 } from '../../bytes/codecs/checksums.ts';
import type { FileSource } from '../file-source.ts';
import type { OutputFile } from '../output-file.ts';
import { workerUrl } from '../worker-url.ts';
import { WriteError } from '../write-error.ts';
import { type CopyAnswer, type CopySetup, type CopyUnit, STATES, UnitCopier } from './copy-units.ts';

/** Small enough that threads end together, large enough that taking the next one costs nothing. */
const UNIT_BYTES = 4 * 1024 * 1024;
/** Writing to one file is one after the other in the end: more threads than these do not copy faster. */
const MAX_THREADS = 4;
/** A thread costs some 40 ms to start, in which one thread copies this much. */
export const MIN_THREADED_BYTES = 64 * 1024 * 1024;

/** A thread only moves one buffer to and fro. */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16, codeRangeSizeMb: 8 } as const;

/** A range of an open file, and where it goes. */
export interface RangeCopy {
  readonly source: FileSource;
  readonly from: number;
  readonly length: number;
  readonly to: number;
}

export interface CopyOptions {
  /** Told of bytes written, while this thread copies. */
  readonly onWritten?: ((bytes: number) => void) | undefined;
  /** Work for this thread in small steps; it helps to copy once that is done. */
  readonly meanwhile?: Iterable<void> | undefined;
}

/**
 * Copies ranges with several threads, each of which reads, sums and writes what its own core has in its cache; in order
 * through one pipeline the same bytes would travel between cores. Returns the CRC-32 of each range.
 * @throws ReadError, WriteError, FormatError `truncated` when a file ends before a range does.
 */
export async function copyInThreads(
  ranges: readonly RangeCopy[],
  output: OutputFile,
  { onWritten, meanwhile }: CopyOptions = {},
): Promise<readonly number[]> {
  const cut = ranges.map(unitsOf);
  const units = cut.flat();
  const setup: CopySetup = {
    toFd: output.fd,
    units,
    state: new SharedArrayBuffer(4 * STATES),
    copied: new SharedArrayBuffer(8),
    sums: new SharedArrayBuffer(4 * units.length),
  };
  const copier = new UnitCopier(setup);
  const threads = Math.min(MAX_THREADS, availableParallelism(), units.length) - 1;
  const others = Array.from({ length: threads }, () => runThread(setup, copier));
  const answers: CopyAnswer[] = [];
  try {
    const work = meanwhile?.[Symbol.iterator]();
    while (work?.next().done === false) await setImmediate();
    answers.push(await workAlong(copier, setup, onWritten));
  } finally {
    // Nothing may write to a descriptor after this function has left. Units that were taken are copied to their end.
    copier.stop();
    answers.push(...(await Promise.all(others)));
  }
  for (const answer of answers) raise(answer, units, output, ranges);
  return sumsOf(cut, new Uint32Array(setup.sums));
}

function unitsOf({ source, from, length, to }: RangeCopy): CopyUnit[] {
  const units: CopyUnit[] = [];
  for (let done = 0; done < length; done += UNIT_BYTES) {
    const part = Math.min(UNIT_BYTES, length - done);
    units.push({ fromFd: source.fd, from: from + done, length: part, to: to + done });
  }
  return units;
}

/** This thread's share; between two units the process hears signals and tells how far it is. */
async function workAlong(
  copier: UnitCopier,
  { copied }: CopySetup,
  onWritten: ((bytes: number) => void) | undefined,
): Promise<CopyAnswer> {
  const counter = new BigInt64Array(copied);
  let told = 0;
  for (;;) {
    const answer = copier.step();
    const done = Number(Atomics.load(counter, 0));
    onWritten?.(done - told);
    told = done;
    if (answer !== null) return answer;
    await setImmediate();
  }
}

/** An answer, once the thread is gone; one that dies without an answer has failed. */
function runThread(setup: CopySetup, copier: UnitCopier): Promise<CopyAnswer> {
  const worker = new Worker(workerUrl('copy-worker', import.meta.url), {
    workerData: setup,
    resourceLimits: THREAD_LIMITS,
  });
  let answer: CopyAnswer = { kind: 'unreadable', unit: 0, reason: 'a thread ended early' };
  worker.on('message', (message: CopyAnswer) => {
    answer = message;
  });
  worker.on('error', (error) => {
    copier.stop();
    answer = { kind: 'unreadable', unit: 0, reason: error instanceof Error ? error.message : String(error) };
  });
  return new Promise((resolve) => worker.on('exit', () => resolve(answer)));
}

function raise(answer: CopyAnswer, units: readonly CopyUnit[], output: OutputFile, ranges: readonly RangeCopy[]): void {
  if (answer.kind === 'done') return;
  if (answer.kind === 'unwritable') throw WriteError.of(output.target, new Error(answer.reason));
  const unit = units[answer.unit];
  const source = ranges.find(({ source: { fd } }) => fd === unit?.fromFd)?.source;
  if (answer.kind === 'unreadable') throw ReadError.of(source?.name ?? 'a source', answer.reason);
  const size = Number(answer.reason);
  throw FormatError.of('truncated', { wanted: unit?.length ?? 0, offset: unit?.from ?? 0, size });
}

/** The CRC-32 of each range, from those of its units. */
function sumsOf(cut: readonly (readonly CopyUnit[])[], sums: Uint32Array): readonly number[] {
  let next = 0;
  return cut.map((units) => {
    let sum = 0;
    for (const { length } of units) {
      sum = combineCrc32(sum, sums[next] as number, length);
      next += 1;
    }
    return sum;
  });
}
