import { versionSource } from '../../contract/types/registry.ts';
import type { JobContext } from '../../store/jobs/job.ts';
import { requireRoomFor } from '../contents/room.ts';
import { RegistryError } from '../errors.ts';
import { failVersion, reasonOf } from '../pipeline/failures.ts';
import { submitVersion } from '../pipeline/submit.ts';
import type { Registry, Upstream } from '../registry.ts';
import type { VersionRow } from '../versions/move-version.ts';
import { wasSourceTurnedAway } from '../versions/was-turned-away.ts';
import { type HubFile, listHubFiles } from './hub-client.ts';
import { hubFaultOf, hubLied } from './hub-fault.ts';
import { MAX_IMPORT_ATTEMPTS } from './import-job.ts';
import { keepFile } from './keep-file.ts';
import { readHubFile } from './read-hub-file.ts';
import { reportProgress } from './report-progress.ts';

/** Files that are fetched at the same time. */
const FILES_AT_ONCE = 4;

type Settled = Registry & { readonly upstream: Upstream };

/**
 * The job of an import: fetches the files of a version that are not here yet, and submits it. A worker that died is followed by one that goes
 * on with the next file. What a hub refuses or lies about ends the version; what may be well later is tried again.
 */
export async function importVersion(registry: Registry, context: JobContext): Promise<undefined> {
  const version = await findMine(registry, context);
  if (version === undefined) return undefined;
  try {
    await fetchVersion(registry, version, context);
    await submit(registry, version);
  } catch (error) {
    if (context.signal.aborted || isElsewhere(error)) throw error;
    const isLasting = lasts(error);
    if (isLasting || context.attempt >= MAX_IMPORT_ATTEMPTS)
      await failVersion(registry, { versionId: version.id, jobId: context.id }, reasonOf(error));
    if (!isLasting) throw error;
  }
  return undefined;
}

/** Somebody gave the version up, or another job has it. */
async function findMine({ store }: Registry, { id, data }: JobContext): Promise<VersionRow | undefined> {
  const version = await store.read
    .selectFrom('registry_versions')
    .selectAll()
    .where('id', '=', data['versionId'] as string)
    .executeTakeFirst();
  return version?.state === 'uploading' && version.job_id === id ? version : undefined;
}

const isElsewhere = (error: unknown): boolean => error instanceof RegistryError && error.code === 'version-state';

/** Nothing is different if it is tried again. */
function lasts(error: unknown): boolean {
  const fault = hubFaultOf(error);
  if (fault !== undefined) return fault.kind !== 'down';
  return error instanceof RegistryError && (error.code === 'too-large' || error.code === 'no-upstream');
}

async function fetchVersion(registry: Registry, version: VersionRow, context: JobContext): Promise<void> {
  const { upstream } = registry;
  const source = versionSource.parse(JSON.parse(version.source));
  if (source.kind !== 'hub' || upstream?.endpoint !== source.endpoint) {
    throw RegistryError.of('no-upstream', 'the configuration does not name the hub any more that it comes from');
  }
  const { repository, revision: commit } = source;
  const missing = await missingFiles(
    { ...registry, upstream },
    { version, repository, commit, signal: context.signal },
  );
  await requireRoomFor(
    registry,
    missing.reduce((sum, { bytes }) => sum + bytes, 0),
  );
  const progress = reportProgress(registry, { version, context, missing });
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const queue = missing.values();
  const work = async (): Promise<void> => {
    for (const file of queue) {
      const pieces = progress.counted(readHubFile(upstream, { repository, commit, file, signal }), file);
      await keepFile(registry, { versionId: version.id, file, pieces });
    }
  };
  const workers = Array.from({ length: FILES_AT_ONCE }, () =>
    work().catch((error: unknown) => {
      stop.abort(error);
      throw error;
    }),
  );
  // All have ended before anything is said: nobody writes behind the back of the next attempt.
  const results = await Promise.allSettled(workers);
  context.signal.throwIfAborted();
  if (results.some(({ status }) => status === 'rejected')) throw stop.signal.reason;
}

interface Listing {
  readonly version: VersionRow;
  readonly repository: string;
  readonly commit: string;
  readonly signal: AbortSignal;
}

/** What is still to be fetched, as the hub lists it now, which must be what it listed then: a commit does not change. */
async function missingFiles(
  { store, upstream, limits }: Settled,
  { version, repository, commit, signal }: Listing,
): Promise<readonly HubFile[]> {
  const rows = await store.read
    .selectFrom('registry_files')
    .select(['path', 'bytes', 'digest', 'declared_digest'])
    .where('version_id', '=', version.id)
    .where('side', '=', 'source')
    .execute();
  if (rows.every(({ digest }) => digest !== null)) return [];
  const listed = new Map(
    (await listHubFiles(upstream, { repository, commit, limits, signal })).map((file) => [file.path, file]),
  );
  const isSame = ({ path, bytes, declared_digest: declared }: (typeof rows)[number]): boolean => {
    const now = listed.get(path);
    return now?.bytes === bytes && (now.sha256 === null ? null : `sha256:${now.sha256}`) === declared;
  };
  if (listed.size !== rows.length || !rows.every(isSame)) throw hubLied('it lists other files for the same commit');
  return rows.flatMap(({ path, digest }) => (digest === null ? (listed.get(path) ?? []) : []));
}

async function submit(registry: Registry, version: VersionRow): Promise<void> {
  const atMs = registry.clock();
  await registry.store.change(async (change) => {
    const wantsReview = await wasSourceTurnedAway(change, version);
    await submitVersion(change, registry, { versionId: version.id, by: makerOf(version), atMs, wantsReview });
  });
}

function makerOf({ created_by_kind: kind, created_by_id: id }: VersionRow): Parameters<typeof submitVersion>[2]['by'] {
  return kind === null || id === null ? null : { kind, id };
}
