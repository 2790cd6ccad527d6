import { sql, type Kysely } from 'kysely';
import type { z } from 'zod';
import type { overview } from '../../contract/types/server.ts';
import type { Database } from '../../store/tables/index.ts';
import type { Services } from '../services.ts';
import { attentionFor } from './attention.ts';
import { readSituation } from './read-situation.ts';

export type Overview = z.infer<typeof overview>;

const DAY_MS = 86_400_000;
const ACTIVITY_DAYS = 14;

const count = sql<number>`count(*)`;

/** What needs attention, how much there is of everything, and what the last days were like. */
export async function readOverview(services: Services, principalId: string): Promise<Overview> {
  const { store, jobs, programs, reviews, facts, clock } = services;
  const nowMs = clock();
  const { strongFactorRoles } = facts.config.access;
  const { waiting, running, failed } = await jobs.counts();
  const situation = await readSituation({
    store,
    jobsFailed: failed,
    accounts: programs.accounts,
    reviews,
    principalId,
    strongFactorRoles,
    nowMs,
  });
  return {
    attention: [...attentionFor(situation)],
    counts: {
      people: await countPeople(store.read),
      services: await countServices(store.read),
      activeKeys: await countKeys(store.read, nowMs),
      openReviews: await countReviews(store.read),
      proposals: situation.proposals,
      entries: await store.ledger.size(),
      jobsWaiting: waiting + running,
      jobsFailed: failed,
    },
    activity: await readActivity(store.read, nowMs),
  };
}

type Read = Kysely<Database>;

async function countPeople(read: Read): Promise<number> {
  const rows = read.selectFrom('people').select(count.as('found')).where('state', '=', 'active');
  return (await rows.executeTakeFirstOrThrow()).found;
}

async function countServices(read: Read): Promise<number> {
  const rows = read.selectFrom('services').select(count.as('found')).where('state', '=', 'active');
  return (await rows.executeTakeFirstOrThrow()).found;
}

async function countKeys(read: Read, nowMs: number): Promise<number> {
  const rows = read
    .selectFrom('service_keys')
    .select(count.as('found'))
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', nowMs)
    .where((eb) => eb.or([eb('retires_at', 'is', null), eb('retires_at', '>', nowMs)]));
  return (await rows.executeTakeFirstOrThrow()).found;
}

async function countReviews(read: Read): Promise<number> {
  const rows = read.selectFrom('review_campaigns').select(count.as('found')).where('closed_at', 'is', null);
  return (await rows.executeTakeFirstOrThrow()).found;
}

/** Days without any entry are there too, so that a chart has no gaps. */
async function readActivity(read: Read, nowMs: number): Promise<Overview['activity']> {
  const firstDay = Math.floor(nowMs / DAY_MS) - ACTIVITY_DAYS + 1;
  const day = sql<number>`time / ${sql.lit(DAY_MS)}`;
  const rows = await read
    .selectFrom('ledger_entry')
    .select([day.as('day'), 'area', 'decision', 'outcome', count.as('found')])
    .where('time', '>=', firstDay * DAY_MS)
    .where((eb) => eb.or([eb('area', '=', 'session'), eb('decision', 'is not', null)]))
    .groupBy([day, 'area', 'decision', 'outcome'])
    .execute();
  return Array.from({ length: ACTIVITY_DAYS }, (_, index) => {
    const ofDay = rows.filter((row) => row.day === firstDay + index);
    const sum = (isCounted: (row: (typeof rows)[number]) => boolean): number =>
      ofDay.filter(isCounted).reduce((total, { found }) => total + found, 0);
    return {
      day: new Date((firstDay + index) * DAY_MS).toISOString().slice(0, 10),
      allowed: sum(({ decision }) => decision === 'allow'),
      denied: sum(({ decision }) => decision === 'deny'),
      signIns: sum(({ area, outcome }) => area === 'session' && outcome === 'success'),
      failedSignIns: sum(({ area, outcome }) => area === 'session' && outcome === 'failure'),
    };
  });
}
