import { sql, type Kysely, type SqlBool } from 'kysely';
import type { Change, Store } from '../store.ts';
import { newId } from '../new-id.ts';
import type { Database } from '../tables/index.ts';
import type { ClaimedJob } from './claimed-job.ts';
import { JobError } from './errors.ts';
import type { JobRequest, JobResult } from './job.ts';
import { claimedOf, type JobRow } from './job-rows.ts';
import { jobLimits } from './limits.ts';

/** A job that waits, and when it may run. */
export interface DueJob {
  readonly id: string;
  readonly kind: string;
  readonly claim: number;
  readonly runAt: number;
}

/** What an attempt came to. */
export type Outcome =
  | { readonly state: 'done'; readonly result: JobResult | undefined }
  | { readonly state: 'failed'; readonly error: string }
  | { readonly state: 'waiting'; readonly error: string | null; readonly runAt: number; readonly isCounted: boolean };

const NOTHING_UNDER_WAY = { lease_until: null, progress_permille: null } as const;
const DIED = 'its worker ended without an answer';

/** Adds a job, or finds the one with its unique key. @throws JobError `job-data-too-large` */
export async function addJob(change: Change, request: JobRequest, nowMs: number): Promise<DueJob & { isNew: boolean }> {
  const data = JSON.stringify(request.data);
  const bytes = Buffer.byteLength(data);
  if (bytes > jobLimits.maxDataBytes) {
    throw JobError.of('job-data-too-large', { bytes, allowed: jobLimits.maxDataBytes });
  }
  const due: DueJob = { id: newId('job', nowMs), kind: request.kind, claim: 0, runAt: request.runAt ?? nowMs };
  const row: JobRow = { ...newRow(request, nowMs), id: due.id, data, run_at: due.runAt };
  for (;;) {
    const insert = change.sql
      .insertInto('job')
      .values(row)
      .onConflict((conflict) => conflict.doNothing());
    const { numInsertedOrUpdatedRows = 0n } = await insert.executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows > 0n) return { ...due, isNew: true };
    const same = await findSame(change, request);
    // Undefined where it ended just now.
    if (same !== undefined) return { ...same, isNew: false };
  }
}

function newRow(
  { kind, maxAttempts, uniqueKey, requestedBy }: JobRequest,
  nowMs: number,
): Omit<JobRow, 'id' | 'data' | 'run_at'> {
  return {
    kind,
    state: 'waiting',
    attempts: 0,
    max_attempts: Math.max(1, maxAttempts ?? jobLimits.defaultMaxAttempts),
    claim: 0,
    unique_key: uniqueKey ?? null,
    created_at: nowMs,
    started_at: null,
    ended_at: null,
    error: null,
    requested_by_kind: requestedBy?.kind ?? null,
    requested_by_id: requestedBy?.id ?? null,
    result_digest: null,
    result_bytes: null,
    result_name: null,
    ...NOTHING_UNDER_WAY,
  };
}

async function findSame(change: Change, { kind, uniqueKey = '' }: JobRequest): Promise<DueJob | undefined> {
  const row = await change.sql
    .selectFrom('job')
    .selectAll()
    .where('kind', '=', kind)
    .where('unique_key', '=', uniqueKey)
    .where('state', 'in', ['waiting', 'running'])
    .executeTakeFirst();
  return row === undefined ? undefined : dueOf(row);
}

/** Jobs that may run now, the longest due first. */
export async function dueJobs(
  read: Kysely<Database>,
  kinds: readonly string[],
  nowMs: number,
  limit: number,
): Promise<readonly DueJob[]> {
  return (await dueQuery(read, kinds, nowMs, limit).execute()).map(dueOf);
}

function dueQuery(db: Kysely<Database>, kinds: readonly string[], nowMs: number, limit: number) {
  return db
    .selectFrom('job')
    .selectAll()
    .where('state', '=', 'waiting')
    .where('run_at', '<=', nowMs)
    .where('kind', 'in', kinds)
    .orderBy('run_at')
    .orderBy('id')
    .limit(limit);
}

