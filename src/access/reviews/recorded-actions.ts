import type { Kysely } from 'kysely';
import type { ActionId } from '../../contract/actions.ts';
import type { Database } from '../../store/tables/index.ts';

/**
 * Which action an activity of the ledger needed. Only actions of which every use is an entry: one that is missing here may have been used
 * unseen, so no proposal says that it was not.
 */
export const actionsByActivity = {
  'grant.give': 'grants.give',
  'grant.take': 'grants.take',
  'key.issue': 'keys.issue',
  'key.revoke': 'keys.revoke',
  'key.rotate': 'keys.issue',
  'review.close': 'reviews.run',
  'review.decide': 'reviews.decide',
  'review.start': 'reviews.run',
  'service.change': 'services.change',
  'service.disable': 'services.change',
  'service.enable': 'services.change',
  'service.make': 'services.change',
} as const satisfies Readonly<Record<string, ActionId>>;

/** Actions of which every use is an entry. */
export const recordedActions: ReadonlySet<ActionId> = new Set(Object.values(actionsByActivity));

/** What each principal did since a time (ms since 1970), as far as the ledger shows it. */
export async function readActs(
  read: Kysely<Database>,
  sinceMs: number,
): Promise<ReadonlyMap<string, ReadonlySet<ActionId>>> {
  const rows = await read
    .selectFrom('ledger_entry')
    .select(['actor_id', 'activity'])
    .distinct()
    .where('activity', 'in', Object.keys(actionsByActivity))
    .where('time', '>=', sinceMs)
    .where('outcome', '=', 'success')
    .execute();
  const acts = new Map<string, Set<ActionId>>();
  for (const { actor_id: actorId, activity } of rows) {
    const known = acts.get(actorId) ?? new Set();
    known.add(actionsByActivity[activity as keyof typeof actionsByActivity]);
    acts.set(actorId, known);
  }
  return acts;
}
