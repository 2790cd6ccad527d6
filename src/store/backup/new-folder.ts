import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { syncFolder } from '../../node/output-file.ts';
import { BackupError } from './errors.ts';

const OWNER_ONLY = 0o700;

/**
 * Fills a folder that appears under its name whole or not at all. The name must be free, or that of an empty folder.
 * @throws BackupError `place-taken`.
 */
export async function fillNewFolder<T>(folder: string, fill: (temporary: string) => Promise<T>): Promise<T> {
  const target = resolve(folder);
  await mustBeFree(target);
  const parent = dirname(target);
  await mkdir(parent, { recursive: true });
  const temporary = join(parent, `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await mkdir(temporary, { mode: OWNER_ONLY });
    const result = await fill(temporary);
    syncFolder(temporary);
    await mustBeFree(target);
    await rename(temporary, target);
    syncFolder(parent);
    return result;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

async function mustBeFree(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw BackupError.of('place-taken', folder, error);
  });
  if (names.length > 0) throw BackupError.of('place-taken', folder);
}
