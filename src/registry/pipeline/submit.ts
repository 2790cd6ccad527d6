import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Change } from '../../store/store.ts';
import type { Registry } from '../registry.ts';
import { moveVersion } from '../versions/move-version.ts';
import { examineJob, MAX_ATTEMPTS } from './job-kinds.ts';

interface Submission {
  readonly versionId: string;
  /** Null: the server itself. */
  readonly by: PrincipalRef | null;
  readonly atMs: number;
  /** Nobody but a person lets it in, whatever the policy says. */
  readonly wantsReview?: boolean | undefined;
}

/**
 * Everything of a version is here: it is examined next. Also for one that was denied, that failed, or that waits for a decision.
 * The row names the job; only that job may write what it found. @throws RegistryError `version-unknown`, `version-state`.
 */
export async function submitVersion(
  change: Change,
  { bus }: Pick<Registry, 'bus'>,
  { versionId, by, atMs, wantsReview = false }: Submission,
): Promise<void> {
  const jobId = await change.enqueue({ kind: examineJob, data: { versionId, wantsReview }, maxAttempts: MAX_ATTEMPTS });
  await moveVersion(change, bus, {
    versionId,
    to: 'examining',
    set: { job_id: jobId, step: 'waits for a worker', failure: null },
    by,
    atMs,
  });
}
