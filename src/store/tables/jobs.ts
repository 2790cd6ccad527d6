import type { JobRecord } from '../jobs/job.ts';

export interface JobTable {
  readonly id: string;
  readonly kind: string;
  /** JSON. */
  readonly data: string;
  readonly state: JobRecord['state'];
  /** How many attempts began; one that was given back does not count. */
  readonly attempts: number;
  readonly max_attempts: number;
  /** Grows with each attempt that begins, and never sinks: whoever holds an older one has lost the job. */
  readonly claim: number;
  /** Not before, ms since 1970. */
  readonly run_at: number;
  /** Until when the attempt under way is believed to live, ms since 1970. */
  readonly lease_until: number | null;
  readonly unique_key: string | null;
  readonly progress_permille: number | null;
  readonly created_at: number;
  readonly started_at: number | null;
  readonly ended_at: number | null;
  readonly error: string | null;
  readonly requested_by_kind: 'person' | 'service' | null;
  readonly requested_by_id: string | null;
  readonly result_digest: string | null;
  readonly result_bytes: number | null;
  readonly result_name: string | null;
}

/** When work that comes again is due next. */
interface JobScheduleTable {
  readonly name: string;
  /** ms since 1970. */
  readonly due_at: number;
}

export interface JobTables {
  readonly job: JobTable;
  readonly job_schedule: JobScheduleTable;
}
