import type { AdmissionDecision } from '../../../contract/types/registry.ts';
import type { Change } from '../../../store/store.ts';
import { decideVersion } from '../../admission/decide-version.ts';
import { entryOf, reasonText } from '../../admission/decision-entry.ts';
import { RegistryError } from '../../errors.ts';
import type { Registry } from '../../registry.ts';
import { moveVersion, type VersionRow } from '../../versions/move-version.ts';
import { beginRelease } from '../begin-release.ts';
import { notify } from '../notices.ts';
import { ownVersion, type ThreadTask } from '../task.ts';
import { approversOf, ownersOf } from '../who-to-tell.ts';

interface Conclusion extends Pick<ThreadTask, 'versionId' | 'jobId'> {
  /** What was denied or recalled once is let in by nobody but a person. */
  readonly wantsReview: boolean;
}

/** Decides about a version that was examined, and moves it on. Nothing where another job has it. */
export async function concludeExamination(registry: Registry, conclusion: Conclusion): Promise<void> {
  const { store, clock } = registry;
  await store.change(async (change) => {
    const version = await ownVersion(change.sql, conclusion, 'examining');
    if (version === undefined) return;
    const atMs = clock();
    const decided = await decideVersion(change.sql, version, atMs);
    if (decided === null) throw RegistryError.of('work-failed', 'nothing was found out');
    const { decision } = decided;
    await change.sql
      .updateTable('registry_versions')
      .set({ decision: JSON.stringify(decision), step: null })
      .where('id', '=', version.id)
      .execute();
    await moveOn(change, registry, { version, decision, atMs, wantsReview: conclusion.wantsReview });
  });
}

interface Decided {
  readonly version: VersionRow;
  readonly decision: AdmissionDecision;
  readonly atMs: number;
  readonly wantsReview: boolean;
}

async function moveOn(
  change: Change,
  registry: Registry,
  { version, decision, atMs, wantsReview }: Decided,
): Promise<void> {
  const versionId = version.id;
  const entry = entryOf(decision);
  if (decision.outcome === 'allow' && !wantsReview)
    return beginRelease(change, registry, { versionId, by: null, atMs, from: ['examining'], entry });
  if (decision.outcome === 'deny') return denyVersion(change, registry, { version, decision, atMs });
  return askForReview(change, registry, { version, decision, atMs });
}

type Refusal = Omit<Decided, 'wantsReview'>;

/** The policy does not let it in. */
export async function denyVersion(
  change: Change,
  registry: Pick<Registry, 'bus'>,
  { version, decision, atMs }: Refusal,
): Promise<void> {
  const text = reasonText(decision);
  const versionId = version.id;
  await moveVersion(change, registry.bus, {
    versionId,
    to: 'denied',
    set: { decision: JSON.stringify(decision), failure: text, step: null },
    by: null,
    atMs,
    entry: entryOf(decision),
  });
  await notify(change, { kind: 'denied', versionId, principals: await ownersOf(change, version), text, atMs });
}

/** A person has to decide. */
export async function askForReview(
  change: Change,
  registry: Registry,
  { version, decision, atMs }: Refusal,
): Promise<void> {
  const versionId = version.id;
  await moveVersion(change, registry.bus, {
    versionId,
    to: 'review',
    set: { decision: JSON.stringify(decision), failure: null, step: null },
    by: null,
    atMs,
    entry: { ...entryOf(decision), decision: 'review' },
  });
  const principals = [...(await ownersOf(change, version)), ...(await approversOf(change, version, atMs))];
  await notify(change, { kind: 'review-wanted', versionId, principals, text: reasonText(decision), atMs });
}
