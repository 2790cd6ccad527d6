import { z } from 'zod';
import type { Blobs } from '../../store/blobs/blobs.ts';
import type { JobContext } from '../../store/jobs/job.ts';
import type { ThreadStore } from '../../store/jobs/threads/remote-store.ts';
import type { VersionState } from '../../contract/types/registry.ts';
import type { VersionRow } from '../versions/move-version.ts';

/** What a thread works with. It has no keys but those of sealed contents that it was handed. */
export interface ThreadMeans {
  readonly store: ThreadStore;
  readonly blobs: Blobs;
}

const threadData = z.object({
  versionId: z.string(),
  /** Folder of this process for files that are being worked on. */
  workFolder: z.string(),
  scanThreads: z.int().min(1),
  maxFileBytes: z.int().min(1),
  /** Of contents that are sealed, by digest, in base 64. */
  keys: z.record(z.string(), z.string()),
});

/** One attempt at one version, in a thread. */
export interface ThreadTask extends z.output<typeof threadData> {
  readonly jobId: string;
  readonly attempt: number;
  readonly signal: AbortSignal;
  readonly progress: (fraction: number) => Promise<void>;
}

export function threadTask({ id, attempt, data, signal, progress }: JobContext): ThreadTask {
  return { ...threadData.parse(data), jobId: id, attempt, signal, progress };
}

/**
 * The version, if it is in this state because of this job; undefined where another job was begun for it since, or somebody moved it. What is
 * undefined is left alone: a job that runs again finds so that its work is done.
 */
export async function ownVersion(
  read: Pick<ThreadStore['read'], 'selectFrom'>,
  { versionId, jobId }: Pick<ThreadTask, 'versionId' | 'jobId'>,
  state: VersionState,
): Promise<VersionRow | undefined> {
  return read
    .selectFrom('registry_versions')
    .selectAll()
    .where('id', '=', versionId)
    .where('job_id', '=', jobId)
    .where('state', '=', state)
    .executeTakeFirst();
}
