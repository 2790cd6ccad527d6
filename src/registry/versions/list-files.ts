import type { z } from 'zod';
import type { Page } from '../../access/grants/list-grants.ts';
import type { modelFile, side as sideSchema } from '../../contract/types/registry.ts';
import type { Store } from '../../store/store.ts';

type ModelFile = z.infer<typeof modelFile>;

interface FilePaging {
  readonly versionId: string;
  readonly side: z.infer<typeof sideSchema>;
  readonly limit: number;
  /** The path that the page before ended with. */
  readonly cursor?: string | undefined;
}

/** Files of a version, by path. */
export async function listFiles(
  read: Store['read'],
  { versionId, side, limit, cursor }: FilePaging,
): Promise<Page<ModelFile>> {
  const rows = await read
    .selectFrom('registry_files')
    .select(['path', 'digest', 'bytes', 'format', 'verdict'])
    .where('version_id', '=', versionId)
    .where('side', '=', side)
    .where('path', '>', cursor ?? '')
    .orderBy('path')
    .limit(limit + 1)
    .execute();
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? (items.at(-1)?.path ?? null) : null };
}
