import type { Kysely } from 'kysely';
import type { Database } from '../tables/index.ts';
import type { JobFilter, JobRecord } from './job.ts';
import { recordOf } from './job-rows.ts';

export async function findJob(read: Kysely<Database>, id: string): Promise<JobRecord | undefined> {
  const row = await read.selectFrom('job').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : recordOf(row);
}

/** From the newest to the oldest: ids begin with the time. */
export async function listJobs(read: Kysely<Database>, filter: JobFilter): Promise<readonly JobRecord[]> {
  const { state, kind, after, limit } = filter;
  let query = read.selectFrom('job').selectAll().orderBy('id', 'desc').limit(limit);
  if (state !== undefined) query = query.where('state', '=', state);
  if (kind !== undefined) query = query.where('kind', '=', kind);
  if (after !== undefined) query = query.where('id', '<', after);
  return (await query.execute()).map(recordOf);
}

export async function countJobs(read: Kysely<Database>): Promise<{ waiting: number; running: number; failed: number }> {
  const rows = await read
    .selectFrom('job')
    .select(['state', (eb) => eb.fn.countAll<number>().as('jobs')])
    .where('state', 'in', ['waiting', 'running', 'failed'])
    .groupBy('state')
    .execute();
  const of = (state: JobRecord['state']): number => rows.find((row) => row.state === state)?.jobs ?? 0;
  return { waiting: of('waiting'), running: of('running'), failed: of('failed') };
}
