import type { Kysely } from 'kysely';
import type { VersionState } from '../../contract/types/registry.ts';
import type { Database } from '../../store/tables/index.ts';
import { RegistryError } from '../errors.ts';
import type { KeyedVersion } from './version-keys.ts';

type Reader = Pick<Kysely<Database>, 'selectFrom'>;

export interface ContentRef {
  readonly versionId: string;
  readonly side: 'source' | 'release';
  readonly path: string;
}

/** A key of a content, wrapped, and the version whose key wrapped it. */
export interface WrappedKey {
  readonly version: KeyedVersion & { readonly wrapped_key: string };
  readonly wrapped: string;
}

/** Where the content of a file lies. */
export interface StoredContent {
  readonly path: string;
  readonly digest: string;
  readonly bytes: number;
  /** Null: there is only a plain blob. */
  readonly sealedDigest: string | null;
}

interface FoundFile extends StoredContent {
  readonly state: VersionState;
  /** By which its own version opens it; null before that is sealed. */
  readonly key: WrappedKey | null;
}

const versionColumns = ['v.id', 'v.model_id', 'v.key_provider', 'v.key_name', 'v.wrapped_key'] as const;

/** @throws RegistryError `file-unknown` */
export async function findFile(read: Reader, { versionId, side, path }: ContentRef): Promise<FoundFile> {
  const row = await read
    .selectFrom('registry_files as f')
    .innerJoin('registry_versions as v', 'v.id', 'f.version_id')
    .innerJoin('registry_contents as c', 'c.digest', 'f.digest')
    .select([...versionColumns, 'v.state', 'c.digest', 'c.bytes', 'c.sealed_digest', 'f.wrapped_key as content_key'])
    .where('f.version_id', '=', versionId)
    .where('f.side', '=', side)
    .where('f.path', '=', path)
    .executeTakeFirst();
  if (row === undefined) throw RegistryError.of('file-unknown', path);
  const { state, digest, bytes, sealed_digest: sealedDigest } = row;
  return { path, state, digest, bytes, sealedDigest, key: keyOf(row) };
}

interface KeyColumns extends KeyedVersion {
  readonly content_key: string | null;
}

function keyOf({ content_key: wrapped, wrapped_key, ...version }: KeyColumns): WrappedKey | null {
  if (wrapped === null || wrapped_key === null) return null;
  const { id, model_id, key_provider, key_name } = version;
  return { version: { id, model_id, key_provider, key_name, wrapped_key }, wrapped };
}

/** Versions that are tried, where the key of one does not open any more. */
const MAX_HOLDERS = 4;

/** Keys of a content that versions have, the newest first: each wraps the same key. */
export async function findKeysOf(read: Reader, digest: string): Promise<readonly WrappedKey[]> {
  const rows = await read
    .selectFrom('registry_files as f')
    .innerJoin('registry_versions as v', 'v.id', 'f.version_id')
    .select([...versionColumns, 'f.wrapped_key as content_key'])
    .where('f.digest', '=', digest)
    .where('f.wrapped_key', 'is not', null)
    .where('v.wrapped_key', 'is not', null)
    .orderBy('v.id', 'desc')
    .limit(MAX_HOLDERS)
    .execute();
  return rows.flatMap((row) => keyOf(row) ?? []);
}
