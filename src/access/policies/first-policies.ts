import type { Store } from '../../store/store.ts';
import { nextEpoch } from '../grants/access-epoch.ts';
import { defaultPolicies } from './default-policies.ts';
import { recordPolicy } from './policy-entries.ts';
import { digestOf } from './policy-versions.ts';

/**
 * Puts the policies that come with the program into force: on a new server, and after an update of the program where nobody has made
 * policies of his own. Several processes that start at once take turns, and the first one does it.
 */
export async function putFirstPolicies(store: Store, atMs: number): Promise<void> {
  const digest = digestOf(defaultPolicies);
  if (await isInForce(store, digest)) return;
  await store.change(async (change) => {
    const epoch = await nextEpoch(change);
    const active = await change.sql
      .selectFrom('policy_versions')
      .select(['version', 'digest', 'proposed_by'])
      .where('state', '=', 'active')
      .executeTakeFirst();
    if (active !== undefined && (active.proposed_by !== null || active.digest === digest)) return;
    const newest = await change.sql
      .selectFrom('policy_versions')
      .select(({ fn }) => fn.max<number | null>('version').as('version'))
      .executeTakeFirst();
    const version = { version: (newest?.version ?? 0) + 1, digest, based_on: active?.version ?? 0 };
    await change.sql
      .updateTable('policy_versions')
      .set({ state: 'superseded' })
      .where('state', '=', 'active')
      .execute();
    await change.sql
      .insertInto('policy_versions')
      .values({
        ...version,
        state: 'active',
        body: defaultPolicies,
        comment: 'the policies that come with the program',
        proposed_by: null,
        proposed_at: atMs,
        decided_by: null,
        decided_at: atMs,
        decision_comment: null,
      })
      .execute();
    await change.sql.updateTable('access_state').set({ active_version: version.version, epoch }).execute();
    recordPolicy(change, { activity: 'policy.load', actor: null, version, comment: '' });
  });
}

/** True as well where people made their own: then there is nothing to do. */
async function isInForce({ read }: Store, digest: string): Promise<boolean> {
  const active = await read
    .selectFrom('policy_versions')
    .select(['digest', 'proposed_by'])
    .where('state', '=', 'active')
    .executeTakeFirst();
  return active !== undefined && (active.proposed_by !== null || active.digest === digest);
}