interface ClaimTimes {
  readonly nowMs: number;
  readonly leaseMs: number;
}

/** Begins an attempt at a job that waits. Undefined where somebody else was faster. */
export async function claimJob(change: Change, id: string, times: ClaimTimes): Promise<ClaimedJob | undefined> {
  const [job] = await beginAttempts(change, [id], times);
  return job;
}

/** Begins attempts at the jobs that are longest due. Several processes at once take different ones. */
export async function claimDue(
  change: Change,
  due: { readonly dialect: Store['dialect']; readonly kinds: readonly string[]; readonly limit: number },
  times: ClaimTimes,
): Promise<readonly ClaimedJob[]> {
  const query = dueQuery(change.sql, due.kinds, times.nowMs, due.limit).clearSelect().select('id');
  const rows = await (due.dialect === 'postgres' ? query.forUpdate().skipLocked() : query).execute();
  const ids = rows.map(({ id }) => id);
  return ids.length === 0 ? [] : beginAttempts(change, ids, times);
}

async function beginAttempts(change: Change, ids: readonly string[], times: ClaimTimes): Promise<ClaimedJob[]> {
  const rows = await change.sql
    .updateTable('job')
    .set((eb) => ({
      state: 'running' as const,
      claim: eb('claim', '+', 1),
      attempts: eb('attempts', '+', 1),
      lease_until: times.nowMs + times.leaseMs,
      started_at: eb.fn.coalesce('started_at', eb.val(times.nowMs)),
      progress_permille: null,
    }))
    .where('id', 'in', ids)
    .where('state', '=', 'waiting')
    .returningAll()
    .execute();
  return rows.map(claimedOf);
}

