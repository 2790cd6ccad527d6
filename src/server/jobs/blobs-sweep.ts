import { expireResults } from '../../store/jobs/expire-results.ts';
import { defineProcessJob } from './define-job.ts';

const DAY_MS = 86_400_000;
/** No upload takes so long; what rests longer has lost its process. */
const IDLE_MS = 2 * DAY_MS;

export const blobsSweep = defineProcessJob({
  kind: 'blobs.sweep',
  title: 'remove what uploads that never ended left behind, and results of jobs that were kept long enough',
  run: async ({ store, blobs, facts, clock }) => {
    await expireResults({ store, blobs }, clock() - facts.config.jobs.keepResultsDays * DAY_MS);
    await blobs.sweep(IDLE_MS);
    return undefined;
  },
});
