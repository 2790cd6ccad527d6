import { examineVersion } from '../../registry/pipeline/examine/examine-version.ts';
import { settleExamination } from '../../registry/pipeline/examine/settle-examination.ts';
import { threadTask } from '../../registry/pipeline/task.ts';
import { defineThreadJob } from './define-job.ts';
import { versionAttempt, versionMeans } from './registry-means.ts';

/** A checkpoint of a terabyte is read and hashed in about two hours. */
const MAX_SECONDS = 6 * 3600;

export const registryExamine = defineThreadJob({
  kind: 'registry.examine',
  title: 'put a version together, read and scan its files, and decide about it',
  maxSeconds: MAX_SECONDS,
  prepare: (services, context) => versionMeans(services, context, 'source'),
  run: async (means, context) => {
    await examineVersion(means, threadTask(context));
    return undefined;
  },
  settle: ({ registry }, context, failure) => settleExamination(registry, versionAttempt(context), failure),
});
