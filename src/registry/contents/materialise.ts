import { mkdir, open } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { isDiskFull } from '../../node/disk-full.ts';
import { freeBytes } from '../../node/free-bytes.ts';
import { wipe } from '../../seal/crypto.ts';
import type { Blobs } from '../../store/blobs/blobs.ts';
import { BlobError } from '../../store/blobs/errors.ts';
import type { Store } from '../../store/store.ts';
import { RegistryError } from '../errors.ts';
import type { ContentKeys } from './content-keys.ts';
import { readPlain } from './read-plain.ts';
import { requireRoom } from './room.ts';
import { openSealed, readSealed } from './sealed-content.ts';

/** What a job in a thread has. */
interface Means {
  readonly store: Pick<Store, 'read'>;
  readonly blobs: Blobs;
  /** From `contentKeysOf`, for contents that are sealed already. */
  readonly keys?: ContentKeys | undefined;
}

interface Wanted {
  readonly versionId: string;
  readonly side: 'source' | 'release';
  /** An empty folder; made where there is none. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

interface FileOnDisk {
  readonly path: string;
  readonly digest: string;
  readonly bytes: number;
  readonly is_plain: number;
  readonly sealed_digest: string | null;
}

const READ_ONLY_MODE = 0o400;
const FOLDER_MODE = 0o700;

/**
 * Writes the files of a version below a folder, read-only: hard links where contents are plain files on the same disk, else copies.
 * @throws RegistryError `no-room` before it writes copies that would fill the disk, `content-damaged`, BlobError `blobs-unavailable`.
 */
export async function materialise(means: Means, wanted: Wanted): Promise<void> {
  const { folder, signal } = wanted;
  await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  const files = await filesOf(means, wanted);
  const copied = files.filter((file) => !mayLink(means, file)).reduce((sum, { bytes }) => sum + bytes, 0);
  requireRoom(await freeBytes(folder), copied);
  for (const file of files) {
    signal.throwIfAborted();
    const target = placeOf(folder, file.path);
    await mkdir(dirname(target), { recursive: true, mode: FOLDER_MODE });
    if (await isLinked(means, file, target)) wanted.onBytes?.(file.bytes);
    else await copy(await piecesOf(means, file), { target, bytes: file.bytes, wanted });
  }
}

async function filesOf({ store }: Means, { versionId, side }: Wanted): Promise<readonly FileOnDisk[]> {
  return store.read
    .selectFrom('registry_files as f')
    .innerJoin('registry_contents as c', 'c.digest', 'f.digest')
    .select(['f.path', 'c.digest', 'c.bytes', 'c.is_plain', 'c.sealed_digest'])
    .where('f.version_id', '=', versionId)
    .where('f.side', '=', side)
    .orderBy('f.path')
    .execute();
}

/** Paths were checked when they were declared; what leads out of the folder would be a defect, and is not written. */
function placeOf(folder: string, path: string): string {
  const target = join(folder, ...path.split('/'));
  const within = relative(folder, target);
  const isWithin = within !== '' && within.split(sep).join('/') === path && !within.startsWith('..');
  if (!isWithin || path.includes('\0')) throw RegistryError.of('content-damaged', 'a path leads out of its version');
  return target;
}

function mayLink({ blobs }: Means, { is_plain }: FileOnDisk): boolean {
  return is_plain === 1 && blobs.linkTo !== undefined;
}

async function isLinked(means: Means, file: FileOnDisk, target: string): Promise<boolean> {
  if (!mayLink(means, file)) return false;
  try {
    return (await means.blobs.linkTo?.(file.digest, target)) === true;
  } catch (error) {
    // Removed since it was looked up, because it is sealed by now.
    if (error instanceof BlobError && error.code === 'blob-missing') return false;
    throw error;
  }
}

async function piecesOf({ blobs, keys }: Means, file: FileOnDisk): Promise<AsyncIterable<Uint8Array>> {
  const { digest, bytes, sealed_digest: sealedDigest } = file;
  const key = keys?.[digest];
  if (sealedDigest === null || key === undefined) return readPlain(blobs, digest);
  const contentKey = Buffer.from(key, 'base64');
  try {
    const sealed = await openSealed(blobs, { sealedDigest, bytes }, contentKey);
    return readSealed(blobs, sealed, { start: 0, end: bytes });
  } finally {
    wipe(contentKey);
  }
}

interface Copy {
  readonly target: string;
  readonly bytes: number;
  readonly wanted: Wanted;
}

async function copy(pieces: AsyncIterable<Uint8Array>, { target, bytes, wanted }: Copy): Promise<void> {
  const { folder, signal, onBytes } = wanted;
  requireRoom(await freeBytes(folder), bytes);
  const file = await open(target, 'wx', READ_ONLY_MODE);
  try {
    for await (const piece of pieces) {
      signal.throwIfAborted();
      await file.appendFile(piece);
      onBytes?.(piece.length);
    }
  } catch (error) {
    throw isDiskFull(error) ? RegistryError.of('no-room', `${bytes} bytes more are needed`, error) : error;
  } finally {
    await file.close();
  }
}
