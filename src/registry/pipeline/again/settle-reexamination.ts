import type { Change } from '../../../store/store.ts';
import type { Registry } from '../../registry.ts';
import { entryOf, reasonText } from '../../admission/decision-entry.ts';
import type { VersionRow } from '../../versions/move-version.ts';
import { askForReview } from '../examine/conclude-examination.ts';
import { type AttemptAt, logFault, mayRetry, reasonOf } from '../failures.ts';
import { judge, type Judgement } from '../judge.ts';
import { notify } from '../notices.ts';
import { recallVersion } from '../recall.ts';
import { approversOf, ownersOf } from '../who-to-tell.ts';
import { endRecheck, restUnexamined, rowOf } from './rest-unexamined.ts';

/** Decides once more after a thread examined a version again, well or not. @throws whatever is to be tried again. */
export async function settleReexamination(
  registry: Registry,
  at: AttemptAt,
  failure: Error | undefined,
): Promise<void> {
  try {
    if (failure !== undefined) throw failure;
    await conclude(registry, at);
  } catch (error) {
    if (mayRetry(at, error)) throw error;
    logFault(registry, error);
    await restUnexamined(registry, at, reasonOf(error));
  }
}

async function conclude(registry: Registry, { versionId, jobId }: AttemptAt): Promise<void> {
  const { store, clock } = registry;
  await store.change(async (change) => {
    await endRecheck(change, { versionId, jobId });
    const version = await rowOf(change, versionId);
    if (version === undefined) return;
    const judgement = await judge(change.sql, version, { nowMs: clock(), approvedSinceMs: 0 });
    await change.sql
      .updateTable('registry_versions')
      .set({ decision: JSON.stringify(judgement.decision), failure: null })
      .where('id', '=', versionId)
      .execute();
    change.afterCommit(() => registry.bus.publish('models', version.model_id));
    await act(change, registry, { version, judgement });
  });
}

interface Judged {
  readonly version: VersionRow;
  readonly judgement: Judgement;
}

/**
 * What the policy denies by now is recalled. What it only wants to be reviewed stays: it says that somebody must look, not that there is harm,
 * and taking away what runs everywhere is his to decide. What was recalled and would be let in by now waits for a person.
 */
async function act(change: Change, registry: Registry, { version, judgement }: Judged): Promise<void> {
  const { decision, outcome } = judgement;
  const versionId = version.id;
  const atMs = registry.clock();
  if (version.state === 'recalled') {
    if (outcome !== 'deny') await askForReview(change, registry, { version, decision, atMs });
    return;
  }
  if (outcome === 'allow') return;
  const text = reasonText(decision);
  if (outcome === 'deny') return recallVersion(change, registry, { versionId, by: null, reason: text, atMs });
  change.record({
    class: 'scan-activity',
    activity: 'model.review-wanted',
    actor: { kind: 'system', id: 'server' },
    object: { kind: 'version', id: versionId },
    outcome: 'success',
    severity: 'medium',
    ...entryOf(decision),
    data: { model: version.model_id, number: version.number, state: version.state },
  });
  const principals = [...(await ownersOf(change, version)), ...(await approversOf(change, version, atMs))];
  await notify(change, { kind: 'review-wanted', versionId, principals, text, atMs });
}
