import { reasonsAgainst } from '../../contract/reasons-against.ts';
import type { AdmissionDecision } from '../../contract/types/registry.ts';
import type { EntryDraft } from '../../ledger/entry.ts';

/** Of the ledger: 64 reasons of 1024 characters. */
const MAX_REASONS = 50;
const MAX_REASON = 1000;

type DecisionEntry = Required<Pick<EntryDraft, 'decision' | 'reasons' | 'policy'>>;

/** A decision as the ledger has it: with the reasons that brought it about. */
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

/** Without what a waiver takes the force from, and without what another reason is worse than. */
function textsOf(decision: AdmissionDecision): readonly string[] {
  const { outcome, reasons } = decision;
  const inForce = outcome === 'allow' ? reasons.filter(({ waiverId }) => waiverId === null) : reasonsAgainst(decision);
  return inForce.map(({ rule, message }) => `${rule}: ${message}`.slice(0, MAX_REASON));
}
