import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Bus } from '../../store/bus/bus.ts';
import type { Change, Store } from '../../store/store.ts';
import { nextEpoch } from '../grants/access-epoch.ts';
import { AccessError } from './errors.ts';
import type { PolicyExaminer } from './examiner.ts';
import { couldAnotherDecide, isSameVoice } from './dual-control.ts';
import { requireWayBack } from './lock-out.ts';
import { recordPolicy } from './policy-entries.ts';
import type { DualControl } from './settings.ts';
import { digestOf, readActiveVersion, readVersion, type VersionRow } from './policy-versions.ts';

/** Proposals that wait at once. */
const MAX_PROPOSALS = 50;

export interface PolicyOffice {
  readonly store: Store;
  readonly bus: Bus;
  readonly examiner: PolicyExaminer;
  readonly dualControl: DualControl;
  /** ms since 1970. */
  readonly clock: () => number;
}

/** Who acts, and from where: a way back must be open from there. */
export interface PolicyActor {
  readonly principal: PrincipalRef;
  readonly address: string;
}

export interface PolicyDraft {
  readonly text: string;
  readonly comment: string;
  /** The version in force that the author saw. */
  readonly basedOn: number;
}

/**
 * Proposes policies. Nothing changes until somebody else approves.
 * @throws AccessError `policy-outdated`, `policy-unchanged`, `policy-invalid`, `policy-lock-out`, `policy-limit`.
 */
export async function proposePolicies(
  office: PolicyOffice,
  actor: PolicyActor,
  draft: PolicyDraft,
): Promise<VersionRow> {
  requireNewest(draft.basedOn, await readActiveVersion(office.store.read));
  await requireGood(office, draft.text, actor);
  const { value } = await office.store.change(async (change) => {
    await nextEpoch(change);
    const active = await readActiveVersion(change.sql);
    requireNewest(draft.basedOn, active);
    const row = await insertProposal(change, { draft, actor, active, atMs: office.clock() });
    recordPolicy(change, { activity: 'policy.propose', actor: actor.principal, version: row, comment: draft.comment });
    announce(office, change);
    return row;
  });
  return value;
}

function requireNewest(basedOn: number, active: VersionRow): void {
  if (active.version !== basedOn) {
    throw AccessError.of('policy-outdated', `based on version ${basedOn}, but version ${active.version} is in force`);
  }
}

async function requireGood(office: PolicyOffice, text: string, actor: PolicyActor): Promise<void> {
  const { valid, faults } = await office.examiner.check(text);
  const fault = faults.find(({ severity }) => severity === 'error');
  if (!valid) throw AccessError.of('policy-invalid', fault?.message ?? 'unknown fault');
  await requireWayBack(office, text, actor);
}

interface Proposal {
  readonly draft: PolicyDraft;
  readonly actor: PolicyActor;
  readonly active: VersionRow;
  readonly atMs: number;
}

