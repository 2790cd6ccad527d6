import { afterEach, beforeEach, expect, it } from 'vitest';
import type { JobRecord } from '../../src/store/jobs/job.ts';
import { JobThreads } from '../../src/store/jobs/threads/job-threads.ts';
import { describeEachQueue, openQueue, type OpenedQueue } from '../build/jobs.ts';

const kinds = ['echo', 'change', 'die', 'dieInChange', 'spin', 'fill', 'refuse', 'wait'];
const patient = { timeout: 15_000, interval: 20 };

describeEachQueue('jobs in threads', (makePlace) => {
  let remove: () => Promise<void>;
  let queue: OpenedQueue;
  let threads: JobThreads;
  beforeEach(async () => {
    const made = await makePlace();
    ({ remove } = made);
    queue = await openQueue(made.place, { kinds });
    const url = new URL('../build/job-thread.ts', import.meta.url);
    threads = new JobThreads({ url, store: queue.store, settings: { colour: 'blue' }, maxHeapMegabytes: 64 });
    const maxSeconds = (kind: string): number => (kind === 'spin' ? 0.3 : 20);
    await queue.jobs.start(threads.handlers(kinds.map((kind) => ({ kind, maxSeconds: maxSeconds(kind) }))));
  });
  afterEach(async () => {
    await queue.close();
    await threads.close();
    await remove();
  });

  const add = async (kind: string, data: Readonly<Record<string, string | number | boolean>> = {}): Promise<string> =>
    (await queue.store.change((change) => change.enqueue({ kind, data, maxAttempts: 1 }))).value;

  const ended = async (id: string): Promise<JobRecord | undefined> => {
    await expect.poll(async () => (await queue.jobs.find(id))?.state, patient).toMatch(/done|failed/);
    return queue.jobs.find(id);
  };

  it('know what they were told', async () => {
    const id = await add('echo', { a: 'ü' });
    const record = await ended(id);
    expect(JSON.parse(record?.result?.name ?? '')).toEqual({
      settings: { colour: 'blue' },
      id,
      data: { a: 'ü' },
      dialect: queue.store.dialect,
    });
  });

  it('change the records as everybody does: with entries and jobs, or not at all', async () => {
    const id = await add('change', { due: 7 });
    const { result } = (await ended(id)) ?? {};
    const { value, rows, told } = JSON.parse(result?.name ?? '') as { value: string; rows: unknown; told: unknown };
    expect({ rows, told, entries: result?.bytes }).toEqual({
      rows: [{ name: id, due_at: 7 }],
      told: ['committed'],
      entries: 1,
    });
    expect((await ended(value))?.state).toBe('done');

    const failing = await add('change', { due: 8, fails: true });
    expect(await ended(failing)).toMatchObject({ state: 'failed', error: 'internal error: Error' });
    const left = await queue.store.read.selectFrom('job_schedule').select('name').where('name', '=', failing).execute();
    expect(left).toEqual([]);
  });

  it('that say why they refuse are quoted', async () => {
    expect(await ended(await add('refuse'))).toMatchObject({ state: 'failed', error: 'there is no tea' });
  });

  it.each(['die', 'fill'])(
    'that take their thread with them (%s) fail, and the next has another thread',
    async (kind) => {
      expect(await ended(await add(kind))).toMatchObject({ state: 'failed' });
      expect(await ended(await add('echo'))).toMatchObject({ state: 'done' });
    },
  );

  it('that die within a change leave nothing of it, and hold up nobody', async () => {
    const id = await add('dieInChange');
    expect(await ended(id)).toMatchObject({ state: 'failed' });
    const left = await queue.store.read.selectFrom('job_schedule').select('name').where('name', '=', id).execute();
    expect(left).toEqual([]);
    expect(await ended(await add('change', { due: 1 }))).toMatchObject({ state: 'done' });
  });

  it('that never end are ended', async () => {
    expect(await ended(await add('spin'))).toMatchObject({
      state: 'failed',
      error: 'took longer than 0.3 seconds and was ended',
    });
    expect(await ended(await add('echo'))).toMatchObject({ state: 'done' });
  });

  it('tell how far they are, and stop when they are told to', async () => {
    const id = await add('wait');
    await expect.poll(async () => (await queue.jobs.find(id))?.progress, patient).toBe(0.5);
    await queue.jobs.stop({ timeoutMs: 10 });
    expect(await queue.jobs.find(id)).toMatchObject({ state: 'waiting', attempts: 0 });
  });
});
