import { blobsSweep } from './blobs-sweep.ts';
import type { ProcessJob } from './define-job.ts';
import { ledgerRetention } from './ledger-retention.ts';
import { registryDecideAgain } from './registry-decide-again.ts';
import { registryImport } from './registry-import.ts';
import { registrySweep } from './registry-sweep.ts';
import { registryUpkeep } from './registry-upkeep.ts';
import { registryWaivers } from './registry-waivers.ts';
import { threadJobs } from './thread-jobs.ts';

/** Every job that runs beside the requests, sorted by kind. */
export const processJobs: readonly ProcessJob[] = [
  blobsSweep,
  ledgerRetention,
  registryDecideAgain,
  registryImport,
  registrySweep,
  registryUpkeep,
  registryWaivers,
];

/** Every kind of job there is. */
export const jobKinds: readonly string[] = [...processJobs, ...threadJobs].map(({ kind }) => kind).toSorted();
