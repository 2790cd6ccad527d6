import type { HubCall } from '../hub/open-repository.ts';
import { listReferences } from '../hub/references.ts';
import { NEWEST } from './open-manifest.ts';
import { openRepositoryModel } from './open-model.ts';
import { type Page, pageOf, type PageQuery } from './page.ts';

/** `latest`, stages and numbers of what can be had, in the order of their bytes as the specification wants it. */
export async function listTags(call: HubCall, name: string, query: PageQuery): Promise<Page> {
  const model = await openRepositoryModel(call, name);
  const { branches, tags } = await listReferences(call.registry, model);
  const names = [...branches, ...tags].map((reference) => (reference.name === 'main' ? NEWEST : reference.name));
  return pageOf(names.toSorted(), query);
}
