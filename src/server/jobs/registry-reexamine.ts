import { reexamineVersion } from '../../registry/pipeline/again/reexamine-version.ts';
import { settleReexamination } from '../../registry/pipeline/again/settle-reexamination.ts';
import { threadTask } from '../../registry/pipeline/task.ts';
import { defineThreadJob } from './define-job.ts';
import { versionAttempt, versionMeans } from './registry-means.ts';

/** A checkpoint of a terabyte is read and hashed in about two hours. */
const MAX_SECONDS = 6 * 3600;

export const registryReexamine = defineThreadJob({
  kind: 'registry.reexamine',
  title: 'examine once more what a version gives out, and recall it where the policy denies it by now',
  maxSeconds: MAX_SECONDS,
  prepare: (services, context) => versionMeans(services, context),
  run: async (means, context) => {
    await reexamineVersion(means, threadTask(context));
    return undefined;
  },
  settle: ({ registry }, context, failure) => settleReexamination(registry, versionAttempt(context), failure),
});
