import type { PrincipalRef } from '../../../contract/types/common.ts';
import { RegistryError } from '../../errors.ts';
import type { Registry } from '../../registry.ts';
import type { Change } from '../../../store/store.ts';
import { wasTurnedAway } from '../../versions/was-turned-away.ts';
import { MAX_ATTEMPTS, reexamineJob, upkeepJob } from '../job-kinds.ts';
import { submitVersion } from '../submit.ts';
import { REEXAMINED } from './reexamine-version.ts';

interface Wish {
  readonly by: PrincipalRef;
  readonly atMs: number;
}

/**
 * Has one version examined once more. What is or was given out stays as it is until it is decided about; anything else goes through the
 * pipeline again, and what was denied comes to a person at best. @throws RegistryError `version-unknown`, `version-state`.
 */
export async function wantExamination(
  change: Change,
  registry: Pick<Registry, 'bus'>,
  { versionId, by, atMs }: Wish & { readonly versionId: string },
): Promise<void> {
  const version = await change.sql
    .selectFrom('registry_versions')
    .select(['state', 'model_id', 'number'])
    .where('id', '=', versionId)
    .executeTakeFirst();
  if (version === undefined) throw RegistryError.of('version-unknown', versionId);
  const { state } = version;
  if (state === 'denied' || state === 'failed' || state === 'review') {
    // Also one that failed, or waited for a person, since: else to ask twice would do without him.
    const wantsReview = state === 'denied' || (await wasTurnedAway(change, versionId));
    return submitVersion(change, registry, { versionId, by, atMs, wantsReview });
  }
  if (!REEXAMINED.includes(state)) throw RegistryError.of('version-state', `it is ${state}`);
  await change.sql
    .updateTable('registry_versions')
    .set({ recheck_at: atMs, recheck_after: null })
    .where('id', '=', versionId)
    .execute();
  await enqueueExamination(change, { id: versionId, maxAttempts: MAX_ATTEMPTS });
  change.record({
    class: 'scan-activity',
    activity: 'model.reexamine',
    actor: by,
    object: { kind: 'version', id: versionId },
    outcome: 'success',
    severity: 'low',
    data: { model: version.model_id, number: version.number, state },
  });
}

/** One at a time for each version. The row names the job, so that one that ends without an answer is noticed. */
export async function enqueueExamination(
  change: Change,
  { id, maxAttempts }: { readonly id: string; readonly maxAttempts: number },
): Promise<void> {
  const jobId = await change.enqueue({ kind: reexamineJob, data: { versionId: id }, uniqueKey: id, maxAttempts });
  await change.sql.updateTable('registry_versions').set({ recheck_job_id: jobId }).where('id', '=', id).execute();
}

/** Has everything that is given out examined once more, a batch after the other; answers with how many versions that are. */
export async function wantAllExaminations(change: Change, { by, atMs }: Wish): Promise<number> {
  const { numUpdatedRows } = await change.sql
    .updateTable('registry_versions')
    .set({ recheck_at: atMs, recheck_after: null })
    .where('state', '=', 'released')
    .executeTakeFirstOrThrow();
  await change.enqueue({ kind: upkeepJob, data: {}, uniqueKey: 'wanted' });
  const versions = Number(numUpdatedRows);
  change.record({
    class: 'scan-activity',
    activity: 'models.reexamine',
    actor: by,
    outcome: 'success',
    severity: 'medium',
    data: { versions },
  });
  return versions;
}
