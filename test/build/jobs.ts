import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe } from 'vitest';
import { jobsConfig, type JobsConfig } from '../../src/store/jobs/config.ts';
import type { Jobs } from '../../src/store/jobs/job.ts';
import { openJobs, type JobsOptions } from '../../src/store/jobs/open-jobs.ts';
import type { JobTiming } from '../../src/store/jobs/timing.ts';
import { openStore, type RecordsConfig } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';

const postgresUrl = process.env['VOUCHSAFE_TEST_POSTGRES_URL'];

/** A place for jobs, as JSON can tell it to another process. */
export interface JobPlace {
  readonly records: RecordsConfig;
  readonly column: JobsConfig['column'];
}

export interface OpenedQueue {
  readonly store: Store;
  readonly jobs: Jobs;
  close(): Promise<void>;
}

/** Impatient, so that tests are not long. */
export const quick: JobTiming = {
  leaseMs: 1500,
  renewMs: 300,
  pollMs: 50,
  progressMs: 20,
  firstRetryMs: 40,
  stopGraceMs: 300,
  upkeepMs: 150,
};

export type QueueOptions = Partial<JobsOptions> & { readonly threads?: number };

/** A process of its own, as far as the queue can tell. */
export async function openQueue(place: JobPlace, options: QueueOptions = {}): Promise<OpenedQueue> {
  const { records, column } = place;
  const { threads = 2, ...more } = options;
  const queue = await openJobs({
    config: jobsConfig.parse({ column, threads }),
    kinds: ['work', 'other'],
    postgres: records.column === 'postgres' ? { url: records.url, schema: records.schema ?? '' } : undefined,
    timing: quick,
    warn: () => undefined,
    ...more,
  });
  const store = await openStore({ records, enqueue: queue.enqueue });
  const jobs = queue.attach(store);
  return {
    store,
    jobs,
    close: async () => {
      await jobs.stop({ timeoutMs: 100 });
      await store.close();
    },
  };
}

interface TestPlace {
  readonly place: JobPlace;
  readonly remove: () => Promise<void>;
}

const places: Readonly<Record<string, (() => Promise<TestPlace>) | undefined>> = {
  'embedded in SQLite': async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-jobs-'));
    const remove = async (): Promise<void> => rmSync(folder, { recursive: true });
    return { place: { column: 'embedded', records: { column: 'sqlite', folder } }, remove };
  },
  'embedded in PostgreSQL': onPostgres('embedded'),
  'pg-boss': onPostgres('pg-boss'),
};

/** Both columns, for `describe.each`, without PostgreSQL where there is none. */
export function jobPlaces(): readonly { readonly name: string; readonly makePlace: () => Promise<TestPlace> }[] {
  return ['embedded in SQLite', 'pg-boss'].flatMap((name) => {
    const makePlace = places[name];
    return makePlace === undefined ? [] : [{ name, makePlace }];
  });
}

/** The same tests wherever jobs are; reported as skipped where there is no PostgreSQL. */
export function describeEachQueue(title: string, tests: (makePlace: () => Promise<TestPlace>) => void): void {
  for (const [name, makePlace] of Object.entries(places)) {
    describe.skipIf(makePlace === undefined)(`${title} (${name})`, () =>
      tests(makePlace ?? (() => Promise.reject(new Error('no place')))),
    );
  }
}

function onPostgres(column: JobsConfig['column']): (() => Promise<TestPlace>) | undefined {
  if (postgresUrl === undefined) return undefined;
  return async () => {
    const schema = `test_${randomBytes(8).toString('hex')}`;
    const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-jobs-'));
    const records: RecordsConfig = { column: 'postgres', url: postgresUrl, schema, folder };
    const remove = async (): Promise<void> => {
      rmSync(folder, { recursive: true });
      const client = new pg.Client({ connectionString: postgresUrl });
      await client.connect();
      await client.query(`drop schema if exists ${schema} cascade; drop schema if exists ${schema}_jobs cascade`);
      await client.end();
    };
    return { place: { column, records }, remove };
  };
}
