import type { Change, Store } from '../../store/store.ts';

/** Until the change ends nobody else changes what is written about these contents; SQLite runs one change at a time anyway. */
export async function holdContents(
  { sql }: Change,
  dialect: Store['dialect'],
  digests: readonly string[],
): Promise<void> {
  if (dialect !== 'postgres' || digests.length === 0) return;
  const rows = sql.selectFrom('registry_contents').select('digest').where('digest', 'in', digests);
  await rows.orderBy('digest').forUpdate().execute();
}
