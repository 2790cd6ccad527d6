import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readProblem } from '../../contract/client.ts';
import { sha256Text } from '../../node/digest.ts';
import { WriteError } from '../../node/write-error.ts';
import type { Connection } from '../registry/connect.ts';
import { RemoteError } from '../registry/errors.ts';
import { Patience, type Retrying } from '../registry/retrying.ts';
import type { Destination } from './destination.ts';
import type { ReleasedFile } from './list-release.ts';

const OWNER_AND_OTHERS = 0o666;
const FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
const READ_BYTES = 1024 * 1024;
const PARTIAL_CONTENT = 206;

interface Download extends Retrying {
  readonly versionId: string;
  readonly onBytes: (bytes: number) => void;
}

/** Where a file is kept until all of them are whole. */
export function partialOf({ partial }: Destination, { path, digest }: ReleasedFile): string {
  return join(partial, sha256Text(`${digest} ${path}`));
}

/**
 * Brings a file beside its place, whole and with the digest that was announced. What arrived before is kept, and only the rest is asked for.
 * @throws RemoteError `content-wrong`, `server-refused`, `unreachable`; WriteError
 */
export async function downloadFile(
  { get }: Connection,
  { file, to }: { readonly file: ReleasedFile; readonly to: string },
  download: Download,
): Promise<void> {
  const opened = await onDisk(to, () => open(to, FLAGS, OWNER_AND_OTHERS));
  try {
    const arriving = await Arriving.of(opened, file, to);
    download.onBytes(arriving.bytes);
    const patience = new Patience(download);
    while (arriving.bytes < file.bytes) {
      try {
        await receive(await ask(get, { file, from: arriving.bytes, download }), arriving, { file, download, patience });
      } catch (error) {
        await patience.afterFailure(error);
      }
    }
    await arriving.end();
  } catch (error) {
    // What is wrong would be wrong again.
    if (error instanceof RemoteError && error.code === 'content-wrong') await rm(to, { force: true });
    throw error;
  } finally {
    await opened.close();
  }
}

async function ask(
  get: Connection['get'],
  { file, from, download }: { readonly file: ReleasedFile; readonly from: number; readonly download: Download },
): Promise<Response> {
  const query = new URLSearchParams({ path: file.path }).toString();
  const headers = { accept: '*/*', ...(from === 0 ? {} : { range: `bytes=${from}-` }) };
  const address = `/api/registry/versions/${download.versionId}/file?${query}`;
  const response = await get(address, { headers, signal: download.signal });
  if (!response.ok) throw await readProblem(response);
  const isRest = response.status === PARTIAL_CONTENT;
  if (from > 0 && (!isRest || response.headers.get('content-range')?.startsWith(`bytes ${from}-`) !== true)) {
    await response.body?.cancel();
    throw RemoteError.of('content-wrong', `${file.path}: the server does not send the part that was asked for`);
  }
  return response;
}

async function receive(
  { body }: Response,
  arriving: Arriving,
  {
    file,
    download,
    patience,
  }: { readonly file: ReleasedFile; readonly download: Download; readonly patience: Patience },
): Promise<void> {
  for await (const chunk of body ?? []) {
    await arriving.add(chunk);
    download.onBytes(chunk.byteLength);
    patience.succeeded();
  }
  if (arriving.bytes < file.bytes) throw new TypeError('cut off', { cause: new Error('the answer ended early') });
}

/** A file as far as it has arrived. */
class Arriving {
  readonly #opened: FileHandle;
  readonly #file: ReleasedFile;
  readonly #path: string;
  readonly #hash: Hash = createHash('sha256');
  bytes = 0;

  private constructor(opened: FileHandle, file: ReleasedFile, path: string) {
    this.#opened = opened;
    this.#file = file;
    this.#path = path;
  }

  /** Takes in what is there from before. */
  static async of(opened: FileHandle, file: ReleasedFile, path: string): Promise<Arriving> {
    const arriving = new Arriving(opened, file, path);
    await onDisk(path, async () => {
      const { size } = await opened.stat();
      if (size > file.bytes) await opened.truncate(0);
      else await arriving.#takeIn(size);
    });
    return arriving;
  }

  async #takeIn(size: number): Promise<void> {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    while (this.bytes < size) {
      const { bytesRead } = await this.#opened.read(buffer, 0, READ_BYTES, this.bytes);
      if (bytesRead === 0) return;
      this.#hash.update(buffer.subarray(0, bytesRead));
      this.bytes += bytesRead;
    }
  }

  async add(chunk: Uint8Array): Promise<void> {
    if (this.bytes + chunk.byteLength > this.#file.bytes) throw this.#wrong(`has more than ${this.#file.bytes} bytes`);
    await onDisk(this.#path, async () => {
      for (let done = 0; done < chunk.byteLength; ) {
        const { bytesWritten } = await this.#opened.write(chunk, done, chunk.byteLength - done, this.bytes + done);
        done += bytesWritten;
      }
    });
    this.#hash.update(chunk);
    this.bytes += chunk.byteLength;
  }

  async end(): Promise<void> {
    const digest = `sha256:${this.#hash.digest('hex')}`;
    if (digest !== this.#file.digest) throw this.#wrong(`has ${digest}, expected ${this.#file.digest}`);
    await onDisk(this.#path, () => this.#opened.sync());
  }

  #wrong(what: string): RemoteError {
    return RemoteError.of('content-wrong', `${this.#file.path} ${what}`);
  }
}

async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw WriteError.of(path, error);
  }
}
