import { sql, type Kysely } from 'kysely';
import { activeAdministrators } from '../../access/grants/last-administrator.ts';
import type { Reviews } from '../../access/reviews/reviews.ts';
import type { ServiceAccounts } from '../../access/services/accounts.ts';
import type { Role } from '../../contract/actions.ts';
import type { Store } from '../../store/store.ts';
import type { Database } from '../../store/tables/index.ts';
import { attentionLimits, daysAgo, type Situation } from './attention.ts';

export interface OverviewParts {
  readonly store: Pick<Store, 'read' | 'ledger'>;
  readonly jobsFailed: number;
  readonly accounts: Pick<ServiceAccounts, 'attention'>;
  readonly reviews: Pick<Reviews, 'noticesFor'>;
  /** Who looks. */
  readonly principalId: string;
  readonly strongFactorRoles: readonly Role[];
  readonly nowMs: number;
}

type Read = Kysely<Database>;

const count = sql<number>`count(*)`;

/** Asks the records what may need attention. */
export async function readSituation(parts: OverviewParts): Promise<Situation> {
  const { store, accounts, reviews, principalId, strongFactorRoles, jobsFailed, nowMs } = parts;
  const { read } = store;
  const { ownerless, endingKeys } = await accounts.attention();
  return {
    nowMs,
    administrators: (await activeAdministrators(read)).length,
    withoutStrongFactor: await countWithoutStrongFactor(read, strongFactorRoles, nowMs),
    failedSignIns: await countFailedSignIns(read, nowMs - attentionLimits.failedSignInMinutes * 60_000),
    ownerless,
    keysExpiring: endingKeys,
    keysUnused: await countUnusedKeys(read, nowMs),
    notices: await reviews.noticesFor(principalId),
    proposals: await countProposals(read),
    reviewsOverdue: await countOverdue(read, nowMs),
    jobsFailed,
    versionsUnexamined: await countUnexamined(read),
    unsignedSinceMs: await unsignedSince(store),
    witnessFaults: await witnessFaults(read),
  };
}

async function countWithoutStrongFactor(read: Read, roles: readonly Role[], nowMs: number): Promise<number> {
  if (roles.length === 0) return 0;
  const { found } = await read
    .selectFrom('people')
    .select(count.as('found'))
    .where('state', '=', 'active')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('grants')
        .select('principal_id')
        .where('role', 'in', [...roles])
        .where('revoked_at', 'is', null)
        .where((or) => or.or([or('expires_at', 'is', null), or('expires_at', '>', nowMs)])),
    )
    .where('id', 'not in', (eb) => eb.selectFrom('people_passkeys').select('person_id'))
    .where('id', 'not in', (eb) =>
      eb.selectFrom('people_totp').select('person_id').where('confirmed_at', 'is not', null),
    )
    .executeTakeFirstOrThrow();
  return found;
}

async function countFailedSignIns(read: Read, sinceMs: number): Promise<number> {
  const { found } = await read
    .selectFrom('ledger_entry')
    .select(count.as('found'))
    .where('area', '=', 'session')
    .where('outcome', '=', 'failure')
    .where('time', '>=', sinceMs)
    .executeTakeFirstOrThrow();
  return found;
}

async function countUnusedKeys(read: Read, nowMs: number): Promise<number> {
  const longAgo = daysAgo(nowMs, attentionLimits.unusedKeyDays);
  const { found } = await read
    .selectFrom('service_keys')
    .select(count.as('found'))
    .where('revoked_at', 'is', null)
    .where('retires_at', 'is', null)
    .where('expires_at', '>', nowMs)
    .where('created_at', '<', longAgo)
    .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', longAgo)]))
    .executeTakeFirstOrThrow();
  return found;
}

async function countProposals(read: Read): Promise<number> {
  const { found } = await read
    .selectFrom('policy_versions')
    .select(count.as('found'))
    .where('state', '=', 'proposed')
    .executeTakeFirstOrThrow();
  return found;
}

async function countOverdue(read: Read, nowMs: number): Promise<number> {
  const { found } = await read
    .selectFrom('review_campaigns')
    .select(count.as('found'))
    .where('closed_at', 'is', null)
    .where('due_at', '<=', nowMs)
    .executeTakeFirstOrThrow();
  return found;
}

async function countUnexamined(read: Read): Promise<number> {
  const { found } = await read
    .selectFrom('registry_versions')
    .select(count.as('found'))
    .where('state', '=', 'released')
    .where('recheck_failures', '>', 0)
    .executeTakeFirstOrThrow();
  return found;
}

/** When the first entry was recorded that the latest checkpoint does not cover. */
async function unsignedSince({ read, ledger }: OverviewParts['store']): Promise<number | null> {
  const latest = await ledger.latest();
  const first = await read
    .selectFrom('ledger_entry')
    .select('time')
    .where('entry_index', '=', latest?.size ?? 0)
    .executeTakeFirst();
  return first?.time ?? null;
}

async function witnessFaults(read: Read): Promise<readonly string[]> {
  const rows = await read
    .selectFrom('ledger_witness')
    .select('name')
    .where('fault', 'is not', null)
    .orderBy('name')
    .execute();
  return rows.map(({ name }) => name);
}
