import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Change } from '../../store/store.ts';
import { requireRoom } from '../contents/room.ts';
import { RegistryError } from '../errors.ts';
import { findModelByName, type RegistryModelRow } from '../models/find-model.ts';
import { makeModel } from '../models/make-model.ts';
import { modelNameKey } from '../models/name-key.ts';
import type { Registry, Upstream } from '../registry.ts';
import { countsAsAsking, inheritAskers, recordAsker } from '../versions/askers.ts';
import { declareVersion } from '../versions/declare-version.ts';
import type { VersionRow } from '../versions/move-version.ts';
import { askedFor } from './asked-for.ts';
import { bringForward, bringForwardIn } from './bring-forward.ts';
import { findImport, hubSource } from './find-import.ts';
import { type HubFile, listHubFiles } from './hub-client.ts';
import { importJob, MAX_IMPORT_ATTEMPTS } from './import-job.ts';

export interface Importing {
  readonly repository: string;
  readonly commit: string;
  /** Of the model here; made if missing. */
  readonly name: string;
  readonly projectId: string;
  /** Who makes the version, and the model if it is missing; null: the server, for somebody who asked through the hub interface. */
  readonly by: PrincipalRef | null;
  /** Who is written down as one who wants it, and whose imports are counted. */
  readonly requestedBy: PrincipalRef;
  /** Whoever may only read asks for this very commit: it is for him. */
  readonly isAside: boolean;
  readonly signal: AbortSignal;
}

const inactive: ReadonlySet<VersionRow['state']> = new Set(['failed', 'abandoned']);

/**
 * The version for a commit of a hub: the one that there is, or a new one whose files a job then fetches. One that failed or was given up
 * does not count. Nothing but the list of files is fetched here.
 * @returns its id
 * @throws RegistryError `upstream-refused`, `upstream-failed`, `too-large`, `imports-full`, `model-name-taken`, `model-archived`,
 * `path-refused`, `path-ambiguous`, `project-unknown`, `no-room`
 */
export async function beginImport(
  registry: Registry & { readonly upstream: Upstream },
  importing: Importing,
): Promise<string> {
  const { store, upstream, limits } = registry;
  const { repository, commit, signal } = importing;
  const found = await findActive(registry, store.read, importing);
  if (found !== undefined && found.state !== 'uploading') return forAll(registry, found, importing);
  const files = found === undefined ? await listHubFiles(upstream, { repository, commit, limits, signal }) : [];
  const free = await registry.blobs.freeBytes?.();
  const { value } = await store.change((change) => declareImport(change, registry, { importing, files, free }));
  return value;
}

/** What was fetched aside before is for everybody once somebody wants it so. */
async function forAll(registry: Registry, found: VersionRow, { isAside, by, requestedBy }: Importing): Promise<string> {
  if (!isAside) await bringForward(registry, found, by);
  return askedFor(registry, found, { principal: requestedBy, isImport: by !== null });
}

type Settled = Registry & { readonly upstream: Upstream };

async function findActive(
  { upstream }: Settled,
  read: Change['sql'] | Registry['store']['read'],
  { name, projectId, repository, commit }: Importing,
): Promise<VersionRow | undefined> {
  const model = await findModelByName(read, name);
  if (model === undefined) return undefined;
  requirePlace(model, projectId);
  const { endpoint } = upstream;
  const found = await findImport(read, model.id, hubSource({ endpoint, repository, revision: commit }));
  return found === undefined || inactive.has(found.state) ? undefined : found;
}

/** A model of that name somewhere else is not the hub's. */
function requirePlace(
  { name, project_id: itsProject, is_archived: isArchived }: RegistryModelRow,
  projectId: string,
): void {
  if (itsProject !== projectId) throw RegistryError.of('model-name-taken', name);
  if (isArchived === 1) throw RegistryError.of('model-archived', name);
}

interface Declaring {
  readonly importing: Importing;
  readonly files: readonly HubFile[];
  /** Bytes that the disk of contents still takes. */
  readonly free: number | undefined;
}

