import { lstatSync } from 'node:fs';
import { joinRaw, openable, rawPath, type RawPath } from './raw-path.ts';

/** True when a file, or a link as download caches make them, of this name is in the folder of `file`. */
export function isBeside(file: RawPath, fileName: string): boolean {
  const folder = file.slice(0, file.lastIndexOf('/') + 1);
  try {
    const stats = lstatSync(openable(joinRaw((folder === '' ? '.' : folder) as RawPath, rawPath(fileName))));
    return stats.isFile() || stats.isSymbolicLink();
  } catch {
    return false;
  }
}
