import { setImmediate } from 'node:timers/promises';
import type { AdmissionDecision } from '../../contract/types/registry.ts';
import { admissionDecision } from '../../contract/types/registry.ts';
import type { Change } from '../../store/store.ts';
import { beginRelease } from '../pipeline/begin-release.ts';
import { denyVersion } from '../pipeline/examine/conclude-examination.ts';
import type { Registry } from '../registry.ts';
import type { VersionRow } from '../versions/move-version.ts';
import { wasTurnedAway } from '../versions/was-turned-away.ts';
import { decideVersion } from './decide-version.ts';
import { entryOf } from './decision-entry.ts';

/** Versions of one change. */
const AT_ONCE = 50;

type Means = Pick<Registry, 'store' | 'bus' | 'clock'>;

/**
 * Decides by the policy in force about everything that waits for people. What was taken back or refused before waits on, whatever the policy
 * says: a change of policy brings nothing back. Answers with how many moved. Repeatable.
 */
export async function decideWaiting(means: Means, signal: AbortSignal): Promise<number> {
  let moved = 0;
  for (let after = ''; ; ) {
    signal.throwIfAborted();
    const rows = await waitingAfter(means, after);
    const last = rows.at(-1);
    if (last === undefined) return moved;
    const { value } = await means.store.change(async (change) => {
      let count = 0;
      for (const { id } of rows) if (await decideOne(change, means, id)) count += 1;
      return count;
    });
    moved += value;
    after = last.id;
    await setImmediate();
  }
}

function waitingAfter({ store }: Means, after: string): Promise<readonly { readonly id: string }[]> {
  return store.read
    .selectFrom('registry_versions')
    .select('id')
    .where('state', '=', 'review')
    .where('id', '>', after)
    .orderBy('id')
    .limit(AT_ONCE)
    .execute();
}

async function decideOne(change: Change, { bus, clock }: Means, id: string): Promise<boolean> {
  const row = await change.sql
    .selectFrom('registry_versions')
    .selectAll()
    .where('id', '=', id)
    .where('state', '=', 'review')
    .executeTakeFirst();
  const decided = row === undefined ? null : await decideVersion(change.sql, row, clock());
  if (row === undefined || decided === null) return false;
  const { decision } = decided;
  const before = decisionOf(row);
  if (before !== null && isDeepSame(before, decision)) return false;
  // Whatever else let it wait than the policy is for people to end.
  const isForPeople = before?.outcome !== 'review' || (await wasTurnedAway(change, id));
  const to = decision.outcome === 'review' || isForPeople ? 'review' : decision.outcome;
  await change.sql
    .updateTable('registry_versions')
    .set({ decision: JSON.stringify(decision) })
    .where('id', '=', id)
    .execute();
  if (to === 'review') return false;
  const atMs = clock();
  if (to === 'deny') await denyVersion(change, { bus }, { version: row, decision, atMs });
  else
    await beginRelease(change, { bus }, { versionId: id, by: null, atMs, from: ['review'], entry: entryOf(decision) });
  return true;
}

function decisionOf({ decision }: VersionRow): AdmissionDecision | null {
  return decision === null ? null : admissionDecision.parse(JSON.parse(decision));
}

function isDeepSame(a: AdmissionDecision, b: AdmissionDecision): boolean {
  return JSON.stringify({ ...a, policyVersion: 0 }) === JSON.stringify({ ...b, policyVersion: 0 });
}
