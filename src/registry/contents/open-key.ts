import { RegistryError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import { unwrapContentKey } from './content-key.ts';
import { findKeysOf, type WrappedKey } from './find-content.ts';

type Means = Pick<Registry, 'store' | 'contents'>;

/** The key of a content from what a version has of it; whoever asked wipes it. @throws RegistryError `keys-unavailable`, `content-damaged`. */
export async function openKey(
  { contents }: Pick<Registry, 'contents'>,
  digest: string,
  { version, wrapped }: WrappedKey,
): Promise<Buffer> {
  const versionKey = await contents.keys.open(version);
  return unwrapContentKey(versionKey, wrapped, { versionId: version.id, digest });
}

/** The key of a content by any version that has it; undefined where none does. @throws RegistryError `keys-unavailable`, `content-damaged`. */
export async function openAnyKey(registry: Means, digest: string): Promise<Buffer | undefined> {
  let failure: unknown;
  for (const key of await findKeysOf(registry.store.read, digest)) {
    try {
      return await openKey(registry, digest, key);
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  return undefined;
}
