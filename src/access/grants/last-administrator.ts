import type { Kysely } from 'kysely';
import type { Change } from '../../store/store.ts';
import type { Database } from '../../store/tables/index.ts';
import { AccessError } from '../policies/errors.ts';
import { nextEpoch } from './access-epoch.ts';

/** More administrators than this are not looked at: one active one among them is enough. */
const MAX_ADMINISTRATORS = 1_000;

/**
 * The server always has an active person who is its administrator, without expiry and conditions. To be called at the end of every change
 * that takes a grant away, or disables or erases a person (`without`: as if he were gone already). Waits for its turn, so that two such changes cannot each count on whom the other
 * takes away.
 * @throws AccessError `grant-last-administrator`.
 */
export async function requireAdministrator(change: Change, without?: { readonly personId: string }): Promise<void> {
  await nextEpoch(change);
  const ids = (await activeAdministrators(change.sql)).filter((id) => id !== without?.personId);
  if (ids.length > 0) return;
  throw AccessError.of('grant-last-administrator', 'no other active person holds the role on the server for good');
}

/** Active people who are administrators of the server for good. */
export async function activeAdministrators(read: Kysely<Database>): Promise<readonly string[]> {
  const rows = await read
    .selectFrom('grants')
    .innerJoin('people', 'people.id', 'grants.principal_id')
    .select('principal_id')
    .distinct()
    .where('people.state', '=', 'active')
    .where('scope_kind', '=', 'server')
    .where('role', '=', 'administrator')
    .where('revoked_at', 'is', null)
    .where('expires_at', 'is', null)
    .where('conditions', '=', '{}')
    .limit(MAX_ADMINISTRATORS)
    .execute();
  return rows.map((row) => row.principal_id);
}
