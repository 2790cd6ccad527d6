import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import {
  chmod,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  type FileHandle as OpenFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDiskFull } from '../../node/disk-full.ts';
import { freeBytes } from '../../node/free-bytes.ts';
import { reasonOf } from '../../node/reason.ts';
import type { BlobInfo, BlobRange, Blobs, PutOptions, StoredBlob } from './blobs.ts';
import { BlockWriter } from './block-writer.ts';
import { checkRange, ContentLimits, hexOf, verified } from './digest.ts';
import { DigestThreads } from './digest-threads.ts';
import { BlobError } from './errors.ts';
import { areRemovalsHeld, makeHoldsFolder } from './removal-hold.ts';

const FILE_MODE = 0o600;
const READ_ONLY_MODE = 0o400;
const FOLDER_MODE = 0o700;
/** Another disk, a file system without links, or too many of them. */
const cannotLink: ReadonlySet<unknown> = new Set(['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP']);
const INCOMING = 'incoming';
const FOLDER_NAME = /^[0-9a-f]{2}$/;
const FILE_NAME = /^[0-9a-f]{64}$/;
const READ_BYTES = 256 * 1024;
/** An upload writes all the time; one whose file rested for so long has lost its process. */
const STALE_MS = 3_600_000;
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW;
const CREATE_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Blobs as files `aa/bb/<sha256>` of a folder. A blob is written to `incoming/` and renamed when its bytes and its digest are known and on
 * the disk, so a file with the name of a digest is whole. Links are not followed: whoever could place one would choose what is read.
 */
