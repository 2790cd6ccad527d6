import { findProject } from '../../access/grants/projects.ts';
import type { RegistryModelRow } from '../models/find-model.ts';
import type { Registry } from '../registry.ts';
import { findAnyImport } from './find-import.ts';
import { isNamed } from './is-named.ts';

/** Whether clients get what the hub behind has of a model: it is where such models are, and something of it was fetched from there. */
export async function isPulledThrough(
  { store, upstream }: Pick<Registry, 'store' | 'upstream'>,
  { id, name, project_id: projectId, is_archived: isArchived }: RegistryModelRow,
): Promise<boolean> {
  if (upstream === null || !upstream.pullThrough || isArchived === 1 || !isNamed(upstream.names, name)) return false;
  if (projectId !== (await findProject(store.read, upstream.project))) return false;
  return (await findAnyImport(store.read, id, { endpoint: upstream.endpoint, repository: name })) !== undefined;
}
