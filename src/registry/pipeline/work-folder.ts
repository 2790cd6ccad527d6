import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Runs work with a folder of its own, which is removed whatever happens. */
export async function inWorkFolder<T>(parent: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(parent, 'version-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
