import { listModels, modelsQuery } from '../hub/list-models.ts';
import type { HubCall } from '../hub/open-repository.ts';
import type { Page, PageQuery } from './page.ts';
import { repositoryOf } from './repository-name.ts';

const MAX_REPOSITORIES = 100;

/**
 * Repositories of models that the caller may read and that have something to be had, by name. A page may have fewer than were wanted, or
 * none, and yet not be the last.
 */
export async function listRepositories(call: HubCall, { n, last }: PageQuery): Promise<Page> {
  const limit = Math.min(n ?? MAX_REPOSITORIES, MAX_REPOSITORIES);
  if (limit === 0) return { items: [], next: null };
  const cursor = last === null ? undefined : cursorAfter(last);
  const { items, next } = await listModels(call, modelsQuery.parse({ limit, cursor }));
  return {
    items: items.flatMap(({ id }) => repositoryOf(id) ?? []),
    next: next === null ? null : nameIn(next),
  };
}

/** Models are listed by the very names that repositories have. */
const cursorAfter = (name: string): string => Buffer.from(JSON.stringify([name])).toString('base64url');

function nameIn(cursor: string): string {
  const [name] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as [string];
  return name;
}
