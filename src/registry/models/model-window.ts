import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import { folded, foldedPattern } from '../../access/folded.ts';
import type { VersionState } from '../../contract/types/registry.ts';
import type { Store } from '../../store/store.ts';
import type { Database } from '../../store/tables/index.ts';
import type { FoundModel } from './list-models.ts';
import { cursorAt, type ModelCursor, type Placed, readCursor } from './model-cursor.ts';

export interface ModelFilter {
  readonly order: ModelCursor['order'];
  /** A part of a name or of a path of a file, any case. */
  readonly search?: string | undefined;
  readonly projectId?: string | undefined;
  readonly tag?: string | undefined;
  readonly licence?: string | undefined;
  /** Of the newest version. */
  readonly state?: VersionState | undefined;
  readonly verdict?: 'clean' | 'inconclusive' | 'suspicious' | 'malicious' | undefined;
  readonly isArchived?: boolean | undefined;
}

/** Models that one statement looks through. */
export const WINDOW = 2_500;
/** Models that one statement answers with. */
export const ROWS_AT_ONCE = 250;

type Reader = Pick<Store, 'read' | 'dialect'>;
type Builder = ExpressionBuilder<Database, 'registry_models'>;

/** The last model of the next window; null: it reaches to the end. */
export async function endOfWindow(store: Reader, filter: ModelFilter, after: string | null): Promise<Placed | null> {
  const found = await inOrder(store, filter, readCursor(filter.order, after))
    .select(['registry_models.id', 'registry_models.name_key', 'registry_models.changed_at'])
    .offset(WINDOW - 1)
    .limit(1)
    .executeTakeFirst();
  return found ?? null;
}

interface Window {
  readonly after: string | null;
  readonly end: Placed | null;
}

/** What matches in the window, in order, at most `ROWS_AT_ONCE`. */
export async function findInWindow(
  store: Reader,
  filter: ModelFilter,
  { after, end }: Window,
): Promise<readonly FoundModel[]> {
  const { order, search, tag, licence, state, verdict } = filter;
  const last = end === null ? null : readCursor(order, cursorAt(order, end));
  return inOrder(store, filter, readCursor(order, after))
    .innerJoin('resources', 'resources.id', 'registry_models.id')
    .selectAll('registry_models')
    .select('resources.classification')
    .$if(last !== null, (query) => query.where((eb) => isUpTo(eb, last)))
    .$if(search !== undefined && search !== '', (query) =>
      query
        .innerJoin('registry_search', 'registry_search.model_id', 'registry_models.id')
        .where(contains(store, 'registry_search.text', search ?? '')),
    )
    .$if(tag !== undefined, (query) => query.where(contains(store, 'registry_models.tags', JSON.stringify(tag))))
    .$if(licence !== undefined, (query) =>
      query.where(({ fn }) => fn('lower', ['registry_models.licence']), '=', licence?.toLowerCase()),
    )
    .$if(state !== undefined || verdict !== undefined, (query) =>
      query
        .innerJoin('registry_versions', 'registry_versions.id', 'registry_models.latest_version_id')
        .$if(state !== undefined, (of) => of.where('registry_versions.state', '=', state ?? 'uploading'))
        .$if(verdict !== undefined, (of) => of.where('registry_versions.verdict', '=', verdict ?? null)),
    )
    .limit(ROWS_AT_ONCE)
    .execute();
}

function inOrder({ read }: Reader, { order, projectId, isArchived = false }: ModelFilter, after: ModelCursor | null) {
  const models = read
    .selectFrom('registry_models')
    .where('registry_models.is_archived', '=', isArchived ? 1 : 0)
    .$if(projectId !== undefined, (query) => query.where('registry_models.project_id', '=', projectId ?? ''))
    .$if(after !== null, (query) => query.where((eb) => isBeyond(eb, after)));
  return order === 'name'
    ? models.orderBy('registry_models.name_key')
    : models.orderBy('registry_models.changed_at', 'desc').orderBy('registry_models.id', 'desc');
}

function isBeyond(eb: Builder, cursor: ModelCursor | null): Expression<SqlBool> {
  if (cursor === null) return sql<SqlBool>`1 = 1`;
  if (cursor.order === 'name') return eb('registry_models.name_key', '>', cursor.nameKey);
  const { changedAt, id } = cursor;
  // The first comparison is what an index is searched with.
  return eb.and([
    eb('registry_models.changed_at', '<=', changedAt),
    eb.or([eb('registry_models.changed_at', '<', changedAt), eb('registry_models.id', '<', id)]),
  ]);
}

function isUpTo(eb: Builder, cursor: ModelCursor | null): Expression<SqlBool> {
  if (cursor === null) return sql<SqlBool>`1 = 1`;
  if (cursor.order === 'name') return eb('registry_models.name_key', '<=', cursor.nameKey);
  const { changedAt, id } = cursor;
  return eb.and([
    eb('registry_models.changed_at', '>=', changedAt),
    eb.or([eb('registry_models.changed_at', '>', changedAt), eb('registry_models.id', '>=', id)]),
  ]);
}

/** PostgreSQL takes `like` to match almost nothing, and would read the texts of all models for each window; in SQLite it is the fastest. */
function contains({ dialect }: Reader, column: string, text: string): Expression<SqlBool> {
  return dialect === 'postgres'
    ? sql<SqlBool>`strpos(${sql.ref(column)}, ${folded(text)}) > 0`
    : sql<SqlBool>`${sql.ref(column)} like ${foldedPattern(text)} escape '\\'`;
}
