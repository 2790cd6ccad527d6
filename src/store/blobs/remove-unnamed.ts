import type { ThreadStore } from '../jobs/threads/remote-store.ts';
import type { Blobs } from './blobs.ts';
import { namedBlobs } from './named-blobs.ts';

interface Means {
  readonly store: ThreadStore;
  readonly blobs: Blobs;
  /** ms since 1970. */
  readonly clock: () => number;
}

/** Whoever claimed a blob and did not end within this time has died. */
const CLAIM_MS = 600_000;

/** Blobs that one run removes at most; the next goes on. */
const MAX_AT_ONCE = 10_000;

/**
 * Removes blobs that something ceased to name and nothing else names: these, or all that wait for it.
 * @returns how many
 */
export async function removeUnnamedBlobs(means: Means, digests?: readonly string[]): Promise<number> {
  const wanted = digests === undefined ? await waiting(means) : new Set(digests);
  let removed = 0;
  for (const digest of wanted) removed += Number(await removeUnnamedBlob(means, digest));
  return removed;
}

async function waiting({ store }: Means): Promise<readonly string[]> {
  const rows = await store.read
    .selectFrom('blob_removals')
    .select('digest')
    .orderBy('wanted_at')
    .limit(MAX_AT_ONCE)
    .execute();
  return rows.map(({ digest }) => digest);
}

/** True where it was removed. If this process dies in between, the claim ends by itself and the next run does it again. */
async function removeUnnamedBlob({ store, blobs, clock }: Means, digest: string): Promise<boolean> {
  const atMs = clock();
  const { value: isClaimed } = await store.change(async ({ sql }) => {
    const claimed = await sql
      .updateTable('blob_removals')
      .set({ claimed_at: atMs })
      .where('digest', '=', digest)
      .where((build) => build.or([build('claimed_at', 'is', null), build('claimed_at', '<', atMs - CLAIM_MS)]))
      .returning('digest')
      .executeTakeFirst();
    if (claimed === undefined) return false;
    if (!(await namedBlobs(sql, [digest])).has(digest)) return true;
    await sql.deleteFrom('blob_removals').where('digest', '=', digest).execute();
    return false;
  });
  if (!isClaimed) return false;
  // Asked only now: a backup that begins later copies records that do not name it.
  try {
    if ((await blobs.areHeld?.()) === true) {
      await unclaim({ store }, digest, atMs);
      return false;
    }
  } catch (error) {
    await unclaim({ store }, digest, atMs);
    throw error;
  }
  await blobs.remove(digest);
  await store.change(async ({ sql }) => {
    await sql.deleteFrom('blob_removals').where('digest', '=', digest).where('claimed_at', '=', atMs).execute();
  });
  return true;
}

async function unclaim({ store }: Pick<Means, 'store'>, digest: string, atMs: number): Promise<void> {
  await store.change(async ({ sql }) => {
    const claim = sql.updateTable('blob_removals').set({ claimed_at: null }).where('digest', '=', digest);
    await claim.where('claimed_at', '=', atMs).execute();
  });
}
