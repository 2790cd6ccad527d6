import type { Change } from '../../../store/store.ts';
import { reasonText } from '../../admission/decision-entry.ts';
import { RegistryError } from '../../errors.ts';
import type { Registry } from '../../registry.ts';
import type { VersionRow } from '../../versions/move-version.ts';
import { judge } from '../judge.ts';
import { notify } from '../notices.ts';
import { recallVersion } from '../recall.ts';
import { approversOf, ownersOf } from '../who-to-tell.ts';
import { REEXAMINED } from './reexamine-version.ts';

const HOUR_MS = 3_600_000;
/** Rests double from an hour up to a week. */
const MAX_REST_MS = 7 * 24 * HOUR_MS;

interface Recheck {
  readonly versionId: string;
  readonly jobId: string;
}

/**
 * Notes that a version could not be examined again, tells whoever has to know, and lets it rest before the next time. It is not recalled for
 * that alone: the policy decides by what is known, and may deny what was examined too long ago. Nothing where another job has it by now.
 */
export async function restUnexamined(registry: Registry, recheck: Recheck, why: string): Promise<void> {
  await registry.store.change(async (change) => {
    if (!(await endRecheck(change, recheck))) return;
    const version = await rowOf(change, recheck.versionId);
    if (version === undefined) return;
    const atMs = registry.clock();
    const failures = (version.recheck_failures ?? 0) + 1;
    const failure = `it could not be examined again: ${why}`;
    await change.sql
      .updateTable('registry_versions')
      .set({
        failure,
        recheck_failures: failures,
        recheck_at: version.recheck_at ?? atMs,
        recheck_after: atMs + restMs(failures),
      })
      .where('id', '=', version.id)
      .execute();
    recordFailure(change, version, { failures, why });
    const principals = [...(await ownersOf(change, version)), ...(await approversOf(change, version, atMs))];
    await notify(change, { kind: 'not-examined', versionId: version.id, principals, text: failure, atMs });
    await recallDenied(change, registry, { version, atMs });
  });
}

function restMs(failures: number): number {
  return Math.min(MAX_REST_MS, HOUR_MS * 2 ** Math.min(failures - 1, 30));
}

function recordFailure(
  change: Change,
  { id, model_id: model, number, state }: VersionRow,
  { failures, why }: { readonly failures: number; readonly why: string },
): void {
  change.record({
    class: 'scan-activity',
    activity: 'model.reexamine',
    actor: { kind: 'system', id: 'server' },
    object: { kind: 'version', id },
    outcome: 'failure',
    severity: 'high',
    reasons: [why],
    data: { model, number, state, failures },
  });
}

async function recallDenied(
  change: Change,
  registry: Registry,
  { version, atMs }: { readonly version: VersionRow; readonly atMs: number },
): Promise<void> {
  if (version.state !== 'released') return;
  const judgement = await judge(change.sql, version, { nowMs: atMs, approvedSinceMs: 0 }).catch(orNull);
  if (judgement?.outcome !== 'deny') return;
  const reason = reasonText(judgement.decision);
  await recallVersion(change, registry, { versionId: version.id, by: null, reason, atMs });
}

/** Where the policy cannot decide, what was decided last stands; that is said by whatever it cannot do. */
function orNull(error: unknown): null {
  if (error instanceof RegistryError) return null;
  throw error;
}

/** The version has no job any more that examines it again. False where it has another, begun since. */
export async function endRecheck({ sql }: Change, { versionId, jobId }: Recheck): Promise<boolean> {
  const { numUpdatedRows } = await sql
    .updateTable('registry_versions')
    .set({ recheck_job_id: null })
    .where('id', '=', versionId)
    .where((eb) => eb.or([eb('recheck_job_id', 'is', null), eb('recheck_job_id', '=', jobId)]))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export function rowOf({ sql }: Change, versionId: string): Promise<VersionRow | undefined> {
  return sql
    .selectFrom('registry_versions')
    .selectAll()
    .where('id', '=', versionId)
    .where('state', 'in', REEXAMINED)
    .executeTakeFirst();
}