/** Somebody else may have begun the same meanwhile: then it is his. */
async function declareImport(
  change: Change,
  registry: Settled,
  { importing, files, free }: Declaring,
): Promise<string> {
  const { upstream, clock } = registry;
  const { name, repository, commit, by, requestedBy, isAside } = importing;
  const atMs = clock();
  const modelId = (await lockModel(change, name))?.id ?? (await makeModel(change, newModel(importing, atMs)));
  const found = await findActive(registry, change.sql, importing);
  if (found !== undefined && !isAside) await bringForwardIn(change, registry, { version: found, by });
  if (found !== undefined && (found.state !== 'uploading' || (await isWorkedOn(change, found)))) {
    if (countsAsAsking(found, { isImport: by !== null })) {
      await recordAsker(change, { versionId: found.id, principal: requestedBy, atMs });
    }
    return found.id;
  }
  await requireFew(change, upstream, requestedBy);
  const source = hubSource({ endpoint: upstream.endpoint, repository, revision: commit });
  const message = `from ${upstream.endpoint}/${repository} at ${commit}`;
  const declared = files.map(({ path, bytes, sha256 }) => ({
    path,
    bytes,
    ...(sha256 === null ? {} : { digest: `sha256:${sha256}` }),
  }));
  const declareAnew = async (): Promise<string> => {
    const declaration = { modelId, files: declared, message, source, by, atMs, isAside };
    const id = await declareVersion(change, registry, declaration);
    await inheritAskers(change, { versionId: id, modelId, source: JSON.stringify(source) });
    return id;
  };
  const versionId = found?.id ?? (await declareAnew());
  requireRoom(free, await bytesToFetch(change, versionId));
  await recordAsker(change, { versionId, principal: requestedBy, atMs });
  const jobId = await change.enqueue({
    kind: importJob,
    data: { versionId },
    uniqueKey: versionId,
    maxAttempts: MAX_IMPORT_ATTEMPTS,
    requestedBy,
  });
  const news = { job_id: jobId, step: 'waits to be fetched' };
  await change.sql.updateTable('registry_versions').set(news).where('id', '=', versionId).execute();
  return versionId;
}

/** Without what the model has already. */
async function bytesToFetch({ sql }: Change, versionId: string): Promise<number> {
  const { bytes } = await sql
    .selectFrom('registry_files')
    .select(({ fn }) => fn.sum<number | string | null>('bytes').as('bytes'))
    .where('version_id', '=', versionId)
    .where('digest', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(bytes ?? 0);
}

function newModel({ name, projectId, by }: Importing, atMs: number): Parameters<typeof makeModel>[1] {
  return { name, projectId, description: '', tags: [], licence: null, by, atMs };
}

/** Whoever begins another version of it at the same time waits for this change. */
async function lockModel({ sql }: Change, name: string): Promise<RegistryModelRow | undefined> {
  return sql
    .updateTable('registry_models')
    .set((eb) => ({ versions: eb.ref('versions') }))
    .where('name_key', '=', modelNameKey(name))
    .returningAll()
    .executeTakeFirst();
}

/** Whether the job of a version waits or runs. One that was cancelled, or whose last worker died, begins anew. */
async function isWorkedOn({ sql }: Change, { job_id: jobId }: VersionRow): Promise<boolean> {
  if (jobId === null) return false;
  const job = await sql.selectFrom('job').select('state').where('id', '=', jobId).executeTakeFirst();
  return job?.state === 'waiting' || job?.state === 'running';
}

async function requireFew(
  { sql }: Change,
  { maxImports, maxImportsPerPrincipal }: Upstream,
  { kind, id }: PrincipalRef,
): Promise<void> {
  const counted = await sql
    .selectFrom('job')
    .select(['requested_by_kind', 'requested_by_id', ({ fn }) => fn.countAll<number>().as('count')])
    .where('kind', '=', importJob)
    .where('state', 'in', ['waiting', 'running'])
    .groupBy(['requested_by_kind', 'requested_by_id'])
    .execute();
  const all = counted.reduce((sum, { count }) => sum + count, 0);
  if (all >= maxImports) throw RegistryError.of('imports-full', `${all} run or wait, at most ${maxImports} may`);
  const own = counted.find((row) => row.requested_by_kind === kind && row.requested_by_id === id)?.count ?? 0;
  if (own >= maxImportsPerPrincipal) {
    throw RegistryError.of('imports-full', `${own} of yours run or wait, at most ${maxImportsPerPrincipal} may`);
  }
}
