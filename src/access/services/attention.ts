import type { Kysely } from 'kysely';
import type { Database } from '../../store/tables/index.ts';
import { serviceLimits } from './limits.ts';

/** What somebody should look at, as numbers. */
export interface ServiceAttention {
  /** Services that work, and whose owner's account does not. */
  readonly ownerless: number;
  /** Keys that expire soon and have no successor: whoever uses them will stop. */
  readonly endingKeys: number;
}

export async function serviceAttention(read: Kysely<Database>, nowMs: number): Promise<ServiceAttention> {
  const { ownerless } = await read
    .selectFrom('services as s')
    .innerJoin('people as p', 'p.id', 's.owner_id')
    .select(({ fn }) => fn.countAll<number>().as('ownerless'))
    .where('s.state', '=', 'active')
    .where('p.state', '<>', 'active')
    .executeTakeFirstOrThrow();
  const { endingKeys } = await read
    .selectFrom('service_keys')
    .select(({ fn }) => fn.countAll<number>().as('endingKeys'))
    .where('revoked_at', 'is', null)
    .where('replaced_by', 'is', null)
    .where('expires_at', '>', nowMs)
    .where('expires_at', '<=', nowMs + serviceLimits.endingSoonMs)
    .executeTakeFirstOrThrow();
  return { ownerless, endingKeys };
}
