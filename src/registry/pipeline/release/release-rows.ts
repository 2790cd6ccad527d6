import type { Change } from '../../../store/store.ts';
import type { ThreadStore } from '../../../store/jobs/threads/remote-store.ts';
import type { RegistryTables } from '../../../store/tables/registry.ts';
import { RegistryError } from '../../errors.ts';

/** A file as it is going to be given out. */
export interface ReleaseRow {
  readonly path: string;
  readonly bytes: number;
  readonly digest: string;
  readonly format: string | null;
  readonly verdict: RegistryTables['registry_files']['verdict'];
}

const ROWS_AT_ONCE = 1000;

/** The files of a side, all of them stored. @throws RegistryError `upload-incomplete`. */
export async function rowsOf(
  read: ThreadStore['read'],
  versionId: string,
  side: 'source' | 'release',
): Promise<ReleaseRow[]> {
  const rows = await read
    .selectFrom('registry_files')
    .select(['path', 'bytes', 'digest', 'format', 'verdict'])
    .where('version_id', '=', versionId)
    .where('side', '=', side)
    .orderBy('path')
    .execute();
  return rows.map(({ digest, ...row }) => {
    if (digest === null) throw RegistryError.of('upload-incomplete', row.path);
    return { ...row, digest };
  });
}

export function sourceRows(read: ThreadStore['read'], versionId: string): Promise<ReleaseRow[]> {
  return rowsOf(read, versionId, 'source');
}

export function releaseRows(read: ThreadStore['read'], versionId: string): Promise<ReleaseRow[]> {
  return rowsOf(read, versionId, 'release');
}

/** In place of those of an attempt before. */
export async function writeReleaseRows({ sql }: Change, versionId: string, rows: readonly ReleaseRow[]): Promise<void> {
  await sql.deleteFrom('registry_files').where('version_id', '=', versionId).where('side', '=', 'release').execute();
  const all = rows.map((row) => ({ ...row, version_id: versionId, side: 'release' as const }));
  for (let at = 0; at < all.length; at += ROWS_AT_ONCE) {
    await sql
      .insertInto('registry_files')
      .values(all.slice(at, at + ROWS_AT_ONCE))
      .execute();
  }
}
