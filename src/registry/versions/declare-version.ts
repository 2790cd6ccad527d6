import type { PrincipalRef } from '../../contract/types/common.ts';
import type { VersionSource } from '../../contract/types/registry.ts';
import { newId } from '../../store/new-id.ts';
import type { Change } from '../../store/store.ts';
import { RegistryError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import { knownContents } from '../uploads/known-contents.ts';
import { checkFileNames } from './file-names.ts';

export interface DeclaredFile {
  readonly path: string;
  readonly bytes: number;
  /** What the content must turn out to have. */
  readonly digest?: string | undefined;
}

interface Declaration {
  readonly modelId: string;
  readonly files: readonly DeclaredFile[];
  readonly message: string;
  readonly source: VersionSource;
  /** Null: the server itself. */
  readonly by: PrincipalRef | null;
  readonly atMs: number;
  /** Not what others get by themselves. */
  readonly isAside?: boolean | undefined;
}

/** Rows of one statement: a statement of SQLite takes 32,766 values. */
const ROWS_AT_ONCE = 1000;

/**
 * Makes a version whose files are still to come. A file whose digest is said and whose content a version of the same model has needs not come
 * again: whoever may write the model could have it anyway. That of another model must arrive, so that to know a hash gives nobody the content.
 * @returns its id
 * @throws RegistryError `model-unknown`, `model-archived`, `too-large`, `path-refused`, `path-ambiguous`
 */
export async function declareVersion(
  change: Change,
  { bus, limits }: Pick<Registry, 'bus' | 'limits'>,
  declaration: Declaration,
): Promise<string> {
  const { modelId, files, message, source, by, atMs, isAside = false } = declaration;
  const bytes = checkSizes(files, limits);
  checkFileNames(files.map(({ path }) => path));
  const id = newId('version', atMs);
  const number = await nextNumber(change, { modelId, id, atMs });
  await change.sql
    .insertInto('registry_versions')
    .values({
      id,
      model_id: modelId,
      number,
      state: 'uploading',
      stage: 'none',
      message,
      source: JSON.stringify(source),
      created_at: atMs,
      created_by_kind: by?.kind ?? null,
      created_by_id: by?.id ?? null,
      file_count: files.length,
      byte_count: bytes,
      part_bytes: source.kind === 'upload' ? limits.partBytes : null,
      is_aside: Number(isAside),
    })
    .execute();
  await insertFiles(change, { versionId: id, modelId, files });
  change.record({
    class: 'application-lifecycle',
    activity: 'model.uploading',
    actor: by ?? { kind: 'system', id: 'server' },
    object: { kind: 'version', id },
    outcome: 'success',
    severity: 'informational',
    data: { model: modelId, number, files: files.length, bytes, source: source.kind },
  });
  change.afterCommit(() => bus.publish('models', modelId));
  return id;
}

function checkSizes(files: readonly DeclaredFile[], limits: Registry['limits']): number {
  const { maxFiles, maxFileBytes, maxVersionBytes } = limits;
  if (files.length > maxFiles) throw RegistryError.of('too-large', `${files.length} files, at most ${maxFiles}`);
  let total = 0;
  for (const { path, bytes } of files) {
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw RegistryError.of('part-wrong', `${path} has no such size`);
    if (bytes > maxFileBytes)
      throw RegistryError.of('too-large', `${path} has ${bytes} bytes, at most ${maxFileBytes} are taken`);
    total += bytes;
  }
  if (total > maxVersionBytes)
    throw RegistryError.of('too-large', `${total} bytes in all, at most ${maxVersionBytes} are taken`);
  return total;
}

async function nextNumber(
  { sql }: Change,
  { modelId, id, atMs }: { readonly modelId: string; readonly id: string; readonly atMs: number },
): Promise<number> {
  const model = await sql
    .updateTable('registry_models')
    .set(({ eb }) => ({ versions: eb('versions', '+', 1), latest_version_id: id, changed_at: atMs }))
    .where('id', '=', modelId)
    .returning(['versions', 'is_archived'])
    .executeTakeFirst();
  if (model === undefined) throw RegistryError.of('model-unknown', modelId);
  if (model.is_archived === 1) throw RegistryError.of('model-archived');
  return model.versions;
}

async function insertFiles(
  change: Change,
  {
    versionId,
    modelId,
    files,
  }: { readonly versionId: string; readonly modelId: string; readonly files: readonly DeclaredFile[] },
): Promise<void> {
  const known = await knownContents(change.sql, modelId, files);
  const rows = files.map(({ path, bytes, digest }) => ({
    version_id: versionId,
    side: 'source' as const,
    path,
    bytes,
    digest: digest !== undefined && known.get(digest) === bytes ? digest : null,
    declared_digest: digest ?? null,
  }));
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    await change.sql
      .insertInto('registry_files')
      .values(rows.slice(at, at + ROWS_AT_ONCE))
      .execute();
  }
}
