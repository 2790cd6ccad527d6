import type { ModelDecisions } from '../../access/policies/decide-models.ts';
import { cursorAfter } from '../models/model-cursor.ts';
import { modelsInWindow, type ModelWindows, type Window } from '../models/model-window.ts';
import { pageOfModels } from '../models/page-of-models.ts';
import type { Registry } from '../registry.ts';
import type { Page, PageQuery } from './page.ts';
import { repositoryOf } from './repository-name.ts';

const MAX_REPOSITORIES = 100;
/** Each looks at many models: who may read few of very many goes on with the next page, though this one may be empty. */
const MAX_LOOKS = 5;
const windows: ModelWindows = { order: 'name' };

/**
 * Repositories of models that the caller may read and that have something to be had, by name. Those he may not read are passed over
 * here: a page goes on after the name of its last, or, where its bound was reached before it was full, after the id of a model.
 */
export async function listRepositories(
  { store }: Pick<Registry, 'store'>,
  { n, last }: PageQuery,
  { maySee, signal }: { readonly maySee: ModelDecisions['allows']; readonly signal: AbortSignal },
): Promise<Page> {
  const limit = Math.min(n ?? MAX_REPOSITORIES, MAX_REPOSITORIES);
  const items: string[] = [];
  const find = (window: Window) =>
    modelsInWindow(store, windows, window).where('registry_models.released_version_id', 'is not', null).execute();
  let cursor = last === null ? null : startOf(last);
  for (let looks = 0; looks < MAX_LOOKS && items.length < limit; looks++) {
    signal.throwIfAborted();
    const page = await pageOfModels(store, { windows, find, maySee, limit: limit - items.length, cursor });
    items.push(...page.items.flatMap(({ name }) => repositoryOf(name) ?? []));
    if (page.next === null) return { items, next: null };
    cursor = page.next;
  }
  return { items, next: items.length < limit ? cursor : (items.at(-1) ?? null) };
}

/** The name of a repository, or where a page ended that found no more: no name begins so. */
const startOf = (last: string): string => (last.startsWith('=') ? last : cursorAfter(last));
