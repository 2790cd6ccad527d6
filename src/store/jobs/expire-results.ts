import type { EntryDraft } from '../../ledger/entry.ts';
import type { Blobs } from '../blobs/blobs.ts';
import { unnameBlobs } from '../blobs/name-blob.ts';
import { removeUnnamedBlobs } from '../blobs/remove-unnamed.ts';
import type { Store } from '../store.ts';
import { jobLimits } from './limits.ts';

interface Expired {
  readonly id: string;
  readonly digest: string;
}

/**
 * Removes what jobs left behind that ended before a time (ms since 1970), and records that. Content that something else names stays.
 * @returns how many results are gone
 */
export async function expireResults({ store, blobs }: { store: Store; blobs: Blobs }, before: number): Promise<number> {
  const expired = await expiredResults(store, before);
  for (const { id, digest } of expired) {
    await store.change(async (change) => {
      await change.sql
        .updateTable('job')
        .set({ result_digest: null, result_bytes: null, result_name: null })
        .where('id', '=', id)
        .where('result_digest', '=', digest)
        .execute();
      await unnameBlobs(change, [digest], before);
      change.record(entryOf({ id, digest }));
    });
  }
  await removeUnnamedBlobs({ store, blobs, clock: Date.now });
  return expired.length;
}

async function expiredResults({ read }: Store, before: number): Promise<readonly Expired[]> {
  const rows = await read
    .selectFrom('job')
    .select(['id', 'result_digest'])
    .where('state', '=', 'done')
    .where('ended_at', '<', before)
    .where('result_digest', 'is not', null)
    .orderBy('id')
    .limit(jobLimits.maxForgottenAtOnce)
    .execute();
  return rows.flatMap(({ id, result_digest: digest }) => (digest === null ? [] : { id, digest }));
}

function entryOf({ id, digest }: Expired): EntryDraft {
  return {
    class: 'application-lifecycle',
    activity: 'job.expire',
    actor: { kind: 'system', id: 'jobs' },
    object: { kind: 'job', id, digest },
    outcome: 'success',
  };
}
