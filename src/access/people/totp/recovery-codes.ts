import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Database } from '../../../store/tables/index.ts';
import { peopleLimits } from '../limits.ts';
import { hashToken } from '../secrets/one-time-token.ts';
import { base32 } from './base32.ts';

/** 80 bits: with a limit on attempts nobody guesses one, and without their salt nobody searches their hashes. */
const CODE_BYTES = 10;
const GROUP = /.{4}(?=.)/g;

export interface RecoveryCodes {
  /** Shown once. */
  readonly codes: readonly string[];
  readonly hashes: readonly string[];
}

export function newRecoveryCodes(personId: string): RecoveryCodes {
  const codes = Array.from({ length: peopleLimits.recoveryCodes }, () => base32(randomBytes(CODE_BYTES)));
  return {
    codes: codes.map((code) => code.replaceAll(GROUP, '$&-')),
    hashes: codes.map((code) => hashOf(personId, code)),
  };
}

/** Replaces the codes of a person. Call within a change. */
export async function storeRecoveryCodes(
  sql: Kysely<Database>,
  {
    personId,
    hashes,
    nowMs,
  }: { readonly personId: string; readonly hashes: readonly string[]; readonly nowMs: number },
): Promise<void> {
  await sql.deleteFrom('people_recovery_codes').where('person_id', '=', personId).execute();
  await sql
    .insertInto('people_recovery_codes')
    .values(hashes.map((code_hash) => ({ code_hash, person_id: personId, created_at: nowMs, used_at: null })))
    .execute();
}

/** Uses a code up; false where there is none such left. Call within a change. */
export async function spendRecoveryCode(
  sql: Kysely<Database>,
  { personId, code, nowMs }: { readonly personId: string; readonly code: string; readonly nowMs: number },
): Promise<boolean> {
  const spent = await sql
    .updateTable('people_recovery_codes')
    .set({ used_at: nowMs })
    .where('code_hash', '=', hashOf(personId, asWritten(code)))
    .where('person_id', '=', personId)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return spent.numUpdatedRows === 1n;
}

export async function recoveryCodesLeft(sql: Kysely<Database>, personId: string): Promise<number> {
  const { left } = await sql
    .selectFrom('people_recovery_codes')
    .select(({ fn }) => fn.countAll().as('left'))
    .where('person_id', '=', personId)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(left);
}

function hashOf(personId: string, code: string): string {
  return hashToken(`${personId} ${code}`);
}

/** People copy by hand: case, gaps, and the two digits that the alphabet leaves out because they look like letters. */
function asWritten(code: string): string {
  return code.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('0', 'O').replaceAll('1', 'I');
}