async function insertProposal({ sql }: Change, { draft, actor, active, atMs }: Proposal): Promise<VersionRow> {
  const digest = digestOf(draft.text);
  if (digest === active.digest) throw AccessError.of('policy-unchanged', `version ${active.version} has the same text`);
  const { waiting } = await sql
    .selectFrom('policy_versions')
    .select(({ fn }) => fn.countAll<number>().as('waiting'))
    .where('state', '=', 'proposed')
    .executeTakeFirstOrThrow();
  if (waiting >= MAX_PROPOSALS) throw AccessError.of('policy-limit', `${MAX_PROPOSALS} wait already`);
  const { newest } = await sql
    .selectFrom('policy_versions')
    .select(({ fn }) => fn.max<number>('version').as('newest'))
    .executeTakeFirstOrThrow();
  return sql
    .insertInto('policy_versions')
    .values({
      version: newest + 1,
      state: 'proposed',
      body: draft.text,
      digest,
      comment: draft.comment,
      based_on: active.version,
      proposed_by: actor.principal.id,
      proposed_at: atMs,
      decided_by: null,
      decided_at: null,
      decision_comment: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export interface PolicyVerdict {
  readonly version: number;
  readonly comment: string;
}

/**
 * Puts a proposal into force, in every process within a second.
 * @throws AccessError `policy-version-unknown`, `policy-decided`, `policy-own-proposal`, `policy-outdated`, `policy-invalid`, `policy-lock-out`.
 */
export async function approvePolicies(
  office: PolicyOffice,
  actor: PolicyActor,
  verdict: PolicyVerdict,
): Promise<VersionRow> {
  const proposal = await readVersion(office.store.read, verdict.version);
  requireOpen(proposal);
  if (digestOf(proposal.body) !== proposal.digest) {
    throw AccessError.of('policy-invalid', 'the text is not the one that was proposed');
  }
  // Once more: what was valid and safe when it was proposed need not be so now.
  await requireGood(office, proposal.body, actor);
  const isOwn = await isSameVoice(office.store.read, [proposal.proposed_by ?? ''], actor.principal);
  if (isOwn) await requireNobodyElse(office, actor);
  const { value } = await office.store.change(async (change) => {
    const epoch = await nextEpoch(change);
    requireNewest(proposal.based_on, await readActiveVersion(change.sql));
    await change.sql
      .updateTable('policy_versions')
      .set({ state: 'superseded' })
      .where('state', '=', 'active')
      .execute();
    const row = await decide(change, { actor, verdict, state: 'active', atMs: office.clock() });
    await change.sql.updateTable('access_state').set({ active_version: row.version, epoch }).execute();
    const data = { proposedBy: row.proposed_by ?? 'server', ownProposal: isOwn };
    recordPolicy(change, {
      activity: 'policy.approve',
      actor: actor.principal,
      version: row,
      comment: verdict.comment,
      data,
    });
    announce(office, change);
    return row;
  });
  return value;
}

async function requireNobodyElse(office: PolicyOffice, actor: PolicyActor): Promise<void> {
  if (office.dualControl === 'always') {
    throw AccessError.of('policy-own-proposal', 'it is yours, and this server demands a second person');
  }
  if (await couldAnotherDecide(office, actor)) {
    throw AccessError.of('policy-own-proposal', 'it is yours, and another person could decide');
  }
}

/** @throws AccessError `policy-version-unknown`, `policy-decided`. */
export async function refusePolicies(
  office: PolicyOffice,
  actor: PolicyActor,
  verdict: PolicyVerdict,
): Promise<VersionRow> {
  return close(office, actor, { verdict, state: 'refused', activity: 'policy.refuse' });
}

/** @throws AccessError `policy-version-unknown`, `policy-decided`, `policy-not-yours`. */
export async function withdrawPolicies(office: PolicyOffice, actor: PolicyActor, version: number): Promise<VersionRow> {
  const { proposed_by: proposer } = await readVersion(office.store.read, version);
  if (proposer !== actor.principal.id)
    throw AccessError.of('policy-not-yours', `version ${version} is somebody else’s`);
  return close(office, actor, { verdict: { version, comment: '' }, state: 'withdrawn', activity: 'policy.withdraw' });
}

interface Closing {
  readonly verdict: PolicyVerdict;
  readonly state: 'refused' | 'withdrawn';
  readonly activity: 'policy.refuse' | 'policy.withdraw';
}

async function close(
  office: PolicyOffice,
  actor: PolicyActor,
  { verdict, state, activity }: Closing,
): Promise<VersionRow> {
  const { value } = await office.store.change(async (change) => {
    await nextEpoch(change);
    const row = await decide(change, { actor, verdict, state, atMs: office.clock() });
    recordPolicy(change, { activity, actor: actor.principal, version: row, comment: verdict.comment });
    announce(office, change);
    return row;
  });
  return value;
}

interface Deciding {
  readonly actor: PolicyActor;
  readonly verdict: PolicyVerdict;
  readonly state: 'active' | 'refused' | 'withdrawn';
  readonly atMs: number;
}

async function decide({ sql }: Change, { actor, verdict, state, atMs }: Deciding): Promise<VersionRow> {
  requireOpen(await readVersion(sql, verdict.version));
  return sql
    .updateTable('policy_versions')
    .set({ state, decided_by: actor.principal.id, decided_at: atMs, decision_comment: verdict.comment })
    .where('version', '=', verdict.version)
    .returningAll()
    .executeTakeFirstOrThrow();
}

function requireOpen({ state, version }: VersionRow): void {
  if (state !== 'proposed') throw AccessError.of('policy-decided', `version ${version} is ${state}`);
}

function announce({ bus }: PolicyOffice, change: Change): void {
  change.afterCommit(() => bus.publish('policies', 'changed'));
}