export class FolderBlobs implements Blobs {
  readonly column = 'folder';
  readonly #root: string;
  readonly #digests = new DigestThreads();
  readonly freeBytes = (): Promise<number | undefined> =>
    onDisk('say how much room it has', () => freeBytes(this.#root));

  private constructor(root: string) {
    this.#root = root;
  }

  /** Makes the folder where there is none, and removes what ended processes left. @throws BlobError `blobs-unsafe`, `blobs-unconfigured` */
  static async open(path: string): Promise<FolderBlobs> {
    try {
      await mkdir(path, { recursive: true, mode: FOLDER_MODE });
      const root = await realpath(path);
      await checkFolder(root);
      await makeFolder(join(root, INCOMING));
      await makeHoldsFolder(root);
      const blobs = new FolderBlobs(root);
      await blobs.sweep(STALE_MS);
      return blobs;
    } catch (error) {
      if (error instanceof BlobError) throw error;
      throw BlobError.of('blobs-unconfigured', { reason: reasonOf(error) }, error);
    }
  }

  async put(content: AsyncIterable<Uint8Array>, options: PutOptions): Promise<BlobInfo> {
    const limits = new ContentLimits(options);
    const temporary = join(this.#root, INCOMING, randomBytes(16).toString('hex'));
    try {
      const info = await this.#write(temporary, content, limits);
      await onDisk('store a blob', () => this.#publish(temporary, info));
      return info;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  async stat(digest: string): Promise<BlobInfo | undefined> {
    const file = await this.#open(digest);
    if (file === undefined) return undefined;
    await file.opened.close();
    return { digest, bytes: file.bytes };
  }

  async *read(digest: string, range?: BlobRange): AsyncIterable<Uint8Array> {
    const file = await this.#open(digest);
    if (file === undefined) throw BlobError.of('blob-missing', { digest });
    const { opened, bytes } = file;
    try {
      if (range === undefined) {
        yield* verified(bytesOf(opened, { start: 0, end: bytes }), { digest, bytes });
      } else {
        checkRange(range, bytes);
        yield* bytesOf(opened, range);
      }
    } finally {
      await opened.close();
    }
  }

  async linkTo(digest: string, path: string): Promise<boolean> {
    if ((await this.stat(digest)) === undefined) throw BlobError.of('blob-missing', { digest });
    try {
      await link(this.#pathOf(digest), path);
    } catch (error) {
      if (cannotLink.has(codeOf(error))) return false;
      throw codeOf(error) === 'ENOENT' ? BlobError.of('blob-missing', { digest }) : unavailable('link a blob', error);
    }
    // Both names are of one file: whoever works with the other must not change the blob.
    await chmod(path, READ_ONLY_MODE);
    return true;
  }

  async remove(digest: string): Promise<void> {
    const path = this.#pathOf(digest);
    if ((await this.stat(digest)) === undefined) return;
    await rm(path, { force: true });
    await syncFolder(dirname(path));
  }

  areHeld(): Promise<boolean> {
    return onDisk('say whether a backup is being made', () => areRemovalsHeld(this.#root));
  }

  async *list(): AsyncIterable<StoredBlob> {
    for (const first of await namesIn(this.#root, FOLDER_NAME)) {
      for (const second of await namesIn(join(this.#root, first), FOLDER_NAME)) {
        const folder = join(this.#root, first, second);
        for (const hex of await namesIn(folder, FILE_NAME)) {
          const found = await lstat(join(folder, hex)).catch(() => undefined);
          if (found?.isFile() === true && hex.startsWith(first + second))
            yield { digest: `sha256:${hex}`, storedAtMs: found.mtimeMs };
        }
      }
    }
  }

  async sweep(idleMs: number): Promise<number> {
    const folder = join(this.#root, INCOMING);
    let removed = 0;
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      const found = await lstat(path).catch(() => undefined);
      if (found === undefined || Date.now() - found.mtimeMs < idleMs) continue;
      await rm(path, { force: true });
      removed += 1;
    }
    return removed;
  }

  async probe(): Promise<void> {
    const path = join(this.#root, INCOMING, randomBytes(16).toString('hex'));
    await onDisk('accept a file', async () => {
      const file = await open(path, CREATE_FLAGS, FILE_MODE);
      await file.writeFile('probe').finally(() => file.close());
      await rm(path);
    });
  }

  close(): Promise<void> {
    return this.#digests.close();
  }

  /** Errors of the content itself pass as they are: they say nothing about the disk. */
  async #write(path: string, content: AsyncIterable<Uint8Array>, limits: ContentLimits): Promise<BlobInfo> {
    const file = await onDisk('store a blob', () => open(path, CREATE_FLAGS, FILE_MODE));
    const writer = new BlockWriter(file, this.#digests);
    try {
      for await (const chunk of content) {
        limits.count(chunk);
        await onDisk('store a blob', () => writer.add(chunk));
      }
      const info = limits.infoOf(await onDisk('store a blob', () => writer.end()));
      await onDisk('store a blob', () => file.sync());
      return info;
    } finally {
      await writer.settled();
      await file.close();
    }
  }

  #pathOf(digest: string): string {
    const hex = hexOf(digest);
    return join(this.#root, hex.slice(0, 2), hex.slice(2, 4), hex);
  }

  /** Also where there is such a blob already: it may be damaged, and its name may not be on the disk yet. */
  async #publish(temporary: string, info: BlobInfo): Promise<void> {
    const path = this.#pathOf(info.digest);
    const folder = dirname(path);
    await makeFolder(dirname(folder));
    await makeFolder(folder);
    await rename(temporary, path);
    await syncFolder(folder);
  }

  /** Checked by its descriptor, so that nothing can take its place afterwards. */
  async #open(digest: string): Promise<{ readonly opened: OpenFile; readonly bytes: number } | undefined> {
    const path = this.#pathOf(digest);
    const opened = await openUnlinked(path);
    if (opened === undefined) return undefined;
    try {
      const found = await opened.stat();
      if (!found.isFile()) throw BlobError.of('blobs-unsafe', { path, reason: 'it is no regular file' });
      if ((await realpath(path)) !== path)
        throw BlobError.of('blobs-unsafe', { path, reason: 'it lies behind a link' });
      return { opened, bytes: found.size };
    } catch (error) {
      await opened.close();
      // Removed between the two looks.
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }
}

async function openUnlinked(path: string): Promise<OpenFile | undefined> {
  try {
    return await open(path, READ_FLAGS);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    if (codeOf(error) === 'ELOOP') throw BlobError.of('blobs-unsafe', { path, reason: 'it is a symbolic link' }, error);
    throw unavailable('open a blob', error);
  }
}

async function* bytesOf(file: OpenFile, { start, end }: BlobRange): AsyncIterable<Uint8Array> {
  for (let offset = start; offset < end; ) {
    const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, end - offset));
    const { bytesRead } = await onDisk('read a blob', () => file.read(buffer, 0, buffer.length, offset));
    // Shorter than it was: the check of the whole says so.
    if (bytesRead === 0) return;
    offset += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Makes a folder whose parent exists, durably. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: FOLDER_MODE });
    await syncFolder(dirname(path));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    await checkFolder(path);
  }
}

async function checkFolder(path: string): Promise<void> {
  const found = await lstat(path);
  if (!found.isDirectory())
    throw BlobError.of('blobs-unsafe', { path, reason: 'expected a folder, found a link or file' });
}

/** None where there is no such folder any more. */
async function namesIn(folder: string, pattern: RegExp): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => pattern.test(name));
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw unavailable('list blobs', error);
  }
}

/** The name of a file is durable once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  await folder.sync().finally(() => folder.close());
}

async function onDisk<T>(operation: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof BlobError ? error : unavailable(operation, error);
  }
}

function unavailable(operation: string, error: unknown): BlobError {
  const code = isDiskFull(error) ? 'blobs-full' : 'blobs-unavailable';
  return BlobError.of(code, { operation, reason: reasonOf(error) }, error);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
