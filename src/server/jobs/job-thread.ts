/** The file that a thread for jobs starts with. */
import type { BlobsConfig } from '../../store/blobs/config.ts';
import { openBlobs } from '../../store/blobs/open-blobs.ts';
import { serveJobs } from '../../store/jobs/threads/serve-jobs.ts';
import { threadJobs } from './thread-jobs.ts';

export interface JobThreadSettings {
  readonly blobs: BlobsConfig;
}

serveJobs(async (settings, store) => {
  const blobs = await openBlobs((settings as JobThreadSettings).blobs);
  return Object.fromEntries(threadJobs.map(({ kind, run }) => [kind, (context) => run({ store, blobs }, context)]));
});
