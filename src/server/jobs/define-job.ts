import type { Blobs } from '../../store/blobs/blobs.ts';
import type { Json, JobContext, JobResult } from '../../store/jobs/job.ts';
import type { ThreadStore } from '../../store/jobs/threads/remote-store.ts';
import type { Services } from '../services.ts';

type Result = Promise<JobResult | undefined>;

interface JobFacts {
  readonly kind: string;
  /** What it does, for people. */
  readonly title: string;
}

/** Short, or waiting most of the time: runs beside the requests of its process. */
export interface ProcessJob extends JobFacts {
  readonly run: (services: Services, context: JobContext) => Result;
}

/** What a job in a thread may use. It has no keys. */
interface ThreadServices {
  readonly store: ThreadStore;
  readonly blobs: Blobs;
}

/** Reads or computes much: runs in a thread, so that nobody waits for it. */
export interface ThreadJob extends JobFacts {
  /** An attempt that takes longer is ended. */
  readonly maxSeconds: number;
  /** What only the process can know or do is added to the data before. */
  readonly prepare?: (services: Services, context: JobContext) => Promise<Readonly<Record<string, Json>>>;
  readonly run: (services: ThreadServices, context: JobContext) => Result;
  /**
   * In the process, once preparation and thread have ended, well or with this failure: what needs keys, or is to be said of the failure. What
   * it throws is why the attempt failed; where it throws nothing, the attempt has done what there was to do.
   */
  readonly settle?: (services: Services, context: JobContext, failure: Error | undefined) => Promise<void>;
}

export const defineProcessJob = (job: ProcessJob): ProcessJob => job;
export const defineThreadJob = (job: ThreadJob): ThreadJob => job;
