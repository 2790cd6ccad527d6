import { DEFAULT_REVISION } from '../hub/address.ts';
import type { HubCall } from '../hub/open-repository.ts';
import { namesHere } from '../hub/references.ts';
import { NEWEST } from './open-manifest.ts';
import { openRepositoryModel } from './open-model.ts';
import { type Page, pageOf, type PageQuery } from './page.ts';

/** `latest`, stages and numbers of what can be had, in the order of their bytes as the specification wants it. */
export async function listTags(call: HubCall, name: string, query: PageQuery): Promise<Page> {
  const model = await openRepositoryModel(call, name);
  const { branches, numbers } = await namesHere(call.registry, model);
  const stages = branches.map((name) => (name === DEFAULT_REVISION ? NEWEST : name));
  return pageOf([...stages, ...numbers].toSorted(), query);
}
