import { statfs } from 'node:fs/promises';

/** How many bytes this process may still write to the disk of a folder; undefined where its file system does not say. */
export async function freeBytes(folder: string): Promise<number | undefined> {
  const { bavail, bsize, blocks } = await statfs(folder);
  return blocks > 0 ? bavail * bsize : undefined;
}
