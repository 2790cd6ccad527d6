import { filePath } from '../../contract/types/registry.ts';
import { RegistryError } from '../errors.ts';

/** Sorts before everything that a path may have, so that what lies in a folder follows it at once. */
const SEPARATOR = '\u0000';

/**
 * Checks names of the files of a version: each can be made on every usual file system, beside all others.
 * @throws RegistryError `path-refused`, `path-ambiguous`
 */
export function checkFileNames(paths: readonly string[]): void {
  const refused = paths.find((path) => !filePath.safeParse(path).success);
  if (refused !== undefined) throw RegistryError.of('path-refused', shown(refused));
  const sorted = paths.map((path) => ({ path, key: keyOf(path) })).toSorted((a, b) => compare(a.key, b.key));
  for (const [index, { path, key }] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next?.key === key) throw RegistryError.of('path-ambiguous', `${shown(path)} and ${shown(next.path)}`);
    if (next?.key.startsWith(key + SEPARATOR) === true) {
      throw RegistryError.of('path-ambiguous', `${shown(path)} is a file, and the folder of ${shown(next.path)}`);
    }
  }
}

/** The same for names that a file system which ignores case, or how a letter is composed, takes for one. */
function keyOf(path: string): string {
  const folded = path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
  return folded.replaceAll('/', SEPARATOR);
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const MAX_SHOWN = 200;
const shown = (path: string): string => JSON.stringify(path.slice(0, MAX_SHOWN));
