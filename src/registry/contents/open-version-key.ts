import type { KeyObject } from 'node:crypto';
import { RegistryError } from '../errors.ts';
import type { Registry } from '../registry.ts';

type Means = Pick<Registry, 'store' | 'contents'>;

/** The key of a version, made where it has none. @throws RegistryError `keys-unavailable`, `version-unknown`. */
export async function openVersionKey({ store, contents }: Means, versionId: string): Promise<KeyObject> {
  const version = await store.read
    .selectFrom('registry_versions')
    .select(['id', 'model_id', 'key_provider', 'key_name', 'wrapped_key'])
    .where('id', '=', versionId)
    .executeTakeFirst();
  if (version === undefined) throw RegistryError.of('version-unknown', versionId);
  const { wrapped_key, ...facts } = version;
  if (wrapped_key !== null) return contents.keys.open({ ...facts, wrapped_key });
  const made = await contents.keys.make(versionId);
  const { value: isMine } = await store.change(async ({ sql }) => {
    const { numUpdatedRows } = await sql
      .updateTable('registry_versions')
      .set(made.wrapped)
      .where('id', '=', versionId)
      .where('wrapped_key', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return false;
    // What a key that is gone had wrapped opens never again.
    await sql.updateTable('registry_files').set({ wrapped_key: null }).where('version_id', '=', versionId).execute();
    return true;
  });
  // Somebody else was quicker: then his is the key.
  return isMine ? made.key : openVersionKey({ store, contents }, versionId);
}
