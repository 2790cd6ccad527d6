import type { Kysely } from 'kysely';
import type { Database } from '../../store/tables/index.ts';
import type { VersionRow } from '../versions/move-version.ts';
import type { GivenWaiver } from './decide.ts';

type Reader = Pick<Kysely<Database>, 'selectFrom'>;

/** Waivers that concern a version and were not ended: its own, and those of its model as a whole. */
export async function waiversOf(
  read: Reader,
  version: Pick<VersionRow, 'id' | 'model_id'>,
): Promise<readonly GivenWaiver[]> {
  const rows = await read
    .selectFrom('registry_waivers')
    .select(['id', 'rules', 'expires_at', 'ended_at'])
    .where('model_id', '=', version.model_id)
    .where((where) => where.or([where('version_id', '=', version.id), where('version_id', 'is', null)]))
    .where('ended_at', 'is', null)
    .orderBy('id')
    .execute();
  return rows.map(givenWaiver);
}

export function givenWaiver(row: {
  readonly id: string;
  readonly rules: string;
  readonly expires_at: number;
  readonly ended_at: number | null;
}): GivenWaiver {
  return {
    id: row.id,
    rules: JSON.parse(row.rules) as string[],
    expiresAtMs: row.expires_at,
    endedAtMs: row.ended_at,
  };
}
