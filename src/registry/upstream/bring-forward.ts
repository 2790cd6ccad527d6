import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Change } from '../../store/store.ts';
import type { Registry } from '../registry.ts';
import { type VersionRow, writeReleased } from '../versions/move-version.ts';

type Means = Pick<Registry, 'store' | 'bus' | 'clock'>;

/**
 * A version that somebody asked the hub for aside is what `main` leads to by now, or is wanted by whoever may write the model: from here on it
 * counts like any other.
 */
export async function bringForward(means: Means, version: VersionRow, by: PrincipalRef | null): Promise<void> {
  if (version.is_aside === 0) return;
  await means.store.change((change) => bringForwardIn(change, means, { version, by }));
}

/** The same, as a part of what changes. */
export async function bringForwardIn(
  change: Change,
  { bus, clock }: Omit<Means, 'store'>,
  { version, by }: { readonly version: VersionRow; readonly by: PrincipalRef | null },
): Promise<void> {
  const { numUpdatedRows } = await change.sql
    .updateTable('registry_versions')
    .set({ is_aside: 0 })
    .where('id', '=', version.id)
    .where('is_aside', '=', 1)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return;
  await writeReleased(change, version, clock());
  change.record({
    class: 'application-lifecycle',
    activity: 'model.forward',
    actor: by ?? { kind: 'system', id: 'server' },
    object: { kind: 'version', id: version.id },
    outcome: 'success',
    severity: 'informational',
    data: { model: version.model_id, number: version.number },
  });
  change.afterCommit(() => bus.publish('models', version.model_id));
}
