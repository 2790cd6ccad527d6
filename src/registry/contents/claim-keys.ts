import { type KeyObject, randomBytes } from 'node:crypto';
import { wipe } from '../../seal/crypto.ts';
import { unnameBlobs } from '../../store/blobs/name-blob.ts';
import type { Change, Store } from '../../store/store.ts';
import { RegistryError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import { KEY_BYTES, wrapContentKey } from './content-key.ts';
import { holdContents } from './hold-contents.ts';
import { openAnyKey } from './open-key.ts';
import { openVersionKey } from './open-version-key.ts';

type Means = Pick<Registry, 'store' | 'contents' | 'clock'>;

/** Contents whose keys are written in one change. */
const MAX_AT_ONCE = 200;
/** Others that release the same contents at the same time come in between as often as this at most. */
const MAX_ATTEMPTS = 5;

/** A key for a content of a version, ready to be written. */
interface NewKey {
  readonly digest: string;
  readonly wrapped: string;
  /** No version had one before. */
  readonly isFirst: boolean;
}

/**
 * Gives a version a key, and each of its contents one that is wrapped by it: the key that a content has already, or a new one. It is durable
 * before anything is sealed with it, so that whoever seals the same content has the same key, now or after a crash.
 * @throws RegistryError `keys-unavailable`, `version-unknown`, `version-state`, `content-damaged`.
 */
export async function claimKeys(registry: Means, versionId: string): Promise<void> {
  const versionKey = await openVersionKey(registry, versionId);
  for (let attempt = 1; ; ) {
    const digests = await contentsWithoutKey(registry.store, versionId);
    if (digests.length === 0) return;
    const keys: NewKey[] = [];
    for (const digest of digests) keys.push(await keyFor(registry, versionKey, { versionId, digest }));
    const { value: isClaimed } = await registry.store.change((change) => claim(change, registry, { versionId, keys }));
    if (isClaimed) continue;
    attempt += 1;
    if (attempt > MAX_ATTEMPTS) throw RegistryError.of('version-state', 'others release the same contents right now');
  }
}

async function contentsWithoutKey({ read }: Store, versionId: string): Promise<readonly string[]> {
  const rows = await read
    .selectFrom('registry_files')
    .select('digest')
    .distinct()
    .where('version_id', '=', versionId)
    .where('wrapped_key', 'is', null)
    .orderBy('digest')
    .limit(MAX_AT_ONCE)
    .execute();
  return rows.map(({ digest }) => {
    if (digest === null) throw RegistryError.of('version-state', 'not every content of it has arrived');
    return digest;
  });
}

async function keyFor(
  registry: Means,
  versionKey: KeyObject,
  place: { readonly versionId: string; readonly digest: string },
): Promise<NewKey> {
  const { digest } = place;
  const known = await openAnyKey(registry, digest);
  const contentKey = known ?? randomBytes(KEY_BYTES);
  const wrapped = wrapContentKey(versionKey, contentKey, place);
  wipe(contentKey);
  return { digest, wrapped, isFirst: known === undefined };
}

/** False where another version gave one of the contents a key meanwhile. */
async function claim(
  change: Change,
  { store, clock }: Means,
  { versionId, keys }: { readonly versionId: string; readonly keys: readonly NewKey[] },
): Promise<boolean> {
  const digests = keys.map(({ digest }) => digest);
  await holdContents(change, store.dialect, digests);
  const firsts = keys.filter(({ isFirst }) => isFirst).map(({ digest }) => digest);
  if (await hasKey(change, firsts)) return false;
  await forgetSealed(change, firsts, clock());
  for (const { digest, wrapped } of keys) {
    await change.sql
      .updateTable('registry_files')
      .set({ wrapped_key: wrapped })
      .where('version_id', '=', versionId)
      .where('digest', '=', digest)
      .where('wrapped_key', 'is', null)
      .execute();
  }
  return true;
}

async function hasKey({ sql }: Change, digests: readonly string[]): Promise<boolean> {
  if (digests.length === 0) return false;
  const row = await sql
    .selectFrom('registry_files as f')
    .innerJoin('registry_versions as v', 'v.id', 'f.version_id')
    .select('f.digest')
    .where('f.digest', 'in', digests)
    .where('f.wrapped_key', 'is not', null)
    .where('v.wrapped_key', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** What was sealed with a key that no version has any more opens never again: it is sealed once more. */
async function forgetSealed({ sql, ...change }: Change, digests: readonly string[], atMs: number): Promise<void> {
  if (digests.length === 0) return;
  const lost = await sql
    .selectFrom('registry_contents')
    .select(['digest', 'is_plain', 'sealed_digest'])
    .where('digest', 'in', digests)
    .where('sealed_digest', 'is not', null)
    .execute();
  const gone = lost.find(({ is_plain }) => is_plain === 0);
  if (gone !== undefined) throw RegistryError.of('content-damaged', `no version has the key of ${gone.digest}`);
  for (const { digest } of lost) {
    await sql
      .updateTable('registry_contents')
      .set({ sealed_digest: null, sealed_bytes: null })
      .where('digest', '=', digest)
      .execute();
  }
  const blobs = lost.flatMap(({ sealed_digest }) => sealed_digest ?? []);
  await unnameBlobs({ sql, ...change }, blobs, atMs);
}