/** Says that an attempt is still under way. False where the job was lost to another. */
export async function renewLease(
  change: Change,
  job: ClaimedJob,
  news: { readonly leaseUntil: number; readonly progress?: number },
): Promise<boolean> {
  const { progress } = news;
  const permille = progress === undefined ? {} : { progress_permille: Math.round(progress * 1000) };
  const { numUpdatedRows } = await held(change, job)
    .set({ lease_until: news.leaseUntil, ...permille })
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/** Whether an attempt still has its job. */
export async function isHeld(read: Kysely<Database>, { id, claim }: ClaimedJob): Promise<boolean> {
  const query = read.selectFrom('job').select('id').where('id', '=', id).where('claim', '=', claim);
  return (await query.where('state', '=', 'running').executeTakeFirst()) !== undefined;
}

/** Ends an attempt. False where the job was lost to another: then nothing is changed, and the other ends it. */
export async function endAttempt(change: Change, job: ClaimedJob, outcome: Outcome, nowMs: number): Promise<boolean> {
  const { numUpdatedRows } = await held(change, job)
    .set({ ...NOTHING_UNDER_WAY, ...changesOf(job, outcome, nowMs) })
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

function changesOf(job: ClaimedJob, outcome: Outcome, nowMs: number): Partial<JobRow> {
  if (outcome.state === 'failed') return { state: 'failed', ended_at: nowMs, error: outcome.error };
  if (outcome.state === 'waiting') {
    const { error, runAt, isCounted } = outcome;
    return { state: 'waiting', error, run_at: runAt, attempts: job.attempt - (isCounted ? 0 : 1) };
  }
  const { digest = null, bytes = null, name = null } = outcome.result ?? {};
  const result = { result_digest: digest, result_bytes: bytes, result_name: name };
  return { state: 'done', ended_at: nowMs, error: null, ...result };
}

function held(change: Change, { id, claim }: ClaimedJob) {
  return change.sql.updateTable('job').where('id', '=', id).where('claim', '=', claim).where('state', '=', 'running');
}

/** Whether there are attempts whose worker has said nothing for too long. */
export async function hasLost(read: Kysely<Database>, nowMs: number): Promise<boolean> {
  const row = await read.selectFrom('job').select('id').where(isLost(nowMs)).limit(1).executeTakeFirst();
  return row !== undefined;
}

/** Takes jobs from workers that died: they wait again, or have failed where that was the last attempt. */
export async function takeLost(change: Change, nowMs: number): Promise<{ waiting: DueJob[]; failed: ClaimedJob[] }> {
  const failed = await change.sql
    .updateTable('job')
    .set({ ...NOTHING_UNDER_WAY, state: 'failed', ended_at: nowMs, error: DIED })
    .where(isLost(nowMs))
    .whereRef('attempts', '>=', 'max_attempts')
    .returningAll()
    .execute();
  const waiting = await change.sql
    .updateTable('job')
    .set({ ...NOTHING_UNDER_WAY, state: 'waiting', run_at: nowMs, error: DIED })
    .where(isLost(nowMs))
    .returningAll()
    .execute();
  return { waiting: waiting.map(dueOf), failed: failed.map(claimedOf) };
}

function isLost(nowMs: number) {
  return sql<SqlBool>`state = 'running' and lease_until < ${nowMs}`;
}

/** Lets a failed job begin anew. @throws JobError `job-missing`, `job-not-failed`, `job-superseded` */
export async function renewFailed(change: Change, id: string, nowMs: number): Promise<DueJob> {
  const row = await change.sql.selectFrom('job').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw JobError.of('job-missing', { id });
  if (row.state !== 'failed') throw JobError.of('job-not-failed', { id, state: row.state });
  const other = await change.sql
    .selectFrom('job')
    .select('id')
    .where('kind', '=', row.kind)
    .where('unique_key', '=', row.unique_key)
    .where('state', 'in', ['waiting', 'running'])
    .executeTakeFirst();
  if (other !== undefined) throw JobError.of('job-superseded', { id, other: other.id });
  const renewed = await change.sql
    .updateTable('job')
    .set({ state: 'waiting', attempts: 0, run_at: nowMs, started_at: null, ended_at: null, error: null })
    .where('id', '=', id)
    .where('state', '=', 'failed')
    .returningAll()
    .executeTakeFirst();
  if (renewed === undefined) throw JobError.of('job-not-failed', { id, state: 'waiting' });
  return dueOf(renewed);
}

/** Ends a job that waits or runs: whoever works on it loses it. @throws JobError `job-missing`, `job-ended` */
export async function cancelJob(change: Change, id: string, nowMs: number): Promise<void> {
  const { numUpdatedRows } = await change.sql
    .updateTable('job')
    .set({ ...NOTHING_UNDER_WAY, state: 'cancelled', ended_at: nowMs })
    .where('id', '=', id)
    .where('state', 'in', ['waiting', 'running'])
    .executeTakeFirstOrThrow();
  if (numUpdatedRows > 0n) return;
  const row = await change.sql.selectFrom('job').select('state').where('id', '=', id).executeTakeFirst();
  throw row === undefined ? JobError.of('job-missing', { id }) : JobError.of('job-ended', { id, state: row.state });
}

/** Removes records of jobs that ended before a time and left nothing behind. */
export async function forgetEnded(store: Store, before: number): Promise<void> {
  const old = store.read
    .selectFrom('job')
    .select('id')
    .where('state', 'in', ['done', 'failed', 'cancelled'])
    .where('ended_at', '<', before)
    .where('result_digest', 'is', null)
    .limit(jobLimits.maxForgottenAtOnce);
  const ids = (await old.execute()).map(({ id }) => id);
  if (ids.length === 0) return;
  await store.change((change) => change.sql.deleteFrom('job').where('id', 'in', ids).execute());
}

function dueOf({ id, kind, claim, run_at: runAt }: JobRow): DueJob {
  return { id, kind, claim, runAt };
}
