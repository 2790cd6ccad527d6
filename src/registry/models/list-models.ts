import type { Page } from '../../access/grants/list-grants.ts';
import type { ModelDecisions } from '../../access/policies/decide-models.ts';
import type { Store } from '../../store/store.ts';
import { findInWindow, type ModelFilter } from './model-window.ts';
import { pageOfModels } from './page-of-models.ts';
import { type Model, showModels } from './show-model.ts';

export interface ModelSearch extends ModelFilter {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly maySee: ModelDecisions['allows'];
}

/** Those that the caller may see: by name, or the ones that changed last first. */
export async function listModels(store: Pick<Store, 'read' | 'dialect'>, search: ModelSearch): Promise<Page<Model>> {
  const { limit, maySee, cursor = null } = search;
  const { items, next } = await pageOfModels(store, {
    windows: search,
    find: (window) => findInWindow(store, search, window),
    maySee,
    limit,
    cursor,
  });
  return { items: await showModels(store.read, items), next };
}
