import { removeUnnamedBlobs } from '../../store/blobs/remove-unnamed.ts';
import type { Registry } from '../registry.ts';
import { abandonVersion } from './abandon-version.ts';

const DAY_MS = 86_400_000;
/** The next run goes on. */
const MAX_AT_ONCE = 1000;

type Means = Pick<Registry, 'store' | 'blobs' | 'bus' | 'clock' | 'limits'>;

/** Gives up uploads that rested for too long, and removes blobs that nothing names any more. @returns how many uploads */
export async function giveUpOld(registry: Means): Promise<number> {
  const atMs = registry.clock();
  const before = atMs - registry.limits.uploadDays * DAY_MS;
  const ids = await restingSince(registry, before);
  for (const versionId of ids) {
    await registry.store.change(async (change) => {
      if (await isResting(change.sql, versionId, before)) {
        await abandonVersion(change, registry, { versionId, by: null, atMs });
      }
    });
  }
  await removeUnnamedBlobs(registry);
  return ids.length;
}

async function restingSince({ store }: Means, before: number): Promise<readonly string[]> {
  const rows = await resting(store.read, before).limit(MAX_AT_ONCE).execute();
  return rows.map(({ id }) => id);
}

/** A part may have arrived since. */
async function isResting(read: Means['store']['read'], versionId: string, before: number): Promise<boolean> {
  return (await resting(read, before).where('version.id', '=', versionId).executeTakeFirst()) !== undefined;
}

function resting(read: Means['store']['read'], before: number) {
  return (
    read
      .selectFrom('registry_versions as version')
      .select('version.id')
      .where('version.state', '=', 'uploading')
      .where('version.created_at', '<', before)
      .where((build) =>
        build.not(
          build.exists(
            build
              .selectFrom('registry_parts as part')
              .select('part.part')
              .whereRef('part.version_id', '=', 'version.id')
              .where('part.stored_at', '>=', before),
          ),
        ),
      )
      // What is fetched has no parts: it rests when no job works on it.
      .where((build) =>
        build.not(
          build.exists(
            build
              .selectFrom('job')
              .select('job.id')
              .whereRef('job.id', '=', 'version.job_id')
              .where('job.state', 'in', ['waiting', 'running']),
          ),
        ),
      )
      .orderBy('version.id')
  );
}
