import type { Change } from '../store.ts';
import type { ClaimedJob } from './claimed-job.ts';
import type { DueJob } from './job-records.ts';

/** What differs between the columns: who hands out the jobs that are due. Their record is the table `job` in both. */
export interface JobSource {
  /** As part of the change in which a job begins to wait. */
  announce(change: Change, job: DueJob): Promise<void>;
  /** Begins attempts at jobs that are due, at most `limit`. */
  claim(kinds: readonly string[], limit: number): Promise<readonly ClaimedJob[]>;
  /** Looks after jobs that wait and nobody would hand out any more. */
  repair(): Promise<void>;
  close(): Promise<void>;
}
