import type { Kysely } from 'kysely';
import type { Database } from '../../../store/tables/index.ts';
import { recoveryCodesLeft } from '../totp/recovery-codes.ts';
import type { Self } from './own-session.ts';
import { timeText, timeTextOrNull } from '../../../contract/time-text.ts';

interface OwnPasskey {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  readonly synced: boolean;
}

export interface OwnFactors {
  readonly hasPassword: boolean;
  readonly hasTotp: boolean;
  readonly recoveryCodesLeft: number;
  readonly passkeys: OwnPasskey[];
}

/** The factors of an account, for its owner. A suspended passkey is shown: he has to remove it. */
export async function ownFactors(sql: Kysely<Database>, { account }: Self): Promise<OwnFactors> {
  const rows = await sql
    .selectFrom('people_passkeys')
    .selectAll()
    .where('person_id', '=', account.id)
    .orderBy('id')
    .execute();
  return {
    hasPassword: account.phc !== undefined,
    hasTotp: account.hasTotp,
    recoveryCodesLeft: await recoveryCodesLeft(sql, account.id),
    passkeys: rows.map((row) => ({
      id: row.id,
      name: row.suspended_at === null ? row.name : `${row.name} (suspended)`,
      createdAt: timeText(row.created_at),
      lastUsedAt: timeTextOrNull(row.last_used_at),
      synced: row.is_synced === 1,
    })),
  };
}
