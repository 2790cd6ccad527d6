import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import { folded, foldedPattern } from '../../access/folded.ts';
import type { VersionState } from '../../contract/types/registry.ts';
import type { Store } from '../../store/store.ts';
import type { Database } from '../../store/tables/index.ts';
import type { FoundModel } from './page-of-models.ts';
import { cursorAt, type ModelCursor, type Placed, readCursor } from './model-cursor.ts';

/** Which models there are windows of. */
export interface ModelWindows {
  readonly order: ModelCursor['order'];
  readonly projectId?: string | undefined;
  /** What stands before the slash of their names. */
  readonly namespace?: string | undefined;
  readonly isArchived?: boolean | undefined;
}

export interface ModelFilter extends ModelWindows {
  /** A part of a name or of a path of a file, any case. */
  readonly search?: string | undefined;
  readonly tag?: string | undefined;
  readonly licence?: string | undefined;
  /** Of the newest version. */
  readonly state?: VersionState | undefined;
  readonly verdict?: 'clean' | 'inconclusive' | 'suspicious' | 'malicious' | undefined;
}

/** Models that one statement looks through. */
export const WINDOW = 2_500;
/** Models that one statement answers with. */
export const ROWS_AT_ONCE = 250;

type Reader = Pick<Store, 'read' | 'dialect'>;
type Builder = ExpressionBuilder<Database, 'registry_models'>;

/** The last model of the next window; null: it reaches to the end. */
export async function endOfWindow(store: Reader, windows: ModelWindows, after: string | null): Promise<Placed | null> {
  const found = await inOrder(store, windows, readCursor(windows.order, after))
    .select(['registry_models.id', 'registry_models.changed_at'])
    .offset(WINDOW - 1)
    .limit(1)
    .executeTakeFirst();
  return found ?? null;
}

export interface Window {
  readonly after: string | null;
  readonly end: Placed | null;
}

/** The models of a window, in order, at most `ROWS_AT_ONCE`: a query that goes on. */
export function modelsInWindow(store: Reader, windows: ModelWindows, { after, end }: Window) {
  const { order } = windows;
  const last = end === null ? null : readCursor(order, cursorAt(order, end));
  return inOrder(store, windows, readCursor(order, after))
    .innerJoin('resources', 'resources.id', 'registry_models.id')
    .selectAll('registry_models')
    .select('resources.classification')
    .$if(last !== null, (query) => query.where((eb) => isUpTo(eb, last)))
    .limit(ROWS_AT_ONCE);
}

/** What matches in the window, in order, at most `ROWS_AT_ONCE`. */
export async function findInWindow(store: Reader, filter: ModelFilter, window: Window): Promise<readonly FoundModel[]> {
  const { search, tag, licence, state, verdict } = filter;
  return modelsInWindow(store, filter, window)
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
    .execute();
}

function inOrder({ read }: Reader, windows: ModelWindows, after: ModelCursor | null) {
  const { order, projectId, namespace, isArchived = false } = windows;
  const models = read
    .selectFrom('registry_models')
    .where('registry_models.is_archived', '=', isArchived ? 1 : 0)
    .$if(projectId !== undefined, (query) => query.where('registry_models.project_id', '=', projectId ?? ''))
    .$if(namespace !== undefined, (query) => query.where(startsWith(`${folded(namespace ?? '')}/`)))
    .$if(after !== null, (query) => query.where((eb) => isBeyond(eb, after)));
  return order === 'name'
    ? models.orderBy('registry_models.name_key')
    : models.orderBy('registry_models.changed_at', 'desc').orderBy('registry_models.id', 'desc');
}

function isBeyond(eb: Builder, cursor: ModelCursor | null): Expression<SqlBool> {
  if (cursor === null) return sql<SqlBool>`1 = 1`;
  if (cursor.order === 'name') return eb('registry_models.name_key', '>', nameAt(eb, cursor));
  const { changedAt, id } = cursor;
  // The first comparison is what an index is searched with.
  return eb.and([
    eb('registry_models.changed_at', '<=', changedAt),
    eb.or([eb('registry_models.changed_at', '<', changedAt), eb('registry_models.id', '<', id)]),
  ]);
}

function isUpTo(eb: Builder, cursor: ModelCursor | null): Expression<SqlBool> {
  if (cursor === null) return sql<SqlBool>`1 = 1`;
  if (cursor.order === 'name') return eb('registry_models.name_key', '<=', nameAt(eb, cursor));
  const { changedAt, id } = cursor;
  return eb.and([
    eb('registry_models.changed_at', '>=', changedAt),
    eb.or([eb('registry_models.changed_at', '>', changedAt), eb('registry_models.id', '>=', id)]),
  ]);
}

function nameAt(eb: Builder, cursor: ModelCursor & { readonly order: 'name' }): Expression<string> {
  if ('nameKey' in cursor) return eb.val(cursor.nameKey);
  return eb
    .selectFrom('registry_models as placed')
    .select('placed.name_key')
    .where('placed.id', '=', cursor.id)
    .$asScalar();
}

/** Not as a range: databases order letters as their locale says. */
const startsWith = (text: string): Expression<SqlBool> =>
  sql<SqlBool>`substr(registry_models.name_key, 1, length(${text})) = ${text}`;

/** PostgreSQL takes `like` to match almost nothing, and would read the texts of all models for each window; in SQLite it is the fastest. */
export function contains({ dialect }: Reader, column: string, text: string): Expression<SqlBool> {
  return dialect === 'postgres'
    ? sql<SqlBool>`strpos(${sql.ref(column)}, ${folded(text)}) > 0`
    : sql<SqlBool>`${sql.ref(column)} like ${foldedPattern(text)} escape '\\'`;
}
