import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { contentKeysOf } from '../../registry/contents/content-keys.ts';
import type { AttemptAt } from '../../registry/pipeline/failures.ts';
import type { Json, JobContext } from '../../store/jobs/job.ts';
import type { Services } from '../services.ts';

const versionData = z.object({ versionId: z.string(), wantsReview: z.boolean().default(false) });

/** What a thread that works on a version is given beside what its job says. */
export async function versionMeans(
  { registry, facts }: Services,
  { data }: JobContext,
  side?: 'source' | 'release',
): Promise<Readonly<Record<string, Json>>> {
  const { versionId } = versionData.parse(data);
  return {
    workFolder: registry.workFolder,
    // Jobs that run at once share the processors.
    scanThreads: Math.max(1, Math.floor(availableParallelism() / Math.max(1, facts.config.jobs.threads))),
    maxFileBytes: registry.limits.maxFileBytes,
    keys: await contentKeysOf(registry, versionId, side),
  };
}

/** The attempt at a version that a job is. */
export function versionAttempt({ id, attempt, data, signal }: JobContext): AttemptAt & z.output<typeof versionData> {
  return { ...versionData.parse(data), jobId: id, attempt, signal };
}
