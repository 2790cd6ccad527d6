import type { PrincipalRef } from '../../contract/types/common.ts';
import type { VersionState } from '../../contract/types/registry.ts';
import type { EntryDraft } from '../../ledger/entry.ts';
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
  /** What the ledger says of the decision that let it in. */
  readonly entry?: Partial<Pick<EntryDraft, 'decision' | 'reasons' | 'policy'>> | undefined;
}

/** A version may be released: it is converted where the policy says so, signed and sealed next. @throws RegistryError `version-state`. */
export async function beginRelease(
  change: Change,
  { bus }: Pick<Registry, 'bus'>,
  { versionId, by, atMs, from, entry = {} }: Beginning,
): Promise<void> {
  const jobId = await change.enqueue({ kind: releaseJob, data: { versionId }, maxAttempts: MAX_ATTEMPTS });
  await moveVersion(change, bus, {
    versionId,
    to: 'releasing',
    from,
    set: { job_id: jobId, step: 'waits for a worker', failure: null },
    by,
    atMs,
    entry,
  });
}
