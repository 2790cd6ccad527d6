import { CompiledQuery } from 'kysely';
import type { Column, Session } from '../column.ts';
import { StoreError } from '../errors.ts';
import type { LedgerAppender } from '../ledger/append.ts';
import type { ChangeRun } from './change-run.ts';

export interface Batch {
  readonly column: Column;
  readonly session: Session;
  readonly appender: LedgerAppender;
  readonly changes: readonly ChangeRun<unknown>[];
}

const COMMIT = CompiledQuery.raw('commit');

/**
 * Appends what the changes of a batch recorded, and commits.
 * @throws StoreError when nothing of it was committed, or nobody can say: `outcome-unknown`.
 */
export async function commitBatch(batch: Batch): Promise<void> {
  const { column, session, appender, changes } = batch;
  const entries = changes.flatMap((one) => one.sealed);
  const appended = entries.length === 0 ? null : await appender.append(session, entries);
  const transactionId = await column.transactionId(session);
  try {
    await commit(session);
  } catch (error) {
    await decideOutcome(column, transactionId, error);
  }
  if (appended === null) return;
  appended.confirm();
  let index = appended.firstIndex;
  for (const one of changes) {
    one.place(index);
    index += one.sealed.length;
  }
}

/** PostgreSQL answers a commit of a transaction in which a statement failed with ROLLBACK, and no error. */
async function commit(session: Session): Promise<void> {
  const { rows } = await session.connection.executeQuery<{ readonly command?: string }>(COMMIT);
  if (rows[0]?.command === 'ROLLBACK') throw StoreError.of('store-failed', 'the transaction had failed before');
}

/** Returns when the batch is durable although its commit was not answered. */
async function decideOutcome(column: Column, transactionId: string | null, error: unknown): Promise<void> {
  if (transactionId === null || !column.isConnectionLost(error)) throw error;
  const outcome = await column.outcomeOf(transactionId);
  if (outcome === 'committed') return;
  if (outcome === 'rolled-back') throw error;
  throw StoreError.of('outcome-unknown', 'the connection was lost while it was committed', error);
}
