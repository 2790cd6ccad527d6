import { wipe } from '../../seal/crypto.ts';
import { RegistryError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import { openAnyKey } from './open-key.ts';

/** Keys of sealed contents in base 64, by digest, for a job in a thread; they go from memory to memory and are written nowhere. */
export type ContentKeys = Readonly<Record<string, string>>;

/** What a thread needs to read the files of a version that are sealed: of one side, or of both. @throws RegistryError `keys-unavailable`, `content-damaged`. */
export async function contentKeysOf(
  registry: Pick<Registry, 'store' | 'contents'>,
  versionId: string,
  side?: 'source' | 'release',
): Promise<ContentKeys> {
  const rows = await registry.store.read
    .selectFrom('registry_files as f')
    .innerJoin('registry_contents as c', 'c.digest', 'f.digest')
    .select('c.digest')
    .distinct()
    .where('f.version_id', '=', versionId)
    .$if(side !== undefined, (query) => query.where('f.side', '=', side ?? 'source'))
    .where('c.sealed_digest', 'is not', null)
    .execute();
  const keys: [string, string][] = [];
  for (const { digest } of rows) {
    const key = await openAnyKey(registry, digest);
    if (key === undefined) throw RegistryError.of('content-damaged', `no version has the key of ${digest}`);
    keys.push([digest, key.toString('base64')]);
    wipe(key);
  }
  return Object.fromEntries(keys);
}
