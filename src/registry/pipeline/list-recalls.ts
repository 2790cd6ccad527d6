import { setImmediate } from 'node:timers/promises';
import type { Page } from '../../access/grants/list-grants.ts';
import type { ModelDecisions } from '../../access/policies/decide-models.ts';
import type { Registry } from '../registry.ts';
import { type ModelVersion, showVersions } from '../versions/show-version.ts';

interface RecallQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly maySee: ModelDecisions['allows'];
}

/** Rows that are looked at at once, and for one page: who may see few of many goes on with `next`. */
const ROWS_AT_ONCE = 500;
const MAX_LOOKED_AT = 10_000;

/** Recalled versions of models that the caller may see, those recalled last first. */
export async function listRecalls(
  registry: Pick<Registry, 'store' | 'jobs'>,
  { limit, cursor, maySee }: RecallQuery,
): Promise<Page<ModelVersion>> {
  const seen: Awaited<ReturnType<typeof recallsBefore>> = [];
  let before = readCursor(cursor);
  for (let looked = 0; looked < MAX_LOOKED_AT; looked += ROWS_AT_ONCE) {
    const rows = await recallsBefore(registry, before);
    for (const row of rows) {
      const model = { id: row.model_id, projectId: row.project_id, classification: row.classification };
      if (maySee(model)) seen.push(row);
      if (seen.length === limit) return pageOf(registry, seen, isLast(rows, row) ? null : cursorAt(row));
      before = { at: row.recalled_at ?? 0, id: row.id };
    }
    if (rows.length < ROWS_AT_ONCE) return pageOf(registry, seen, null);
    await setImmediate();
  }
  return pageOf(registry, seen, before === null ? null : `${before.at} ${before.id}`);
}

interface Place {
  readonly at: number;
  readonly id: string;
}

function readCursor(cursor: string | undefined): Place | null {
  const [, at, id] = /^(\d{1,16}) (\w{1,64})$/.exec(cursor ?? '') ?? [];
  return at === undefined || id === undefined ? null : { at: Number(at), id };
}

function cursorAt({ recalled_at: at, id }: { readonly recalled_at: number | null; readonly id: string }): string {
  return `${at ?? 0} ${id}`;
}

async function recallsBefore({ store }: Pick<Registry, 'store'>, before: Place | null) {
  return store.read
    .selectFrom('registry_versions as version')
    .innerJoin('registry_models as model', 'model.id', 'version.model_id')
    .innerJoin('resources as resource', 'resource.id', 'model.id')
    .selectAll('version')
    .select(['model.project_id', 'resource.classification'])
    .where('version.state', '=', 'recalled')
    .$if(before !== null, (query) =>
      query.where((eb) =>
        eb.or([
          eb('version.recalled_at', '<', before?.at ?? 0),
          eb.and([eb('version.recalled_at', '=', before?.at ?? 0), eb('version.id', '<', before?.id ?? '')]),
        ]),
      ),
    )
    .orderBy('version.recalled_at', 'desc')
    .orderBy('version.id', 'desc')
    .limit(ROWS_AT_ONCE)
    .execute();
}

function isLast<Row>(rows: readonly Row[], row: Row): boolean {
  return rows.length < ROWS_AT_ONCE && rows.at(-1) === row;
}

async function pageOf(
  registry: Pick<Registry, 'store' | 'jobs'>,
  rows: Awaited<ReturnType<typeof recallsBefore>>,
  next: string | null,
): Promise<Page<ModelVersion>> {
  return { items: await showVersions(registry, rows), next };
}
