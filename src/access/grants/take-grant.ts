import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Change } from '../../store/store.ts';
import type { Caller } from '../caller.ts';
import { AccessError } from '../policies/errors.ts';
import { requireWayBackWithoutGrant, type WayBackView } from '../policies/way-back.ts';
import { nextEpoch } from './access-epoch.ts';
import { type Grant, grantOfRow } from './grant.ts';
import { recordGrant } from './grant-entries.ts';
import { requireRank } from './give-grant.ts';
import { requireAdministrator } from './last-administrator.ts';

export interface Taking {
  readonly grantId: string;
  readonly reason: string;
  /** Now, and by what it is judged whether somebody is left who can change the policies. */
  readonly view: WayBackView;
}

/**
 * Takes a grant away for a caller who was allowed `grants.take` on its scope: nobody takes a role that is above his own there.
 * Everybody may lay down his own, except for the last administrator.
 * @throws AccessError `grant-unknown`, `grant-ended`, `grant-above-own-role`, `grant-last-administrator`, `grant-last-way-back`.
 */
export async function takeGrantAs(change: Change, caller: Caller, taking: Taking): Promise<Grant> {
  const epoch = await nextEpoch(change);
  const grant = await findGrant(change, taking.grantId);
  if (caller.principal?.id !== grant.principal.id) {
    await requireRank(change, caller, { role: grant.role, scope: grant.scope, atMs: taking.view.atMs });
  }
  return take(change, { grant, by: caller.principal, taking, epoch });
}

/**
 * Takes a grant away as the result of a review, or of the server itself (`by` null). The caller of this has checked who may.
 * @throws AccessError `grant-unknown`, `grant-ended`, `grant-last-administrator`, `grant-last-way-back`.
 */
export async function takeGrant(change: Change, by: PrincipalRef | null, taking: Taking): Promise<Grant> {
  const epoch = await nextEpoch(change);
  return take(change, { grant: await findGrant(change, taking.grantId), by, taking, epoch });
}

async function findGrant({ sql }: Change, grantId: string): Promise<Grant> {
  const row = await sql.selectFrom('grants').selectAll().where('id', '=', grantId).executeTakeFirst();
  if (row === undefined) throw AccessError.of('grant-unknown', grantId);
  if (row.revoked_at !== null) throw AccessError.of('grant-ended', 'it was taken away before');
  return grantOfRow(row);
}

interface Taken {
  readonly grant: Grant;
  readonly by: PrincipalRef | null;
  readonly taking: Taking;
  readonly epoch: number;
}

async function take(change: Change, { grant, by, taking, epoch }: Taken): Promise<Grant> {
  const { reason, view } = taking;
  const { atMs } = view;
  await change.sql
    .updateTable('grants')
    .set({ revoked_at: atMs, changed_epoch: epoch })
    .where('id', '=', grant.id)
    .execute();
  if (grant.role === 'administrator' && grant.scope.kind === 'server') await requireAdministrator(change);
  await requireWayBackWithoutGrant(change, view, grant);
  recordGrant(change, { activity: 'grant.take', actor: by, grant, reason });
  return { ...grant, revokedAtMs: atMs };
}

/**
 * Takes every grant of somebody who is erased.
 * @throws AccessError `grant-last-administrator`, `grant-last-way-back`.
 */
export async function takeAllGrants(
  change: Change,
  by: PrincipalRef | null,
  { principalId, reason, view }: Omit<Taking, 'grantId'> & { readonly principalId: string },
): Promise<void> {
  const epoch = await nextEpoch(change);
  const rows = await change.sql
    .selectFrom('grants')
    .selectAll()
    .where('principal_id', '=', principalId)
    .where('revoked_at', 'is', null)
    .execute();
  for (const row of rows) {
    await take(change, { grant: grantOfRow(row), by, taking: { grantId: row.id, reason, view }, epoch });
  }
}
