import { sweepOrphans } from '../../store/blobs/sweep-orphans.ts';
import { expireResults } from '../../store/jobs/expire-results.ts';
import type { Store } from '../../store/store.ts';
import { defineProcessJob } from './define-job.ts';

const DAY_MS = 86_400_000;
/** No upload takes so long; what rests longer has lost its process. */
const IDLE_MS = 2 * DAY_MS;
/**
 * Records that were restored know nothing of what was stored after their backup. So long somebody may find that a later backup is the better
 * one, which names it.
 */
const AFTER_RESTORING_MS = 30 * DAY_MS;

export const blobsSweep = defineProcessJob({
  kind: 'blobs.sweep',
  title:
    'remove what uploads that never ended left behind, blobs that nothing names, and results that were kept long enough',
  run: async ({ store, blobs, facts, clock }, { signal }) => {
    await expireResults({ store, blobs }, clock() - facts.config.jobs.keepResultsDays * DAY_MS);
    await blobs.sweep(IDLE_MS);
    if (await wereRestored(store, clock() - AFTER_RESTORING_MS)) return undefined;
    await sweepOrphans({ store, blobs, clock }, { storedBeforeMs: clock() - IDLE_MS, signal });
    return undefined;
  },
});

async function wereRestored({ ledger }: Pick<Store, 'ledger'>, fromMs: number): Promise<boolean> {
  const { rows } = await ledger.search({ activity: 'ledger.restored', fromMs }, { limit: 1 });
  return rows.length > 0;
}
