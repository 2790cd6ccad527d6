import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { IdleWorkers } from './idle-workers.ts';
import type { PoolWorker, WorkerListener } from './pool-worker.ts';
import { scanFiles, type ScanFilesOptions } from './scan-files.ts';

let folder: string;
let idle: IdleWorkers;
let take: { readonly mock: { readonly results: readonly { readonly value?: unknown }[] } };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vouchsafe-idle-'));
  for (const name of ['a.json', 'b.json']) writeFileSync(join(folder, name), '{}');
  idle = new IdleWorkers({ max: 1, maxIdleMs: 60_000 });
  take = vi.spyOn(idle, 'take');
});
afterEach(async () => {
  await idle.close();
  rmSync(folder, { recursive: true, force: true });
});

const scan = async (options: ScanFilesOptions = {}) => {
  const report = await scanFiles([folder], { jobs: 1, idleWorkers: idle, ...options });
  return report.artifacts.map(({ verdict, sha256 }) => [verdict, sha256]);
};
const taken = (): readonly unknown[] => take.mock.results.map(({ value }) => value);

describe('scan threads that wait for the next run', () => {
  test('the next run takes the thread of the one before, and finds the same', async () => {
    const first = await scan({ hash: true });
    expect(await scan({ hash: true })).toEqual(first);
    const [none, thread] = taken();
    expect(none).toBeUndefined();
    expect(thread).toBeDefined();
    await scan({ hash: true });
    expect(taken()[2]).toBe(thread);
  });

  test('a run with other settings starts one of its own', async () => {
    await scan();
    expect(await scan({ hash: true })).toEqual([
      ['clean', expect.stringMatching(/^[0-9a-f]{64}$/)],
      ['clean', expect.stringMatching(/^[0-9a-f]{64}$/)],
    ]);
    expect(taken()).toEqual([undefined, undefined]);
  });

  test('a run that loses its thread leaves none behind', async () => {
    writeFileSync(join(folder, 'c.json'), 'exit');
    const workerUrl = new URL('../../test/cli/fixtures/rogue-worker.ts', import.meta.url);
    await scan({ workerUrl });
    rmSync(join(folder, 'c.json'));
    // Whatever thread came after it is sound: it goes on with the next run.
    expect(await scan({ workerUrl })).toHaveLength(2);
  });

  /** A thread that only notes what is done to it. */
  function fakeWorker() {
    const done: string[] = [];
    let listener: WorkerListener | undefined;
    const worker = {
      serve: (one: WorkerListener) => void (listener = one),
      ref: () => void done.push('ref'),
      unref: () => void done.push('unref'),
      stop: async () => void done.push('stop'),
    } as unknown as PoolWorker;
    return { worker, done, die: () => listener?.onEnd('died') };
  }

  test('keeps no process alive while it waits, and does when it is taken', async () => {
    const { worker, done } = fakeWorker();
    await idle.put('key', worker);
    expect(done).toEqual(['unref']);
    expect(idle.take('key')).toBe(worker);
    expect(done).toEqual(['unref', 'ref']);
    expect(idle.take('key')).toBeUndefined();
  });

  test('one that died while it waited is not given out', async () => {
    const { worker, die } = fakeWorker();
    await idle.put('key', worker);
    die();
    expect(idle.take('key')).toBeUndefined();
  });

  test('what is too many, or waits for too long, is ended', async () => {
    vi.useFakeTimers();
    const [first, second] = [fakeWorker(), fakeWorker()];
    await idle.put('key', first.worker);
    await idle.put('key', second.worker);
    expect(second.done).toEqual(['stop']);
    vi.advanceTimersByTime(60_000);
    expect(first.done).toEqual(['unref', 'stop']);
    expect(idle.take('key')).toBeUndefined();
    vi.useRealTimers();
  });
});
