/** How many jobs that do nothing the queue adds, runs and records in a second. PostgreSQL: VOUCHSAFE_TEST_POSTGRES_URL. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { jobsConfig, type JobsConfig } from '../src/store/jobs/config.ts';
import { openJobs } from '../src/store/jobs/open-jobs.ts';
import { openStore, type RecordsConfig } from '../src/store/open-store.ts';

const JOBS = 500;
const AT_ONCE = 16;
const postgresUrl = process.env['VOUCHSAFE_TEST_POSTGRES_URL'];

async function measure(column: JobsConfig['column'], records: RecordsConfig): Promise<void> {
  const postgres = records.column === 'postgres' ? { url: records.url, schema: records.schema ?? '' } : undefined;
  const config = jobsConfig.parse({ column, threads: AT_ONCE });
  const queue = await openJobs({ config, kinds: ['nothing'], postgres, warn: console.error });
  const store = await openStore({ records, enqueue: queue.enqueue });
  const jobs = queue.attach(store);
  const all = Promise.withResolvers<void>();
  let left = JOBS;
  const addStart = performance.now();
  await Promise.all(
    Array.from({ length: JOBS }, (_, n) => store.change((change) => change.enqueue({ kind: 'nothing', data: { n } }))),
  );
  const addMs = performance.now() - addStart;
  const runStart = performance.now();
  await jobs.start({
    nothing: async () => {
      left -= 1;
      if (left === 0) all.resolve();
      return undefined;
    },
  });
  await all.promise;
  const runMs = performance.now() - runStart;
  await jobs.stop({ timeoutMs: 5000 });
  await store.close();
  const rate = (ms: number): string => Math.round((JOBS / ms) * 1000).toLocaleString('en');
  console.log(`${column} on ${records.column}: ${rate(addMs)} jobs/s added, ${rate(runMs)} jobs/s run`);
}

const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-bench-jobs-'));
await measure('embedded', { column: 'sqlite', folder });
if (postgresUrl === undefined) {
  console.log('PostgreSQL: not measured, VOUCHSAFE_TEST_POSTGRES_URL is not set');
} else {
  const schema = `bench_${randomBytes(8).toString('hex')}`;
  await measure('pg-boss', { column: 'postgres', url: postgresUrl, schema, folder });
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  await client.query(`drop schema ${schema} cascade; drop schema ${schema}_jobs cascade`);
  await client.end();
}
rmSync(folder, { recursive: true });
