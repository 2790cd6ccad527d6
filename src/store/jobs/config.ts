import { z } from 'zod';

const MAX_THREADS = 64;

/** The section `jobs` of the configuration. */
export const jobsConfig = z.strictObject({
  column: z
    .enum(['embedded', 'pg-boss'])
    .default('embedded')
    .describe(
      'embedded: this process runs its jobs; pg-boss: any number of `vouchsafe worker` do, records must be in PostgreSQL',
    ),
  threads: z
    .int()
    .min(0)
    .max(MAX_THREADS)
    .default(2)
    .describe('how many jobs this process runs at once, each in a thread; 0 leaves all to the workers'),
  keepResultsDays: z
    .int()
    .min(1)
    .max(3650)
    .default(7)
    .describe('what a job left behind, such as an export of the ledger, can be downloaded for so long'),
  leaseSeconds: z
    .int()
    .min(2)
    .max(3600)
    .default(30)
    .describe('a worker that says nothing for so long is taken for dead, and its job runs again elsewhere'),
});

export type JobsConfig = z.infer<typeof jobsConfig>;
