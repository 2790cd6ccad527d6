import { createHash } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SealError } from '../../seal/errors.ts';
import { type FolderIndex, INDEX_NAME, type IndexedFile, parseIndex } from '../../seal/folder-index.ts';
import { GrowingBuffer } from '../../seal/growing-buffer.ts';
import { checkLimit } from '../../seal/limits.ts';
import type { Identity, Recipient } from '../../seal/recipient.ts';
import { openStream, splitHeader } from '../../seal/sealed-stream.ts';
import { OutputFolder } from '../output-folder.ts';
import { WriteError } from '../write-error.ts';
import { listFolder } from './list-folder.ts';
import { noSink } from './no-sink.ts';
import { drain, FileSink, InputFile, type Sink, tapParts } from './pieces.ts';
import { createBelow } from './seal-folder.ts';
import { type OnBytes, PayloadDigest, rewrapInto } from './seal-file.ts';

/** Files come back with the permissions they had, but what was worth sealing is for nobody else until its owner says so. */
const PRIVATE_FOLDER_MODE = 0o700;

/** True for a folder that `sealFolder` wrote. */
export function isSealedFolder(folder: string): boolean {
  return statSync(join(folder, INDEX_NAME), { throwIfNoEntry: false })?.isFile() === true;
}

export interface UnsealFolderOptions {
  readonly identities: readonly Identity[];
  readonly isForced?: boolean | undefined;
  readonly onTotal?: ((bytes: number) => void) | undefined;
  readonly onBytes?: OnBytes | undefined;
}

/**
 * Restores a sealed folder; it appears only when every file is what the index says.
 * With `into` null nothing is written, everything is checked all the same.
 * @throws SealError `folder-changed` when a file is missing, added or another one; ReadError, WriteError.
 */
export async function unsealFolder(
  folder: string,
  into: string | null,
  options: UnsealFolderOptions,
): Promise<FolderIndex> {
  const index = await openIndex(folder, options.identities);
  checkComplete(folder, index);
  options.onTotal?.(index.files.reduce((sum, file) => sum + file.size, 0));
  if (into === null) {
    for (const file of index.files) await unsealOne({ folder, file, sink: noSink }, options);
    return index;
  }
  const replace = options.isForced === true ? { backup: null, keeps: [folder] } : undefined;
  const output = OutputFolder.create(into, { replace, maxMode: PRIVATE_FOLDER_MODE });
  try {
    for (const path of index.folders) makeFolder(join(output.path, path));
    for (const file of index.files) {
      // The bits that let others run it as its owner are no part of a model.
      const sink = new FileSink(createBelow(output.path, file.path, file.mode));
      await unsealOne({ folder, file, sink }, options);
    }
    output.commit();
    return index;
  } finally {
    output.discard();
  }
}

/**
 * Gives every file of a sealed folder, the index included, another header. The folder is replaced as a whole, so that
 * an interruption leaves it as it was: with some files for the old recipients and some for the new ones alone, nobody
 * could open it, nor finish the work.
 * @throws SealError, ReadError, WriteError.
 */
export async function rewrapFolder(folder: string, options: RewrapFolderOptions): Promise<FolderIndex> {
  const { identities, recipients, isReplacing, onBytes } = options;
  const index = await openIndex(folder, identities);
  checkComplete(folder, index);
  options.onTotal?.(index.files.reduce((sum, file) => sum + file.payloadSize, 0));
  const mode = statSync(folder).mode & 0o777;
  const output = OutputFolder.create(folder, { replace: { backup: null }, maxMode: mode });
  try {
    for (const artifact of [...index.files.map(({ sealed }) => sealed), INDEX_NAME]) {
      const place = { from: join(folder, artifact), into: (bits: number) => createBelow(output.path, artifact, bits) };
      await rewrapInto(place, { identities, recipients, isReplacing, artifact }, onBytes);
    }
    output.commit();
    return index;
  } finally {
    output.discard();
  }
}

export interface RewrapFolderOptions {
  readonly identities: readonly Identity[];
  readonly recipients: readonly Recipient[];
  readonly isReplacing: boolean;
  readonly onTotal?: ((bytes: number) => void) | undefined;
  readonly onBytes?: OnBytes | undefined;
}

async function openIndex(folder: string, identities: readonly Identity[]): Promise<FolderIndex> {
  const input = new InputFile(join(folder, INDEX_NAME), true);
  const text = new GrowingBuffer();
  try {
    checkLimit('maxIndexBytes', input.size);
    for await (const parts of openStream(input.pieces(), identities)) {
      for (const part of parts) text.push(part);
    }
  } finally {
    await input.close();
  }
  return parseIndex(text.bytes.toString('utf8'));
}

/** How many differences a message names. */
const SHOWN_PROBLEMS = 5;

function checkComplete(folder: string, index: FolderIndex): void {
  const present = new Set(listFolder(folder).files.map(({ path }) => path));
  const expected = new Set([INDEX_NAME, ...index.files.map(({ sealed }) => sealed)]);
  const missing = [...expected].filter((path) => !present.has(path)).map((path) => `${path} is missing`);
  const added = [...present].filter((path) => !expected.has(path)).map((path) => `${path} was added`);
  const problems = [...missing, ...added];
  if (problems.length === 0) return;
  const shown = problems.slice(0, SHOWN_PROBLEMS).join(', ');
  const more = problems.length > SHOWN_PROBLEMS ? ` and ${problems.length - SHOWN_PROBLEMS} more` : '';
  throw changed(shown + more);
}

interface Place {
  readonly folder: string;
  readonly file: IndexedFile;
  readonly sink: Sink;
}

async function unsealOne({ folder, file, sink }: Place, options: UnsealFolderOptions): Promise<void> {
  const input = new InputFile(join(folder, file.sealed), true);
  try {
    const [hash, payload] = [createHash('sha256'), new PayloadDigest()];
    let size = 0;
    const parts = tapParts(openChecked(input, payload, options), (part) => {
      size += part.length;
      hash.update(part);
      options.onBytes?.(part.length);
    });
    const verify = (): void => {
      if (payload.bytes !== file.payloadSize || payload.hex() !== file.payloadSha256) {
        throw changed(`${file.sealed} is another file than the one that was sealed`);
      }
      if (size !== file.size || hash.digest('hex') !== file.sha256) throw changed(`${file.path} has another content`);
    };
    await drain(verified(parts, verify), sink);
  } finally {
    await input.close();
  }
}

/** Opens a file and digests what follows its header on the way. */
async function* openChecked(
  input: InputFile,
  payload: PayloadDigest,
  { identities }: UnsealFolderOptions,
): AsyncGenerator<Buffer[]> {
  const { header, rest } = await splitHeader(input.pieces());
  async function* again(): AsyncGenerator<Uint8Array> {
    yield header;
    for await (const piece of rest) {
      payload.add(piece);
      yield piece;
    }
  }
  yield* openStream(again(), identities);
}

/** Ends with a check, before the sink is told that all is well. */
async function* verified(parts: AsyncIterable<Buffer[]>, verify: () => void): AsyncGenerator<Buffer[]> {
  yield* parts;
  verify();
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw WriteError.of(path, error);
  }
}

function changed(problems: string): SealError {
  return SealError.of('folder-changed', { problems });
}
