import type { ThreadJob } from './define-job.ts';
import { ledgerExport } from './ledger-export.ts';

/** Every job that runs in a thread, sorted by kind. */
export const threadJobs: readonly ThreadJob[] = [ledgerExport];
