import type { ThreadJob } from './define-job.ts';
import { ledgerExport } from './ledger-export.ts';
import { registryExamine } from './registry-examine.ts';
import { registryReexamine } from './registry-reexamine.ts';
import { registryRelease } from './registry-release.ts';

/** Every job that runs in a thread, sorted by kind. */
export const threadJobs: readonly ThreadJob[] = [ledgerExport, registryExamine, registryReexamine, registryRelease];
