import type { Change } from '../../store/store.ts';
import { AccessError } from '../policies/errors.ts';
import { nextEpoch } from './access-epoch.ts';
import { findPrincipals, isActive } from './principals.ts';

/** More administrators than this are not looked at: one active one among them is enough. */
const MAX_ADMINISTRATORS = 1_000;

/**
 * The server always has an active person who is its administrator, without expiry and conditions. To be called at the end of every change
 * that takes a grant away, or disables or erases a person. Waits for its turn, so that two such changes cannot each count on whom the other
 * takes away.
 * @throws AccessError `grant-last-administrator`.
 */
export async function requireAdministrator(change: Change): Promise<void> {
  await nextEpoch(change);
  const rows = await change.sql
    .selectFrom('grants')
    .select('principal_id')
    .distinct()
    .where('scope_kind', '=', 'server')
    .where('role', '=', 'administrator')
    .where('principal_kind', '=', 'person')
    .where('revoked_at', 'is', null)
    .where('expires_at', 'is', null)
    .where('conditions', '=', '{}')
    .limit(MAX_ADMINISTRATORS)
    .execute();
  const refs = rows.map((row) => ({ kind: 'person' as const, id: row.principal_id }));
  const people = await findPrincipals(change.sql, refs);
  if (!refs.some((ref) => isActive(people, ref))) {
    throw AccessError.of('grant-last-administrator', 'no other active person holds the role on the server for good');
  }
}
