import type { Change } from '../store.ts';
import { BlobError } from './errors.ts';

/**
 * To be called in the change that begins to name a blob, so that nothing removes it from then on. The blob was put before; after the change
 * it must be looked for (`stat`), because what removed it may have done so just before.
 * @throws BlobError `blobs-unavailable` while it is being removed: put it again in a moment.
 */
export async function nameBlob({ sql }: Change, digest: string, atMs: number): Promise<void> {
  // The row is also what others wait for until this change is committed.
  const free = await sql
    .insertInto('blob_removals')
    .values({ digest, wanted_at: atMs, claimed_at: null })
    .onConflict((conflict) =>
      conflict.column('digest').doUpdateSet({ wanted_at: atMs }).where('blob_removals.claimed_at', 'is', null),
    )
    .returning('digest')
    .executeTakeFirst();
  if (free === undefined) throw unsettled(digest);
  await sql.deleteFrom('blob_removals').where('digest', '=', digest).execute();
}

/** Says that something ceases to name these blobs, in the change that does: they are removed where nothing else names them. */
export async function unnameBlobs({ sql }: Change, digests: readonly string[], atMs: number): Promise<void> {
  const wanted = [...new Set(digests)];
  for (let at = 0; at < wanted.length; at += ROWS_AT_ONCE) {
    await sql
      .insertInto('blob_removals')
      .values(wanted.slice(at, at + ROWS_AT_ONCE).map((digest) => ({ digest, wanted_at: atMs, claimed_at: null })))
      .onConflict((conflict) => conflict.column('digest').doNothing())
      .execute();
  }
}

/** Rows of one statement: a statement of SQLite takes 32,766 values. */
const ROWS_AT_ONCE = 1000;

export function unsettled(digest: string): BlobError {
  return BlobError.of('blobs-unavailable', { operation: 'store a blob', reason: `${digest} is being removed` });
}
