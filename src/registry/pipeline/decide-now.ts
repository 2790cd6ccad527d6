import type { Kysely } from 'kysely';
import { reasonsAgainst } from '../../contract/reasons-against.ts';
import type { AdmissionDecision } from '../../contract/types/registry.ts';
import type { EntryDraft } from '../../ledger/entry.ts';
import type { Database } from '../../store/tables/index.ts';
import { activePolicy } from '../admission/active-policy.ts';
import { decideAdmission } from '../admission/decide.ts';
import { withModelOf } from '../admission/decide-version.ts';
import type { AdmissionFacts } from '../admission/facts.ts';
import { waiversOf } from '../admission/waivers-of.ts';
import type { VersionRow } from '../versions/move-version.ts';

/** Of the ledger: 64 reasons of 1024 characters. */
const MAX_REASONS = 50;
const MAX_REASON = 1000;

/** What the policy in force says, with the waivers that hold now. */
export async function decideNow(
  read: Pick<Kysely<Database>, 'selectFrom'>,
  { version, facts, nowMs }: { readonly version: VersionRow; readonly facts: AdmissionFacts; readonly nowMs: number },
): Promise<AdmissionDecision> {
  const { policy, version: policyVersion } = await activePolicy(read);
  return decideAdmission(policy, await withModelOf(read, version, facts), {
    waivers: await waiversOf(read, version),
    policyVersion,
    nowMs,
  });
}

type DecisionEntry = Required<Pick<EntryDraft, 'decision' | 'reasons' | 'policy'>>;

/** A decision as the ledger has it. */
export function entryOf(decision: AdmissionDecision): DecisionEntry {
  const { outcome, convert, policyVersion } = decision;
  return {
    decision: outcome === 'allow' && convert ? 'transform' : outcome,
    reasons: textsOf(decision).slice(0, MAX_REASONS),
    policy: { id: 'admission', version: policyVersion },
  };
}

/** Why a version was not simply let in, for people. */
export function reasonText(decision: AdmissionDecision): string {
  return textsOf(decision).join('\n').slice(0, MAX_REASON);
}

function textsOf(decision: AdmissionDecision): readonly string[] {
  const { outcome, reasons } = decision;
  const inForce = outcome === 'allow' ? reasons.filter(({ waiverId }) => waiverId === null) : reasonsAgainst(decision);
  return inForce.map(({ rule, message }) => `${rule}: ${message}`.slice(0, MAX_REASON));
}
