import { statSync } from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';
import type { CleaningRecord } from '../../clean/record-schema.ts';
import { cleanPaths, type Destination } from '../../node/clean/clean-paths.ts';
import { realPlace } from '../../node/output-folder.ts';
import { checkWritable, isSameFile, writeAtomically, writeStream } from '../../node/write-file.ts';
import { jsonText } from '../../scan/json-safe.ts';
import { formatBytes, grouped } from '../../scan/reporters/wording.ts';
import { visible } from '../../scan/visible-text.ts';
import { Progress } from '../render/progress.ts';
import { streamTheme } from '../render/theme.ts';
import { loadPolicy } from '../scan/load-files.ts';
import { UsageError } from '../usage-error.ts';
import type { CleanArguments } from './clean-arguments.ts';
import { renderCleaning } from './render-cleaning.ts';

const DEFAULT_SUFFIX = '.bak';

/** `vouchsafe clean`: returns the exit code. @throws CodedError when it cannot run at all. */
export async function runClean(inputs: readonly string[], options: CleanArguments): Promise<number> {
  const destination = destinationOf(inputs, options);
  checkPlaces(inputs, destination, options);
  const policy = await loadPolicy(options.policy);
  const progress = new Progress(options.progress);
  const record = await cleanPaths(inputs, {
    destination,
    policy,
    cleaning: {
      template: options.template,
      keepMetadata: options.keepMetadata,
      dropCells: options.dropCells ?? false,
      clearNotebooks: options.clearNotebooks ?? false,
      low: options.low ?? false,
    },
    force: options.force,
    dryRun: options.dryRun,
    dropUnsafe: options.dropUnsafe,
    includeGit: options.includeGit,
    onProgress: ({ files, bytes }) =>
      progress.show(() => `cleaning: ${grouped(files)} files, ${formatBytes(bytes)} written`),
  }).finally(() => progress.end());
  const json = `${jsonText(record, 2)}\n`;
  if (options.record !== undefined) writeAtomically(options.record, [json]);
  const text = options.format === 'json' ? json : renderCleaning(record, streamTheme(process.stdout));
  await writeStream(process.stdout, [text]);
  return exitCodeOf(record);
}

function exitCodeOf({ files }: CleaningRecord): number {
  return files.some(({ status }) => status === 'refused') ? 1 : 0;
}

/** @throws UsageError unless the command line says one place to write to. */
function destinationOf(inputs: readonly string[], options: CleanArguments): Destination {
  const { output, inPlace, backup } = options;
  if (inputs.includes('')) throw UsageError.of('an input is empty');
  if (inPlace === true) {
    if (output !== undefined) throw UsageError.of('--in-place and --output exclude each other');
    return { kind: 'in-place', backup: suffixOf(backup) };
  }
  if (backup !== undefined) throw UsageError.of('--backup goes with --in-place');
  // A dry run needs no place, but what it says may depend on whether one file or a folder is written.
  const [input = ''] = inputs;
  const path = output ?? (options.dryRun === true ? basename(resolve(input)) : undefined);
  if (path === undefined) throw UsageError.of('say where to write: --output PATH, --in-place, or --dry-run');
  if (inputs.length > 1 || kindOf(input) === 'folder') return { kind: 'folder', path };
  return { kind: 'file', path: kindOf(path) === 'folder' ? join(path, basename(input)) : path };
}

function suffixOf(backup: string | true | undefined): string | null {
  if (backup === undefined) return null;
  const suffix = backup === true ? DEFAULT_SUFFIX : backup;
  if (suffix === '' || /[/\\\0]/.test(suffix)) throw UsageError.of('the suffix of --backup is part of a file name');
  return suffix;
}

function kindOf(path: string): 'file' | 'folder' | 'nothing' {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? 'nothing' : stats.isDirectory() ? 'folder' : 'file';
}

/** @throws UsageError when an input would be written over, or read while it is written. */
function checkPlaces(inputs: readonly string[], destination: Destination, { record, dryRun }: CleanArguments): void {
  const names = inputs.map((input) => basename(resolve(input)));
  if (destination.kind === 'folder' && new Set(names).size < names.length) {
    throw UsageError.of('two inputs have the same name, and would be one in the output folder');
  }
  if (record !== undefined) {
    if (inputs.some((input) => isSameFile(record, input))) throw UsageError.of('the record would overwrite an input');
    if (destination.kind === 'file' && realPlace(record) === realPlace(destination.path)) {
      throw UsageError.of('the record would overwrite the output');
    }
    checkRecordPlace(record, inputs, destination);
    checkWritable(record);
  }
  if (destination.kind === 'in-place' || dryRun === true) return;
  const { path } = destination;
  for (const input of inputs) {
    if (isSameFile(path, input) || isNested(path, input)) {
      throw UsageError.of(`${visible(path)} and ${visible(input)} are one within the other; --in-place replaces files`);
    }
  }
}

/** True when one place is in the other, by whatever links they are named. */
function isNested(one: string, other: string): boolean {
  const [a, b] = [realPlace(one), realPlace(other)];
  return a === b || isWithin(a, b) || isWithin(b, a);
}

/** @throws UsageError for a record among what was cleaned: it quotes what was taken out, so a scan would find it there. */
function checkRecordPlace(record: string, inputs: readonly string[], destination: Destination): void {
  const folders = destination.kind === 'in-place' ? inputs : destination.kind === 'folder' ? [destination.path] : [];
  if (folders.every((folder) => !isBelow(record, folder))) return;
  throw UsageError.of(`the record quotes what was taken out; put it beside the folder and not into it`);
}

function isBelow(path: string, folder: string): boolean {
  return isWithin(realPlace(path), realPlace(folder));
}

function isWithin(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}
