import { prepareRelease } from '../../registry/pipeline/release/prepare-release.ts';
import { settleRelease } from '../../registry/pipeline/release/settle-release.ts';
import { threadTask } from '../../registry/pipeline/task.ts';
import { defineThreadJob } from './define-job.ts';
import { versionAttempt, versionMeans } from './registry-means.ts';

/** A checkpoint of a terabyte is read and hashed in about two hours. */
const MAX_SECONDS = 6 * 3600;

export const registryRelease = defineThreadJob({
  kind: 'registry.release',
  title: 'convert a version that was let in, sign it, encrypt it, and give it out',
  maxSeconds: MAX_SECONDS,
  prepare: (services, context) => versionMeans(services, context, 'source'),
  run: async (means, context) => {
    await prepareRelease(means, threadTask(context));
    return undefined;
  },
  settle: ({ registry }, context, failure) => settleRelease(registry, versionAttempt(context), failure),
});
