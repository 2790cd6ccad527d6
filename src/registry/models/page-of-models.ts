import { setImmediate } from 'node:timers/promises';
import type { Selectable } from 'kysely';
import type { Page } from '../../access/grants/list-grants.ts';
import type { ModelDecisions } from '../../access/policies/decide-models.ts';
import type { Store } from '../../store/store.ts';
import type { Database } from '../../store/tables/index.ts';
import type { RegistryModelRow } from './find-model.ts';
import { cursorAt } from './model-cursor.ts';
import { endOfWindow, type ModelWindows, ROWS_AT_ONCE, WINDOW, type Window } from './model-window.ts';

export type FoundModel = RegistryModelRow & Pick<Selectable<Database['resources']>, 'classification'>;

export interface ModelWalk {
  readonly windows: ModelWindows;
  /** What is wanted of a window, in order, at most `ROWS_AT_ONCE`. */
  readonly find: (window: Window) => Promise<readonly FoundModel[]>;
  readonly maySee: ModelDecisions['allows'];
  readonly limit: number;
  /** `next` of the page before. */
  readonly cursor: string | null;
}

/** Models that are looked at for one page: who finds few among very many goes on with `next`. */
const MAX_LOOKED_AT = 20_000;

/** Those that are wanted and that the caller may see, looked for window by window. */
export async function pageOfModels(
  store: Pick<Store, 'read' | 'dialect'>,
  { windows, find, maySee, limit, cursor: start }: ModelWalk,
): Promise<Page<RegistryModelRow>> {
  const { order } = windows;
  const seen: RegistryModelRow[] = [];
  let cursor = start;
  for (let looked = 0; looked < MAX_LOOKED_AT; ) {
    const end = await endOfWindow(store, windows, cursor);
    const rows = await find({ after: cursor, end });
    for (const { classification, ...row } of rows) {
      if (!maySee({ id: row.id, projectId: row.project_id, classification })) continue;
      const last = seen.at(-1);
      // One more than the page has: only then is there a next one.
      if (seen.length === limit && last !== undefined) return { items: seen, next: cursorAt(order, last) };
      seen.push(row);
    }
    const isCut = rows.length === ROWS_AT_ONCE;
    const reached = isCut ? rows.at(-1) : end;
    if (reached === undefined || reached === null) return { items: seen, next: null };
    cursor = cursorAt(order, reached);
    looked += isCut ? rows.length : WINDOW;
    // Others come in between.
    await setImmediate();
  }
  return { items: seen, next: cursor };
}
