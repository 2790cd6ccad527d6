import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/** In the folder of the blobs: a file for each backup that is being made. */
export const HOLDS_FOLDER = 'held';
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const SAID_EVERY_MS = 60_000;
/** A backup that has said nothing for so long was killed. Copying the records says nothing while it lasts. */
const ABANDONED_MS = 60 * SAID_EVERY_MS;

export interface RemovalHold {
  end(): Promise<void>;
}

/** From here until it ends no process removes a blob of this folder that was named when it began. */
export async function holdRemovals(blobsFolder: string): Promise<RemovalHold> {
  const folder = join(blobsFolder, HOLDS_FOLDER);
  try {
    await makeHoldsFolder(blobsFolder);
  } catch (error) {
    // A snapshot: nobody removes anything there.
    if (codeOf(error) === 'EROFS') return { end: () => Promise.resolve() };
    throw error;
  }
  const path = join(folder, randomBytes(16).toString('hex'));
  await (await open(path, 'wx', FILE_MODE)).close();
  const timer = setInterval(() => {
    const seconds = Date.now() / 1000;
    // The next time says it again.
    void utimes(path, seconds, seconds).catch(() => undefined);
  }, SAID_EVERY_MS).unref();
  return {
    end: async () => {
      clearInterval(timer);
      await rm(path, { force: true });
    },
  };
}

/** Whoever makes it, it is for the owner of the blobs: a backup may run as somebody else. */
export async function makeHoldsFolder(blobsFolder: string): Promise<void> {
  const folder = join(blobsFolder, HOLDS_FOLDER);
  const made = await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  if (made === undefined) return;
  const { uid, gid } = await stat(blobsFolder);
  await chown(folder, uid, gid);
}

/** To be asked by whoever removes a blob, once nobody can begin to name it any more: then a backup that begins later does not need it. */
export async function areRemovalsHeld(blobsFolder: string): Promise<boolean> {
  const folder = join(blobsFolder, HOLDS_FOLDER);
  for (const name of await namesIn(folder)) {
    const saidAt = await saidAtMs(join(folder, name));
    if (saidAt !== undefined && Date.now() - saidAt < ABANDONED_MS) return true;
  }
  return false;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
}

async function saidAtMs(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    (error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    },
  );
}

const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT';

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
