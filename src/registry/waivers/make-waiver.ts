import { findPrincipals, isActive } from '../../access/grants/principals.ts';
import type { PrincipalRef } from '../../contract/types/common.ts';
import { timeText } from '../../contract/time-text.ts';
import { newId } from '../../store/new-id.ts';
import type { Change } from '../../store/store.ts';
import { RegistryError } from '../errors.ts';
import type { VersionRow } from '../versions/move-version.ts';

/** Looks for waivers that have come to their end, and tells owners of those that will. */
const waiversJob = 'registry.waivers';

const YEAR_MS = 366 * 86_400_000;

export interface WaiverRequest {
  /** Ids of rules of the admission policy. */
  readonly rules: readonly string[];
  readonly expiresAtMs: number;
  readonly ownerId: string | undefined;
}

/** @throws RegistryError `waiver-wrong`, `owner-unknown`. */
export async function checkWaiver(
  change: Change,
  { expiresAtMs, ownerId }: WaiverRequest,
  { by, atMs }: { readonly by: PrincipalRef; readonly atMs: number },
): Promise<PrincipalRef> {
  if (expiresAtMs <= atMs) throw RegistryError.of('waiver-wrong', 'it ends in the past');
  if (expiresAtMs > atMs + YEAR_MS) throw RegistryError.of('waiver-wrong', 'it ends more than a year from now');
  if (ownerId === undefined) return by;
  const owner: PrincipalRef = { kind: 'person', id: ownerId };
  const known = await findPrincipals(change.sql, [owner]);
  if (!isActive(known, owner)) throw RegistryError.of('owner-unknown', 'a waiver is owned by an active person');
  return owner;
}

interface NewWaiver {
  readonly version: VersionRow;
  readonly request: WaiverRequest;
  readonly owner: PrincipalRef;
  readonly reason: string;
  readonly by: PrincipalRef;
  readonly atMs: number;
}

/** Writes down a waiver for one version, and sees to it that its end is noticed. */
export async function makeWaiver(
  change: Change,
  { version, request, owner, reason, by, atMs }: NewWaiver,
): Promise<string> {
  const id = newId('waiver', atMs);
  const { expiresAtMs } = request;
  const rules = [...new Set(request.rules)];
  await change.sql
    .insertInto('registry_waivers')
    .values({
      id,
      model_id: version.model_id,
      version_id: version.id,
      rules: JSON.stringify(rules),
      owner_kind: owner.kind,
      owner_id: owner.id,
      reason,
      created_at: atMs,
      expires_at: expiresAtMs,
      ended_at: null,
      warned_at: null,
    })
    .execute();
  change.record({
    class: 'entity-management',
    activity: 'waiver.create',
    actor: by,
    object: { kind: 'waiver', id },
    outcome: 'success',
    severity: 'medium',
    data: { version: version.id, model: version.model_id, rules, owner: owner.id, expiresAt: timeText(expiresAtMs) },
    personal: { reason },
  });
  await change.enqueue({ kind: waiversJob, data: {}, runAt: expiresAtMs });
  return id;
}
