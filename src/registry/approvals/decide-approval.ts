import { isSameVoice } from '../../access/policies/dual-control.ts';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { AdmissionDecision } from '../../contract/types/registry.ts';
import { newId } from '../../store/new-id.ts';
import type { Change } from '../../store/store.ts';
import { DEFAULT_RULE, waivableOf } from '../admission/decide.ts';
import { decideAbout, type DecidedVersion, decideVersion, reasonsForLedger } from '../admission/decide-version.ts';
import { RegistryError } from '../errors.ts';
import { beginRelease } from '../pipeline/begin-release.ts';
import { notify } from '../pipeline/notices.ts';
import { ownersOf } from '../pipeline/who-to-tell.ts';
import type { Registry } from '../registry.ts';
import { moveVersion, type VersionRow } from '../versions/move-version.ts';
import { checkWaiver, makeWaiver, type WaiverRequest } from '../waivers/make-waiver.ts';

export interface ApprovalRequest {
  readonly versionId: string;
  readonly decision: 'approve' | 'refuse';
  readonly reason: string;
  readonly waiver?: WaiverRequest | undefined;
  readonly by: PrincipalRef;
}

type Means = Pick<Registry, 'store' | 'bus' | 'clock'>;

/**
 * What a person decides about a version that waits for that. Of two at the same time, one does.
 * @throws RegistryError `people-only`, `version-unknown`, `not-waiting`, `own-upload`, `policy-denies`, `waiver-needed`, `waiver-wrong`,
 * `owner-unknown`.
 */
export async function decideApproval(means: Means, request: ApprovalRequest): Promise<void> {
  if (request.by.kind !== 'person') throw RegistryError.of('people-only');
  if (request.decision === 'refuse' && request.waiver !== undefined) {
    throw RegistryError.of('waiver-wrong', 'what is refused needs none');
  }
  try {
    await means.store.change((change) => decide(change, means, request));
  } catch (error) {
    // Somebody in another process was first.
    if (error instanceof RegistryError && error.code === 'version-state')
      throw RegistryError.of('not-waiting', '', error);
    throw error;
  }
}

async function decide(change: Change, means: Means, request: ApprovalRequest): Promise<void> {
  const version = await readWaiting(change, request);
  const atMs = means.clock();
  if (request.decision === 'refuse') await refuse(change, means, { version, request, atMs });
  else await approve(change, means, { version, request, atMs });
}

async function readWaiting({ sql }: Change, { versionId, by }: ApprovalRequest): Promise<VersionRow> {
  const version = await sql.selectFrom('registry_versions').selectAll().where('id', '=', versionId).executeTakeFirst();
  if (version === undefined) throw RegistryError.of('version-unknown', versionId);
  if (version.state !== 'review') throw RegistryError.of('not-waiting', `it is ${version.state}`);
  const uploader = version.created_by_id;
  if (uploader !== null && (await isSameVoice(sql, uploader, by))) throw RegistryError.of('own-upload');
  return version;
}

interface Deciding {
  readonly version: VersionRow;
  readonly request: ApprovalRequest;
  readonly atMs: number;
}

async function refuse(change: Change, { bus }: Means, { version, request, atMs }: Deciding): Promise<void> {
  const { by, reason } = request;
  await insertApproval(change, { version, request, atMs });
  await moveVersion(change, bus, {
    versionId: version.id,
    to: 'denied',
    from: ['review'],
    by,
    atMs,
    entry: { decision: 'deny', personal: { reason }, severity: 'medium' },
  });
  const principals = await ownersOf(change, version);
  await notify(change, { kind: 'denied', versionId: version.id, principals, text: reason, atMs });
}

async function approve(change: Change, { bus }: Means, { version, request, atMs }: Deciding): Promise<void> {
  const { by, reason, waiver } = request;
  const owner = waiver === undefined ? by : await checkWaiver(change, waiver, { by, atMs });
  const decided = await decideVersion(change.sql, version, atMs);
  if (decided === null) throw RegistryError.of('policy-denies', 'it was not examined: have it examined again');
  const decision = withWaiver(decided, waiver, atMs);
  requireApprovable(decided, decision, waiver);
  const waiverId =
    waiver === undefined ? null : await makeWaiver(change, { version, request: waiver, owner, reason, by, atMs });
  await insertApproval(change, { version, request, atMs });
  await change.sql
    .updateTable('registry_versions')
    .set({ decision: JSON.stringify(named(decision, waiverId)) })
    .where('id', '=', version.id)
    .execute();
  change.record({
    class: 'application-lifecycle',
    activity: 'model.approve',
    actor: by,
    object: { kind: 'version', id: version.id },
    decision: 'allow',
    outcome: 'success',
    severity: 'medium',
    reasons: reasonsForLedger(decision),
    policy: { id: 'admission', version: decision.policyVersion },
    data: { model: version.model_id, number: version.number, ...(waiverId === null ? {} : { waiver: waiverId }) },
    personal: { reason },
  });
  await beginRelease(change, { bus }, { versionId: version.id, by, atMs, from: ['review'] });
}

/** Stands for the waiver while it is not written: nothing is, before it is known to be good. */
const NEW_WAIVER = 'new';

function withWaiver(decided: DecidedVersion, waiver: WaiverRequest | undefined, nowMs: number): AdmissionDecision {
  if (waiver === undefined) return decided.decision;
  const given = { id: NEW_WAIVER, rules: waiver.rules, expiresAtMs: waiver.expiresAtMs, endedAtMs: null };
  return decideAbout(decided, { waivers: [given, ...decided.waivers], nowMs });
}

function named(decision: AdmissionDecision, waiverId: string | null): AdmissionDecision {
  const reasons = decision.reasons.map((one) => (one.waiverId === NEW_WAIVER ? { ...one, waiverId } : one));
  return { ...decision, reasons };
}

/** @throws RegistryError `policy-denies`, `waiver-needed`, `waiver-wrong`. */
function requireApprovable(
  { policy, decision: before }: DecidedVersion,
  decision: AdmissionDecision,
  waiver: WaiverRequest | undefined,
): void {
  const waivable = new Map<string, string>(policy.rules.map((rule) => [rule.id, waivableOf(rule)]));
  waivable.set(DEFAULT_RULE, policy.default === 'deny' ? 'never' : 'allowed');
  for (const rule of waiver?.rules ?? []) {
    const isAgainst = before.reasons.some((one) => one.rule === rule && one.effect !== 'allow');
    if (!isAgainst) throw RegistryError.of('waiver-wrong', `${rule} does not stand against this version`);
    if (waivable.get(rule) === 'never') throw RegistryError.of('waiver-wrong', `nobody may waive ${rule}`);
  }
  const inForce = decision.reasons.filter(({ waiverId }) => waiverId === null);
  const denying = inForce.filter(({ effect, rule }) => effect === 'deny' && waivable.get(rule) === 'never');
  if (denying.length > 0) throw RegistryError.of('policy-denies', denying.map(({ rule }) => rule).join(', '));
  const needed = inForce.filter(
    ({ effect, rule }) => effect === 'deny' || (effect === 'review' && waivable.get(rule) === 'required'),
  );
  if (needed.length > 0) throw RegistryError.of('waiver-needed', needed.map(({ rule }) => rule).join(', '));
}

async function insertApproval({ sql }: Change, { version, request, atMs }: Deciding): Promise<void> {
  await sql
    .insertInto('registry_approvals')
    .values({
      id: newId('approval', atMs),
      version_id: version.id,
      decision: request.decision,
      by_kind: request.by.kind,
      by_id: request.by.id,
      reason: request.reason,
      at: atMs,
    })
    .execute();
}
