import type { Kysely } from 'kysely';
import { type ActionId, actionIds } from '../../contract/actions.ts';
import { routes } from '../../contract/routes/index.ts';
import type { Database } from '../../store/tables/index.ts';

/**
 * Which action an activity of the ledger needed. Only actions of which every use is an entry: one that is missing here may have been used
 * unseen, so no proposal says that it was not. Looking up who downloaded a model takes models.write and is no entry: it alone keeps no role.
 */
export const actionsByActivity = {
  'admission.put': 'admission.change',
  'grant.give': 'grants.give',
  'grant.take': 'grants.take',
  'job.retry': 'jobs.retry',
  'key.issue': 'keys.issue',
  'key.revoke': 'keys.revoke',
  'key.rotate': 'keys.issue',
  'ledger.export': 'ledger.export',
  'ledger.download': 'ledger.export',
  'ledger.reveal': 'ledger.reveal',
  'model.abandoned': 'models.write',
  'model.approve': 'models.approve',
  'model.archive': 'models.write',
  'model.change': 'models.write',
  'model.examining': 'models.write',
  'model.forward': 'models.write',
  'model.make': 'models.write',
  'model.recalled': 'models.recall',
  'model.reexamine': 'models.approve',
  'model.restore': 'models.write',
  'model.stage': 'models.write',
  'model.uploading': 'models.write',
  'models.reexamine': 'admission.change',
  'people.disable': 'people.change',
  'people.enable': 'people.change',
  'people.erase': 'people.erase',
  'people.invite': 'people.invite',
  'people.invite-again': 'people.invite',
  'people.rename': 'people.change',
  'people.reset-factors': 'people.change',
  'policy.approve': 'policies.decide',
  'policy.propose': 'policies.propose',
  'policy.refuse': 'policies.decide',
  'policy.withdraw': 'policies.propose',
  'project.change': 'projects.change',
  'project.make': 'projects.change',
  'review.close': 'reviews.run',
  'review.decide': 'reviews.decide',
  'review.start': 'reviews.run',
  'service.change': 'services.change',
  'service.disable': 'services.change',
  'service.enable': 'services.change',
  'service.make': 'services.change',
  // By somebody for himself too, for which it takes nothing: then it counts as used, which speaks for keeping.
  'session.revoke-all': 'sessions.revoke',
  'waiver.end': 'models.approve',
} as const satisfies Readonly<Record<string, ActionId>>;

const actionsOfRoutes: ReadonlySet<string> = new Set(
  routes.flatMap(({ access }) => (access.kind === 'action' ? [access.action] : [])),
);

/** Actions of which every use is an entry, and those that nothing offers yet. */
export const recordedActions: ReadonlySet<ActionId> = new Set([
  ...Object.values(actionsByActivity),
  ...actionIds.filter((action) => !actionsOfRoutes.has(action)),
]);

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
