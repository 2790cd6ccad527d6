import type { Kysely } from 'kysely';
import type { Database } from '../../../store/tables/index.ts';
import type { People } from '../people.ts';
import { matchingStep } from './totp.ts';

/** Where the secret of a person is sealed for: that of somebody else, copied into his row, does not open. */
export function totpContext(personId: string): string {
  return `totp ${personId}`;
}

/** Uses a code up within a change; false where it is wrong or was used. */
export async function spendTotpCode(
  { secrets }: Pick<People, 'secrets'>,
  sql: Kysely<Database>,
  { personId, code, nowMs }: { readonly personId: string; readonly code: string; readonly nowMs: number },
): Promise<boolean> {
  const row = await sql
    .selectFrom('people_totp')
    .select(['secret', 'last_step'])
    .where('person_id', '=', personId)
    .executeTakeFirst();
  if (row === undefined || row.secret === null) return false;
  const secret = secrets.open(row.secret, totpContext(personId));
  const step = matchingStep(secret, code, { atMs: nowMs, lastStep: row.last_step });
  if (step === null) return false;
  const spent = await sql
    .updateTable('people_totp')
    .set({ last_step: step })
    .where('person_id', '=', personId)
    // Another process may have taken the same code since it was read here.
    .where('last_step', '<', step)
    .executeTakeFirst();
  return spent.numUpdatedRows === 1n;
}
