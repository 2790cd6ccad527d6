import type { z } from 'zod';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { importRequest } from '../../contract/types/registry.ts';
import { RegistryError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import { beginImport } from './begin-import.ts';
import { resolveRevision } from './hub-client.ts';
import { isNamed } from './is-named.ts';
import { rememberLead } from './where-leads.ts';

interface Wanted {
  readonly request: z.output<typeof importRequest>;
  readonly by: PrincipalRef;
  readonly signal: AbortSignal;
}

/**
 * Fetches a model because somebody wants it: he makes the version, and owns the model where it is new. Answers with the id of the version.
 * @throws RegistryError `no-upstream`, `upstream-refused`, and what `beginImport` throws
 */
export async function importModel(registry: Registry, { request, by, signal }: Wanted): Promise<string> {
  const { upstream } = registry;
  if (upstream === null) throw RegistryError.of('no-upstream');
  const { repository, revision, projectId, name = repository } = request;
  requireNamed(upstream.names, repository);
  const found = await resolveRevision(upstream, { repository, revision, signal });
  requireNamed(upstream.names, found.name);
  await rememberLead({ ...registry, upstream }, { repository, revision }, found.commit);
  return beginImport(
    { ...registry, upstream },
    { repository, commit: found.commit, name, projectId, by, requestedBy: by, isAside: false, signal },
  );
}

function requireNamed(names: readonly string[], name: string): void {
  if (!isNamed(names, name)) {
    throw RegistryError.of('upstream-refused', `${name} is not among registry.upstream.names of the configuration`);
  }
}
