import { findProject } from '../../access/grants/projects.ts';
import type { RegistryModelRow } from '../models/find-model.ts';
import type { Registry } from '../registry.ts';
import { hasOwnImport } from './find-import.ts';
import { isNamed } from './is-named.ts';

/** Whether clients get what the hub behind has of a model: it is where such models are, and something of it was fetched by its name from there. */
export async function isPulledThrough(
  { store, upstream }: Pick<Registry, 'store' | 'upstream'>,
  model: RegistryModelRow,
): Promise<boolean> {
  const { name, project_id: projectId, is_archived: isArchived } = model;
  if (upstream === null || !upstream.pullThrough || isArchived === 1 || !isNamed(upstream.names, name)) return false;
  if (projectId !== (await findProject(store.read, upstream.project))) return false;
  return hasOwnImport(store.read, model);
}
