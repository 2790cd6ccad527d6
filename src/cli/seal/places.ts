import { fstatSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { OutputFile } from '../../node/output-file.ts';
import { FileSink, type Sink, StreamSink } from '../../node/seal/pieces.ts';
import { UsageError } from '../usage-error.ts';

export const STREAM = '-';
/** Opened files hold what was worth sealing. */
export const PRIVATE_MODE = 0o600;

export function isFolder(path: string): boolean {
  return path !== STREAM && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

export interface SinkOptions {
  readonly isForced: boolean;
  readonly mode?: number | undefined;
  /** Text may go to a terminal, other bytes would garble it. */
  readonly isText: boolean;
}

/** A new file. @throws WriteError when it is there already. */
export function createFile(output: string, { isForced, mode }: Omit<SinkOptions, 'isText'>): OutputFile {
  return OutputFile.create(output, { exclusive: !isForced, mode });
}

/** A new file or standard output. @throws WriteError when the file is there already, UsageError. */
export function openSink(output: string, { isForced, mode, isText }: SinkOptions): Sink {
  if (output !== STREAM) return new FileSink(createFile(output, { isForced, mode }));
  if (process.stdout.isTTY && !isText)
    throw UsageError.of('standard output is a terminal; give -o FILE, or redirect it');
  return new StreamSink(process.stdout);
}

/**
 * Of a folder and what is made of it neither may lie in the other, whatever links lead there: the one would be sealed
 * into itself, and replacing the other would remove what it was made of. @throws UsageError.
 */
export function checkApart(input: string, output: string): void {
  const [from, into] = [realPlace(input), realPlace(output)];
  if (holds(from, into)) throw UsageError.of(`the result would be inside ${input}`);
  if (holds(into, from)) throw UsageError.of(`the result would take the place of ${output}, which holds ${input}`);
}

function holds(folder: string, path: string): boolean {
  return `${path}${sep}`.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

/** Where a path leads, or would when it were there. */
function realPlace(path: string): string {
  for (const [known, rest] of [
    [path, ''],
    [dirname(resolve(path)), basename(path)],
  ] as const) {
    if (statSync(known, { throwIfNoEntry: false }) !== undefined) return join(realpathSync(known), rest);
  }
  return resolve(path);
}

/** Standard input must come from somewhere. @throws UsageError. */
export function checkStdin(): void {
  // Node takes a folder for an empty stream.
  if (fstatSync(0).isDirectory()) throw UsageError.of('standard input is a folder; name it instead of -');
  if (process.stdin.isTTY) throw UsageError.of('standard input is a terminal; pipe or redirect a file into it');
}

/** What key services bind: the name a file has, or what it will be called. */
export function artifactName(input: string, output: string): string {
  return basename(input === STREAM ? (output === STREAM ? 'stdin' : output) : input);
}
