import type { Selectable } from 'kysely';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { AdmissionDecision } from '../../contract/types/registry.ts';
import type { Change } from '../../store/store.ts';
import type { Database } from '../../store/tables/index.ts';
import { decideVersion } from '../admission/decide-version.ts';
import { RegistryError } from '../errors.ts';
import { notify } from '../pipeline/notices.ts';
import { recallVersion } from '../pipeline/recall.ts';
import type { Registry } from '../registry.ts';
import { moveVersion, type VersionRow } from '../versions/move-version.ts';

export type WaiverRow = Selectable<Database['registry_waivers']>;

/** A waiver may name more rules than one reason of the ledger has room for. */
const MAX_REASON = 490;

interface Ending {
  readonly waiverId: string;
  /** Null: its time is over. */
  readonly by: PrincipalRef | null;
  readonly reason: string;
  readonly atMs: number;
}

/**
 * Ends a waiver, and in the same change takes out of service what rests on it. One that ended before stays as it is.
 * @throws RegistryError `waiver-unknown`, `policy-invalid`.
 */
export async function endWaiver(
  change: Change,
  registry: Pick<Registry, 'bus' | 'recentDays' | 'hasWebhook'>,
  ending: Ending,
): Promise<void> {
  const { waiverId, atMs } = ending;
  const known = await change.sql
    .selectFrom('registry_waivers')
    .select('id')
    .where('id', '=', waiverId)
    .executeTakeFirst();
  if (known === undefined) throw RegistryError.of('waiver-unknown', waiverId);
  const row = await change.sql
    .updateTable('registry_waivers')
    .set({ ended_at: atMs })
    .where('id', '=', waiverId)
    .where('ended_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) return;
  recordEnd(change, row, ending);
  for (const version of await restingOn(change, row))
    await decideWithout(change, registry, { version, waiver: row, ending });
  change.afterCommit(() => registry.bus.publish('models', row.model_id));
}

function recordEnd(change: Change, row: WaiverRow, { by, reason }: Ending): void {
  change.record({
    class: 'entity-management',
    activity: by === null ? 'waiver.expire' : 'waiver.end',
    actor: by ?? { kind: 'system', id: 'server' },
    object: { kind: 'waiver', id: row.id },
    outcome: 'success',
    severity: 'medium',
    data: { model: row.model_id, ...(row.version_id === null ? {} : { version: row.version_id }) },
    ...(reason === '' ? {} : { personal: { reason } }),
  });
}

/** What is given out, or about to be. */
function restingOn({ sql }: Change, { model_id: modelId, version_id: versionId }: WaiverRow): Promise<VersionRow[]> {
  const query = sql
    .selectFrom('registry_versions')
    .selectAll()
    .where('model_id', '=', modelId)
    .where('state', 'in', ['released', 'releasing', 'review']);
  return (versionId === null ? query : query.where('id', '=', versionId)).execute();
}

interface Decided {
  readonly version: VersionRow;
  readonly waiver: WaiverRow;
  readonly ending: Ending;
}

async function decideWithout(
  change: Change,
  registry: Pick<Registry, 'bus' | 'recentDays' | 'hasWebhook'>,
  { version, waiver, ending: { by, atMs } }: Decided,
): Promise<void> {
  const decided = await decideVersion(change.sql, version, atMs);
  // What is not known any more does not hold.
  const lost = decided === null ? rulesOf(waiver) : rulesInForce(decided.decision, rulesOf(waiver));
  // An approval stands for what it was given for, not for rules that came after it.
  const isApproved = version.state === 'releasing' && lost.length === 0;
  if (decided !== null && !isApproved) await writeDecision(change, version, decided.decision);
  if (version.state === 'review' || lost.length === 0) return;
  const reason = `the waiver of ${lost.join(', ')}`.slice(0, MAX_REASON) + ' ended';
  const step = { versionId: version.id, by, atMs };
  if (version.state === 'released') await recallVersion(change, registry, { ...step, reason });
  else {
    const entry = { decision: 'deny', reasons: [reason] } as const;
    await moveVersion(change, registry.bus, { ...step, to: 'denied', from: ['releasing'], entry });
  }
  const owner = { kind: waiver.owner_kind, id: waiver.owner_id };
  await notify(change, {
    kind: 'waiver-ends',
    versionId: version.id,
    principals: [owner],
    text: `${reason}, and the version is out of service`,
    atMs,
  });
}

async function writeDecision({ sql }: Change, { id }: VersionRow, decision: AdmissionDecision): Promise<void> {
  await sql
    .updateTable('registry_versions')
    .set({ decision: JSON.stringify(decision) })
    .where('id', '=', id)
    .execute();
}

function rulesOf({ rules }: WaiverRow): readonly string[] {
  return JSON.parse(rules) as string[];
}

/** Those of the rules that now stand against the version. */
function rulesInForce({ reasons }: AdmissionDecision, rules: readonly string[]): string[] {
  return reasons
    .filter(({ rule, effect, waiverId }) => isAgainst(effect) && waiverId === null && rules.includes(rule))
    .map(({ rule }) => rule);
}

function isAgainst(effect: AdmissionDecision['reasons'][number]['effect']): boolean {
  return effect !== 'allow';
}
