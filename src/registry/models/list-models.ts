import { setImmediate } from 'node:timers/promises';
import type { Selectable } from 'kysely';
import type { Page } from '../../access/grants/list-grants.ts';
import type { ModelDecisions } from '../../access/policies/decide-models.ts';
import type { Store } from '../../store/store.ts';
import type { Database } from '../../store/tables/index.ts';
import type { RegistryModelRow } from './find-model.ts';
import { cursorAt } from './model-cursor.ts';
import { endOfWindow, findInWindow, type ModelFilter, ROWS_AT_ONCE, WINDOW } from './model-window.ts';
import { type Model, showModels } from './show-model.ts';

export interface ModelSearch extends ModelFilter {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly maySee: ModelDecisions['allows'];
}

export type FoundModel = RegistryModelRow & Pick<Selectable<Database['resources']>, 'classification'>;

/** Models that are looked at for one page: who finds few among very many goes on with `next`. */
const MAX_LOOKED_AT = 20_000;

/** Those that the caller may see: by name, or the ones that changed last first. */
export async function listModels(store: Pick<Store, 'read' | 'dialect'>, search: ModelSearch): Promise<Page<Model>> {
  const { read } = store;
  const { limit, order, maySee } = search;
  const seen: RegistryModelRow[] = [];
  let cursor = search.cursor ?? null;
  for (let looked = 0; looked < MAX_LOOKED_AT; ) {
    const end = await endOfWindow(store, search, cursor);
    const rows = await findInWindow(store, search, { after: cursor, end });
    for (const { classification, ...row } of rows) {
      if (!maySee({ id: row.id, projectId: row.project_id, classification })) continue;
      const last = seen.at(-1);
      // One more than the page has: only then is there a next one.
      if (seen.length === limit && last !== undefined) {
        return { items: await showModels(read, seen), next: cursorAt(order, last) };
      }
      seen.push(row);
    }
    const isCut = rows.length === ROWS_AT_ONCE;
    const reached = isCut ? rows.at(-1) : end;
    if (reached === undefined || reached === null) return { items: await showModels(read, seen), next: null };
    cursor = cursorAt(order, reached);
    looked += isCut ? rows.length : WINDOW;
    // Others come in between.
    await setImmediate();
  }
  return { items: await showModels(read, seen), next: cursor };
}
