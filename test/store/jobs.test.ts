import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { JobContext, JobHandler, JobRequest, JobResult } from '../../src/store/jobs/job.ts';
import { describeEachQueue, openQueue, type JobPlace, type OpenedQueue } from '../build/jobs.ts';

const result: JobResult = { digest: `sha256:${'a'.repeat(64)}`, bytes: 3, name: 'export.zip' };
const BY = { kind: 'person', id: 'per_1' } as const;
const patient = { timeout: 15_000, interval: 20 };

describeEachQueue('jobs', (makePlace) => {
  let place: JobPlace;
  let remove: () => Promise<void>;
  let queue: OpenedQueue;
  beforeAll(async () => {
    ({ place, remove } = await makePlace());
  });
  afterAll(() => remove());
  beforeEach(async () => {
    queue = await openQueue(place);
  });
  afterEach(async () => {
    await queue.store.change(({ sql }) => sql.deleteFrom('job').execute());
    await queue.close();
  });

  const add = async (request: Partial<JobRequest> = {}): Promise<string> => {
    const { value } = await queue.store.change((change) => change.enqueue({ kind: 'work', data: {}, ...request }));
    return value;
  };
  const stateOf = async (id: string): Promise<string | undefined> => (await queue.jobs.find(id))?.state;
  const becomes = (id: string, state: string): Promise<void> => expect.poll(() => stateOf(id), patient).toBe(state);
  const entriesAbout = async (id: string): Promise<string[]> => {
    const rows = await queue.store.read
      .selectFrom('ledger_entry')
      .select('activity')
      .where('object_id', '=', id)
      .orderBy('entry_index')
      .execute();
    return rows.map(({ activity }) => activity);
  };

  it('of a kind that waits for others run beside the rest, and only so many at once', async () => {
    await queue.close();
    queue = await openQueue(place, { threads: 1, beside: { other: 2 } });
    let running = 0;
    let most = 0;
    const open = new AbortController();
    const opened = new Promise<undefined>((resolve) => {
      open.signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    await queue.jobs.start({
      work: async () => undefined,
      other: async () => {
        running += 1;
        most = Math.max(most, running);
        await opened;
        running -= 1;
        return undefined;
      },
    });
    const others = await Promise.all([1, 2, 3].map(() => add({ kind: 'other' })));
    await expect.poll(() => running, patient).toBe(2);
    await becomes(await add(), 'done');
    expect([running, (await queue.jobs.counts()).waiting]).toEqual([2, 1]);
    open.abort();
    for (const id of others) await becomes(id, 'done');
    expect(most).toBe(2);
  });

  it('run, and leave a record with a result and an entry', async () => {
    const seen: JobContext[] = [];
    await queue.jobs.start({
      work: async (context) => {
        seen.push(context);
        return result;
      },
    });
    const requestedBy = { kind: 'person', id: 'per_1' } as const;
    const id = await add({ data: { a: [1, 'ü', null] }, requestedBy });
    await becomes(id, 'done');
    expect(seen).toMatchObject([{ id, attempt: 1, data: { a: [1, 'ü', null] } }]);
    expect(await queue.jobs.find(id)).toEqual({
      id,
      kind: 'work',
      state: 'done',
      attempts: 1,
      progress: null,
      createdAt: expect.any(Number),
      startedAt: expect.any(Number),
      endedAt: expect.any(Number),
      error: null,
      requestedBy,
      result,
    });
    expect(await entriesAbout(id)).toEqual(['job.finish']);
  });

  it('are added with the change or not at all', async () => {
    const ran: string[] = [];
    await queue.jobs.start({ work: async ({ id }) => void ran.push(id) });
    let lost = '';
    const failing = queue.store.change(async (change) => {
      lost = await change.enqueue({ kind: 'work', data: {} });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    const id = await add();
    await becomes(id, 'done');
    expect(await queue.jobs.find(lost)).toBeUndefined();
    expect(ran).toEqual([id]);
  });

  it('of an unknown kind, or with too much data, are refused', async () => {
    await expect(add({ kind: 'nonsense' })).rejects.toMatchObject({ code: 'job-unknown-kind' });
    await expect(add({ data: { a: 'x'.repeat(70_000) } })).rejects.toMatchObject({ code: 'job-data-too-large' });
  });

  it('with the same unique key are one while it waits or runs', async () => {
    const release = Promise.withResolvers<void>();
    await queue.jobs.start({ work: () => release.promise.then(() => undefined), other: async () => undefined });
    const ids = await Promise.all(Array.from({ length: 5 }, () => add({ uniqueKey: 'same' })));
    const [id = ''] = ids;
    expect(new Set(ids).size).toBe(1);
    await becomes(id, 'running');
    expect(await add({ uniqueKey: 'same' })).toBe(id);
    expect(await add({ uniqueKey: 'another' })).not.toBe(id);
    expect(await add({ uniqueKey: 'same', kind: 'other' })).not.toBe(id);
    release.resolve();
    await becomes(id, 'done');
    expect(await add({ uniqueKey: 'same' })).not.toBe(id);
  });

  it('run not before their time', async () => {
    await queue.jobs.start({ work: async () => undefined });
    const runAt = Date.now() + 700;
    const id = await add({ runAt });
    await becomes(id, 'done');
    expect((await queue.jobs.find(id))?.startedAt).toBeGreaterThanOrEqual(runAt);
  });

  it('that fail are tried again, at growing distances, and then have failed', async () => {
    const times: number[] = [];
    await queue.jobs.start({
      work: async () => {
        times.push(performance.now());
        throw new TypeError('a secret: hunter2');
      },
    });
    const id = await add({ maxAttempts: 3 });
    await becomes(id, 'failed');
    const [first = 0, second = 0, third = 0] = times;
    expect(times).toHaveLength(3);
    expect(second - first).toBeGreaterThanOrEqual(20);
    expect(third - second).toBeGreaterThanOrEqual(40);
    expect(await queue.jobs.find(id)).toMatchObject({ attempts: 3, error: 'internal error: TypeError', result: null });
    expect(await entriesAbout(id)).toEqual(['job.fail']);
  });

  it('that failed can be run again, by hand', async () => {
    let isBroken = true;
    await queue.jobs.start({
      work: async () => {
        if (isBroken) throw new Error('broken');
        return undefined;
      },
    });
    const id = await add({ maxAttempts: 1, requestedBy: { kind: 'service', id: 'svc_1' } });
    await becomes(id, 'failed');
    isBroken = false;
    await queue.jobs.retry(id, BY);
    await becomes(id, 'done');
    expect(await queue.jobs.find(id)).toMatchObject({ attempts: 1, error: null });
    await expect(queue.jobs.retry(id, BY)).rejects.toMatchObject({ code: 'job-not-failed', httpStatus: 409 });
    await expect(queue.jobs.retry('job_none', BY)).rejects.toMatchObject({ code: 'job-missing', httpStatus: 404 });
  });

  it('are cancelled while they wait', async () => {
    const id = await add({ runAt: Date.now() + 200, uniqueKey: 'one' });
    await queue.jobs.cancel(id, BY);
    let began = 0;
    await queue.jobs.start({
      work: async () => {
        began += 1;
        return undefined;
      },
    });
    // Its key is free at once.
    const other = await add({ uniqueKey: 'one', runAt: Date.now() + 400 });
    expect(other).not.toBe(id);
    await becomes(other, 'done');
    expect(began).toBe(1);
    expect(await queue.jobs.find(id)).toMatchObject({ state: 'cancelled', attempts: 0, result: null });
    await expect(queue.jobs.cancel(id, BY)).rejects.toMatchObject({ code: 'job-ended', httpStatus: 409 });
    await expect(queue.jobs.cancel('job_none', BY)).rejects.toMatchObject({ code: 'job-missing', httpStatus: 404 });
    expect(await entriesAbout(id)).toEqual(['job.cancel']);
  });

  it('are cancelled while they run: the attempt is told, and what it still gives is not taken', async () => {
    const told = Promise.withResolvers<void>();
    await queue.jobs.start({
      work: async ({ signal }) => {
        signal.addEventListener('abort', () => told.resolve());
        await told.promise;
        return { digest: `sha256:${'a'.repeat(64)}`, bytes: 1, name: 'late' };
      },
    });
    const id = await add({ requestedBy: BY });
    await becomes(id, 'running');
    await queue.jobs.cancel(id, BY);
    await told.promise;
    await sleep(100);
    expect(await queue.jobs.find(id)).toMatchObject({ state: 'cancelled', result: null, error: null });
    expect(await entriesAbout(id)).toEqual(['job.cancel']);
  });

  it('that failed are not run again beside another that does the same', async () => {
    await queue.jobs.start({ work: () => Promise.reject(new Error('broken')) });
    const id = await add({ maxAttempts: 1, uniqueKey: 'one' });
    await becomes(id, 'failed');
    const other = await add({ maxAttempts: 1, uniqueKey: 'one', runAt: Date.now() + 60_000 });
    await expect(queue.jobs.retry(id, BY)).rejects.toMatchObject({
      code: 'job-superseded',
      message: expect.stringContaining(other),
    });
  });

  it('tell how far they are', async () => {
    const release = Promise.withResolvers<void>();
    await queue.jobs.start({
      work: async (context) => {
        await context.progress(0.25);
        await release.promise;
        return undefined;
      },
    });
    const id = await add();
    await expect.poll(async () => (await queue.jobs.find(id))?.progress, patient).toBe(0.25);
    release.resolve();
    await becomes(id, 'done');
  });

  it('longer than a lease keep it', async () => {
    let runs = 0;
    await queue.jobs.start({
      work: async () => {
        runs += 1;
        await sleep(2500);
        return undefined;
      },
    });
    const id = await add();
    await becomes(id, 'done');
    expect(runs).toBe(1);
  });

  it('run at once as many as there is room for, each once', async () => {
    const isShared = place.records.column === 'postgres';
    const other = isShared ? await openQueue(place, { threads: 3 }) : undefined;
    let most = 0;
    let now = 0;
    const runs: string[] = [];
    const work: JobHandler = async ({ id }) => {
      runs.push(id);
      most = Math.max(most, (now += 1));
      await sleep(20);
      now -= 1;
      return undefined;
    };
    await queue.jobs.start({ work });
    await other?.jobs.start({ work });
    const { value: ids } = await queue.store.change((change) =>
      Promise.all(Array.from({ length: 60 }, () => change.enqueue({ kind: 'work', data: {} }))),
    );
    await expect.poll(() => queue.jobs.counts(), patient).toEqual({ waiting: 0, running: 0, failed: 0 });
    expect(runs.toSorted()).toEqual(ids.toSorted());
    await other?.close();
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(isShared ? 5 : 2);
  });

  it('are listed from the newest to the oldest, page by page', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      ids.unshift(await add({ kind: i === 2 ? 'other' : 'work' }));
      await sleep(2);
    }
    const page = await queue.jobs.list({ limit: 2 });
    expect(page.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const rest = await queue.jobs.list({ limit: 10, after: ids[1] ?? '' });
    expect(rest.map(({ id }) => id)).toEqual(ids.slice(2));
    expect(await queue.jobs.list({ limit: 10, kind: 'other' })).toHaveLength(1);
    expect(await queue.jobs.list({ limit: 10, state: 'failed' })).toEqual([]);
    expect(await queue.jobs.counts()).toEqual({ waiting: 5, running: 0, failed: 0 });
  });

  it('are let end when the worker stops', async () => {
    await queue.jobs.start({ work: () => sleep(300).then(() => undefined) });
    const id = await add();
    await becomes(id, 'running');
    await queue.jobs.stop({ timeoutMs: 5000 });
    expect(await stateOf(id)).toBe('done');
  });

  it.each([
    ['listen to the signal', true],
    ['do not', false],
  ])('are given back when the worker stops and they %s', async (_, listens) => {
    await queue.jobs.start({
      work: ({ signal }) =>
        new Promise((_resolve, reject) => {
          if (listens) signal.addEventListener('abort', () => reject(new Error('stopped')));
        }),
    });
    const id = await add();
    await becomes(id, 'running');
    const before = performance.now();
    await queue.jobs.stop({ timeoutMs: 50 });
    expect(performance.now() - before).toBeLessThan(3000);
    expect(await queue.jobs.find(id)).toMatchObject({ state: 'waiting', attempts: 0, error: null });

    const next = await openQueue(place.records.column === 'sqlite' ? await reopened() : place);
    await next.jobs.start({ work: async () => result });
    await expect.poll(async () => (await next.jobs.find(id))?.state, patient).toBe('done');
    if (place.records.column === 'postgres') await next.close();
    else queue = next;
  });

  const reopened = async (): Promise<JobPlace> => {
    await queue.close();
    return place;
  };

  it('that are scheduled are added once for all processes each time, and not beside one that still runs', async () => {
    const schedules = [{ name: 'often', kind: 'other', everySeconds: 0.5, data: { n: 1 } }];
    await queue.close();
    queue = await openQueue(place, { schedules });
    const second = place.records.column === 'postgres' ? await openQueue(place, { schedules }) : undefined;
    const release = Promise.withResolvers<void>();
    const runs: unknown[] = [];
    const other: JobHandler = async ({ data }) => {
      runs.push(data['n']);
      if (runs.length === 3) await release.promise;
      return undefined;
    };
    await queue.jobs.start({ other });
    await second?.jobs.start({ other });
    const before = performance.now();
    await expect.poll(() => runs.length, patient).toBe(3);
    expect(performance.now() - before).toBeGreaterThanOrEqual(900);
    await sleep(1200);
    expect(runs).toEqual([1, 1, 1]);
    release.resolve();
    await expect.poll(() => runs.length, patient).toBeGreaterThan(3);
    await second?.close();
  });

  it('whose worker died for the last time have failed', async () => {
    const id = await add({ maxAttempts: 2 });
    await queue.store.change(({ sql }) =>
      sql
        .updateTable('job')
        .set({ state: 'running', claim: 2, attempts: 2, lease_until: Date.now() - 1 })
        .where('id', '=', id)
        .execute(),
    );
    await queue.jobs.start({ work: async () => undefined });
    await becomes(id, 'failed');
    expect(await queue.jobs.find(id)).toMatchObject({ error: 'its worker ended without an answer' });
    expect(await entriesAbout(id)).toEqual(['job.fail']);
  });

  it('cannot be ended by a worker that was believed dead', async () => {
    const runs: { readonly context: JobContext; readonly end: (result: JobResult) => void }[] = [];
    await queue.jobs.start({
      work: (context) => new Promise((resolve) => runs.push({ context, end: resolve })),
    });
    const id = await add({ requestedBy: { kind: 'person', id: 'per_1' } });
    await expect.poll(() => runs.length, patient).toBe(1);
    // As if its process had stood still: the lease ran out without a renewal.
    await queue.store.change(({ sql }) =>
      sql
        .updateTable('job')
        .set({ lease_until: Date.now() - 1 })
        .where('id', '=', id)
        .execute(),
    );
    await expect.poll(() => runs.length, patient).toBe(2);
    const [late, current] = runs;
    expect(current?.context.attempt).toBe(2);
    await expect.poll(() => late?.context.signal.aborted, patient).toBe(true);
    late?.end({ ...result, name: 'late' });
    await sleep(100);
    expect(await stateOf(id)).toBe('running');
    await expect(late?.context.progress(1)).rejects.toThrow('given to another');
    current?.end(result);
    await becomes(id, 'done');
    expect((await queue.jobs.find(id))?.result?.name).toBe('export.zip');
    expect(await entriesAbout(id)).toEqual(['job.finish']);
  });
});
