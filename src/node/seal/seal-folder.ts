import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkIndex, type FolderIndex, INDEX_NAME, type IndexedFile, SEALED_ENDING } from '../../seal/folder-index.ts';
import type { Recipient } from '../../seal/recipient.ts';
import { sealStream } from '../../seal/sealed-stream.ts';
import { OutputFile } from '../output-file.ts';
import { OutputFolder } from '../output-folder.ts';
import { WriteError } from '../write-error.ts';
import { listFolder, type ListedFile } from './list-folder.ts';
import { drain, FileSink, InputFile, tap, tapParts } from './pieces.ts';
import { type OnBytes, PayloadDigest, sealTo } from './seal-file.ts';

export interface SealFolderOptions {
  readonly recipients: readonly Recipient[];
  /** Give sealed files names that say nothing, and the tree away only to who opens the index. */
  readonly hidesNames?: boolean | undefined;
  readonly followsLinks?: boolean | undefined;
  /** Replace a folder that is there. */
  readonly isForced?: boolean | undefined;
  /** Told once how many bytes there are. */
  readonly onTotal?: ((bytes: number) => void) | undefined;
  readonly onBytes?: OnBytes | undefined;
}

/**
 * Seals every file below a folder with a file key of its own, and an index of them all. The new folder appears whole.
 * @throws SealError, ReadError, WriteError.
 */
export async function sealFolder(folder: string, into: string, options: SealFolderOptions): Promise<FolderIndex> {
  const { files, folders } = listFolder(folder, options);
  options.onTotal?.(files.reduce((sum, file) => sum + file.size, 0));
  const output = OutputFolder.create(
    into,
    options.isForced === true ? { replace: { backup: null, keeps: [folder] } } : {},
  );
  try {
    const sealed: IndexedFile[] = [];
    for (const file of files) sealed.push(await sealOne({ folder, file, into: output.path }, options));
    const index: FolderIndex = {
      kind: 'vouchsafe-sealed-folder',
      schemaVersion: 1,
      createdAt: new Date().toISOString(),
      hidesNames: options.hidesNames === true,
      files: sealed,
      folders: [...folders],
    };
    checkIndex(index);
    await writeIndex(index, output.path, options.recipients);
    output.commit();
    return index;
  } finally {
    output.discard();
  }
}

interface Place {
  readonly folder: string;
  readonly file: ListedFile;
  readonly into: string;
}

async function sealOne({ folder, file, into }: Place, options: SealFolderOptions): Promise<IndexedFile> {
  const { recipients, hidesNames, onBytes } = options;
  const sealed = (hidesNames === true ? randomBytes(16).toString('hex') : file.path) + SEALED_ENDING;
  const input = new InputFile(join(folder, file.path), options.followsLinks !== true);
  try {
    const [plainHash, payload] = [createHash('sha256'), new PayloadDigest()];
    let size = 0;
    const pieces = tap(input.pieces(), (piece) => {
      size += piece.length;
      plainHash.update(piece);
      onBytes?.(piece.length);
    });
    const parts = tapParts(sealStream(pieces, { recipients, artifact: sealed }), (part) => payload.addSealed(part));
    await drain(parts, new FileSink(createBelow(into, sealed)));
    const digests = { sha256: plainHash.digest('hex'), payloadSize: payload.bytes, payloadSha256: payload.hex() };
    return { path: file.path, sealed, size, mode: input.mode, ...digests };
  } finally {
    await input.close();
  }
}

/** A new file below a folder of ours. @throws WriteError. */
export function createBelow(folder: string, path: string, mode?: number): OutputFile {
  const file = join(folder, path);
  try {
    mkdirSync(dirname(file), { recursive: true });
  } catch (error) {
    throw WriteError.of(file, error);
  }
  return OutputFile.create(file, { exclusive: true, mode });
}

async function writeIndex(index: FolderIndex, into: string, recipients: readonly Recipient[]): Promise<void> {
  async function* text(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(JSON.stringify(index));
  }
  await sealTo(text(), new FileSink(createBelow(into, INDEX_NAME)), { recipients, artifact: INDEX_NAME });
}
