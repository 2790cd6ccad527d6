import type { Registry } from '../registry.ts';

/** Keys of sealed contents in base 64, by digest, for a job in a thread; they go from memory to memory and are written nowhere. */
export type ContentKeys = Readonly<Record<string, string>>;

/** What a thread needs to read the files of a version that are sealed. @throws RegistryError `keys-unavailable`. */
export async function contentKeysOf(
  _registry: Registry,
  _versionId: string,
  _side: 'source' | 'release',
): Promise<ContentKeys> {
  throw new Error('not yet');
}
