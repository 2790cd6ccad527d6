import type { PrincipalRef } from '../../contract/types/common.ts';
import type { VersionState } from '../../contract/types/registry.ts';
import type { Change } from '../../store/store.ts';
import type { Registry } from '../registry.ts';
import { moveVersion } from '../versions/move-version.ts';
import { MAX_ATTEMPTS, releaseJob } from './job-kinds.ts';

interface Beginning {
  readonly versionId: string;
  /** Whoever approved it; null: the policy alone. */
  readonly by: PrincipalRef | null;
  readonly atMs: number;
  readonly from: readonly VersionState[];
}

/** A version may be released: it is converted where the policy says so, signed and sealed next. @throws RegistryError `version-state`. */
export async function beginRelease(
  change: Change,
  { bus }: Pick<Registry, 'bus'>,
  { versionId, by, atMs, from }: Beginning,
): Promise<void> {
  const jobId = await change.enqueue({ kind: releaseJob, data: { versionId }, maxAttempts: MAX_ATTEMPTS });
  await moveVersion(change, bus, {
    versionId,
    to: 'releasing',
    from,
    set: { job_id: jobId, step: 'waits for a worker', failure: null },
    by,
    atMs,
  });
}
