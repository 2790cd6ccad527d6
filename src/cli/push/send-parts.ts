import { hash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { ReadError } from '../../bytes/errors.ts';
import type { Client } from '../../contract/client.ts';
import { openable } from '../../node/raw-path.ts';
import { reasonOf } from '../../node/reason.ts';
import { atOnce } from '../registry/at-once.ts';
import { RemoteError } from '../registry/errors.ts';
import { type Retrying, retrying } from '../registry/retrying.ts';
import type { LocalFile } from './list-files.ts';
import type { Upload } from './open-upload.ts';

interface Part {
  readonly file: LocalFile;
  readonly part: number;
  readonly begin: number;
  readonly bytes: number;
}

export interface Sending {
  readonly versionId: string;
  readonly parts: readonly Part[];
  readonly totalBytes: number;
}

/** What the server lacks, in the order of the files. */
export function partsToSend({ version, uploads }: Upload, files: readonly LocalFile[]): Sending {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const parts = uploads.flatMap(({ path, partBytes, missing }) => {
    const file = byPath.get(path);
    if (file === undefined) return [];
    return missing.map((part) => {
      const begin = part * partBytes;
      return { file, part, begin, bytes: Math.min(partBytes, file.size - begin) };
    });
  });
  return { versionId: version.id, parts, totalBytes: parts.reduce((sum, { bytes }) => sum + bytes, 0) };
}

interface SendOptions extends Retrying {
  /** Parts under way at the same time, each in memory. */
  readonly parallel: number;
  readonly onBytes: (bytes: number) => void;
}

/** Sends them, several at once, each again when it fails in passing. @throws RemoteError, ReadError */
export async function sendParts(client: Client, sending: Sending, options: SendOptions): Promise<void> {
  await atOnce(sending.parts, { most: options.parallel, signal: options.signal }, async (part, signal) => {
    const content = await readPart(part);
    const digest = `sha256:${hash('sha256', content, 'hex')}`;
    const query = { path: part.file.path, part: part.part, digest };
    const params = { versionId: sending.versionId };
    try {
      await retrying({ ...options, signal }, () =>
        client.versions.putPart({ params, query, body: content }, { signal }),
      );
    } catch (error) {
      throw isOtherNow(error) ? RemoteError.of('changed-meanwhile', part.file.path, error) : error;
    }
    options.onBytes(part.bytes);
  });
}

/** The only part of a file must have the digest that the file had when it was hashed. */
const isOtherNow = (error: unknown): boolean => error instanceof RemoteError && (error.code as string) === 'part-wrong';

async function readPart({ file, begin, bytes }: Part): Promise<Uint8Array<ArrayBuffer>> {
  const content = Buffer.alloc(bytes);
  try {
    const opened = await open(openable(file.file), constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      for (let done = 0; done < bytes; ) {
        const { bytesRead } = await opened.read(content, done, bytes - done, begin + done);
        if (bytesRead === 0) throw RemoteError.of('changed-meanwhile', file.path);
        done += bytesRead;
      }
    } finally {
      await opened.close();
    }
  } catch (error) {
    throw error instanceof RemoteError ? error : ReadError.of(file.path, reasonOf(error), error);
  }
  return content;
}
