/** A thread with jobs that do, and do to their thread, what jobs may do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError } from '../../src/bytes/errors.ts';
import { serveJobs } from '../../src/store/jobs/threads/serve-jobs.ts';

serveJobs(async (settings, store) => ({
  echo: async ({ id, attempt, data }) => ({
    digest: `sha256:${'e'.repeat(64)}`,
    bytes: attempt,
    name: JSON.stringify({ settings, id, data, dialect: store.dialect }),
  }),
  change: async ({ id, data }) => {
    const told: string[] = [];
    const { value, entries } = await store.change(async (change) => {
      const { sql, record, enqueue } = change;
      await sql
        .insertInto('job_schedule')
        .values({ name: id, due_at: Number(data['due']) })
        .execute();
      record({
        class: 'datastore-activity',
        activity: 'test.write',
        actor: { kind: 'system', id: 'test' },
        outcome: 'success',
      });
      change.afterCommit(() => told.push('committed'));
      if (data['fails'] === true) throw new Error('not this one');
      return enqueue({ kind: 'echo', data: { from: id } });
    });
    const rows = await store.read.selectFrom('job_schedule').selectAll().where('name', '=', id).execute();
    return { digest: `sha256:${'c'.repeat(64)}`, bytes: entries.length, name: JSON.stringify({ value, rows, told }) };
  },
  die: async () => process.exit(3),
  dieInChange: async ({ id }) => {
    await store.change(async ({ sql }) => {
      await sql.insertInto('job_schedule').values({ name: id, due_at: 1 }).execute();
      process.exit(3);
    });
    return undefined;
  },
  spin: async () => {
    for (;;);
  },
  fill: async () => {
    const all: number[][] = [];
    for (;;) all.push(Array.from({ length: 100_000 }, Math.random));
  },
  refuse: async () => {
    throw new CodedError('out-of-tea', { message: () => 'there is no tea', exitCode: 2, httpStatus: 503 }, {});
  },
  wait: async ({ signal, progress }) => {
    await progress(0.5);
    await sleep(60_000, undefined, { signal });
    return undefined;
  },
}));
