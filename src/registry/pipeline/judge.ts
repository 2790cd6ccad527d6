import type { Kysely } from 'kysely';
import { type AdmissionDecision, admissionDecision } from '../../contract/types/registry.ts';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Database } from '../../store/tables/index.ts';
import { decideVersion } from '../admission/decide-version.ts';
import { RegistryError } from '../errors.ts';
import type { VersionRow } from '../versions/move-version.ts';

type Reader = Pick<Kysely<Database>, 'selectFrom'>;

export interface Judgement {
  /** Of the files as they came and as they are given out, the worse of both; reasons of both. */
  readonly decision: AdmissionDecision;
  /** With what people approved taken into account. */
  readonly outcome: AdmissionDecision['outcome'];
  /** Whose approval it rests on. */
  readonly approver: PrincipalRef | null;
}

/**
 * What the policy of now says of a version that is or was about to be given out. Where it wants a review, an approval since
 * `approvedSinceMs` stands for it, as far as whoever approved saw these very reasons.
 * @throws RegistryError `version-state` for one that was not prepared, `policy-outdated` where the policy wants it converted by now.
 */
export async function judge(
  read: Reader,
  version: VersionRow,
  { nowMs, approvedSinceMs }: { readonly nowMs: number; readonly approvedSinceMs: number },
): Promise<Judgement> {
  const decided = await decideVersion(read, version, nowMs);
  if (decided === null || decided.facts.given === null)
    throw RegistryError.of('version-state', 'it was not examined by this program');
  if (decided.isOutdated) throw RegistryError.of('policy-outdated', 'it has to be converted now');
  const { decision } = decided;
  const approver = await approverOf(read, version, approvedSinceMs);
  const isCovered = decision.outcome === 'review' && approver !== null && coversAll(seenBy(version), decision);
  return { decision, outcome: isCovered ? 'allow' : decision.outcome, approver };
}

/** Rules that stood before whoever approved, but for those that he approved only as long as a waiver holds. */
function seenBy({ decision }: VersionRow): ReadonlySet<string> {
  if (decision === null) return new Set();
  return new Set(
    admissionDecision
      .parse(JSON.parse(decision))
      .reasons.flatMap(({ rule, waiverId }) => (waiverId === null ? [rule] : [])),
  );
}

function coversAll(seen: ReadonlySet<string>, { reasons }: AdmissionDecision): boolean {
  return reasons.every(({ rule, effect, waiverId }) => effect !== 'review' || waiverId !== null || seen.has(rule));
}

async function approverOf(read: Reader, version: VersionRow, sinceMs: number): Promise<PrincipalRef | null> {
  const last = await read
    .selectFrom('registry_approvals')
    .selectAll()
    .where('version_id', '=', version.id)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (last?.decision !== 'approve' || last.at < sinceMs) return null;
  return { kind: last.by_kind, id: last.by_id };
}
