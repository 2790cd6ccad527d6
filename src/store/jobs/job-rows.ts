import type { Selectable } from 'kysely';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { JobTable } from '../tables/jobs.ts';
import type { ClaimedJob } from './claimed-job.ts';
import type { Json, JobRecord, JobResult } from './job.ts';

export type JobRow = Selectable<JobTable>;

export function recordOf(row: JobRow): JobRecord {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    attempts: row.attempts,
    progress: row.progress_permille === null ? null : row.progress_permille / 1000,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    error: row.error,
    requestedBy: requesterOf(row),
    result: resultOf(row),
  };
}

export function claimedOf(row: JobRow): ClaimedJob {
  return {
    id: row.id,
    kind: row.kind,
    data: JSON.parse(row.data) as Readonly<Record<string, Json>>,
    attempt: row.attempts,
    maxAttempts: row.max_attempts,
    claim: row.claim,
    requestedBy: requesterOf(row),
  };
}

function requesterOf({ requested_by_kind: kind, requested_by_id: id }: JobRow): PrincipalRef | null {
  return kind === null || id === null ? null : { kind, id };
}

function resultOf({ result_digest: digest, result_bytes: bytes, result_name: name }: JobRow): JobResult | null {
  return digest === null || bytes === null || name === null ? null : { digest, bytes, name };
}
