import type { Page } from '../../access/grants/list-grants.ts';
import type { Registry } from '../registry.ts';
import { type ModelVersion, showVersions } from './show-version.ts';

interface VersionPaging {
  readonly modelId: string;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Versions of a model, newest first. A cursor that is no number begins at the newest. */
export async function listVersions(
  registry: Pick<Registry, 'store' | 'jobs'>,
  { modelId, limit, cursor }: VersionPaging,
): Promise<Page<ModelVersion>> {
  const before = Number(cursor ?? Number.NaN);
  const rows = await registry.store.read
    .selectFrom('registry_versions')
    .selectAll()
    .where('model_id', '=', modelId)
    .$if(Number.isSafeInteger(before), (query) => query.where('number', '<', before))
    .orderBy('number', 'desc')
    .limit(limit + 1)
    .execute();
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next = rows.length > limit && last !== undefined ? String(last.number) : null;
  return { items: await showVersions(registry, shown), next };
}
