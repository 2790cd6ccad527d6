import type { Kysely } from 'kysely';
import { sameBytes } from '../../ledger/encoding.ts';
import { edgeNodes, foldRight } from '../../ledger/tree.ts';
import type { Store } from '../store.ts';
import type { Database } from '../tables/index.ts';
import { nodeHash } from '../../node/ledger/crypto.ts';
import { readNodes } from './read-nodes.ts';

export interface Restored {
  /** Why the records are not what was signed. */
  readonly reason: string;
  /** The note that is remembered outside them, or null. */
  readonly remembered: string | null;
}

/**
 * Goes on with records that were restored from an older copy. Checkpoints of what is not there any more are dropped,
 * and an entry says that this was done, from where, and which checkpoint it breaks with: nobody is to find it out for
 * himself and think of a fraud.
 */
export async function resumeRestored(store: Store, { reason, remembered }: Restored): Promise<void> {
  const size = await store.ledger.size();
  const misfits = await findMisfits(store.read, size);
  await store.change(async ({ sql, record }) => {
    await sql.deleteFrom('ledger_checkpoint').where('size', '>', size).execute();
    for (const misfit of misfits) await sql.deleteFrom('ledger_checkpoint').where('size', '=', misfit).execute();
    record({
      class: 'datastore-activity',
      activity: 'ledger.restored',
      actor: { kind: 'system', id: 'ledger' },
      outcome: 'success',
      severity: 'high',
      reasons: [reason],
      data: { size, ...(remembered === null ? {} : { checkpoint: textOf(remembered) }) },
    });
  });
}

/** Sizes of stored checkpoints whose root is not that of the tree: from the newest down to one that fits. */
async function findMisfits(db: Kysely<Database>, size: number): Promise<readonly number[]> {
  const misfits: number[] = [];
  let below = size + 1;
  for (;;) {
    const checkpoint = await db
      .selectFrom('ledger_checkpoint')
      .select(['size', 'root'])
      .where('size', '<', below)
      .where('size', '>', 0)
      .orderBy('size', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (checkpoint === undefined) return misfits;
    const edge = await readNodes(db, edgeNodes(checkpoint.size), checkpoint.size);
    if (sameBytes(foldRight(edge, nodeHash), checkpoint.root)) return misfits;
    misfits.push(checkpoint.size);
    below = checkpoint.size;
  }
}

/** What was signed; the signatures are long and say nothing more. */
function textOf(note: string): string {
  return note.slice(0, note.indexOf('\n\n') + 1);
}
