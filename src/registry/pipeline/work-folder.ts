import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '../../bytes/errors.ts';
import { withoutFolder } from './without-folder.ts';

/** Runs work with a folder of its own, which is removed whatever happens. What it throws says nothing of where that was. */
export async function inWorkFolder<T>(parent: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = realpathSync(mkdtempSync(join(parent, 'version-')));
  try {
    return await work(folder);
  } catch (error) {
    if (error instanceof CodedError) error.message = withoutFolder(error.message, folder);
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
