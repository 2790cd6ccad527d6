import type { Transaction } from 'kysely';
import type { Database } from '../../store/tables/index.ts';
import type { ServiceTable } from '../../store/tables/services.ts';
import { ServiceError } from './errors.ts';

/** @throws ServiceError `service-unknown`. */
export async function findService(read: Pick<Transaction<Database>, 'selectFrom'>, id: string): Promise<ServiceTable> {
  const row = await read.selectFrom('services').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw ServiceError.of('service-unknown', id);
  return row;
}

/**
 * Holds the row until the change is committed, in every process: nobody disables the service in between.
 * @throws ServiceError `service-unknown`, `service-disabled`.
 */
export async function holdActiveService(sql: Transaction<Database>, id: string): Promise<void> {
  const { numUpdatedRows } = await sql
    .updateTable('services')
    .set({ state: 'active' })
    .where('id', '=', id)
    .where('state', '=', 'active')
    .executeTakeFirst();
  if (numUpdatedRows > 0n) return;
  await findService(sql, id);
  throw ServiceError.of('service-disabled', id);
}
