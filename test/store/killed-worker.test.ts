import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeEachQueue, openQueue, type JobPlace } from '../build/jobs.ts';

const script = new URL('./job-process.ts', import.meta.url).pathname;
/** One while the first attempts run, one while those that came again do; more of them with VOUCHSAFE_CRASH_ROUNDS=500. */
const KILLS = Number(process.env['VOUCHSAFE_CRASH_ROUNDS'] ?? 2);
/** More than are ended between two kills. */
const JOBS = 6 * KILLS;
const WORK_MS = 400;

interface Running {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
}

describeEachQueue('jobs whose workers are killed', (makePlace) => {
  let place: JobPlace;
  let remove: () => Promise<void>;
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    ({ place, remove } = await makePlace());
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    await remove();
  });

  const start = (jobs: number, workMs: number): Running => {
    const child = spawn(process.execPath, [script, JSON.stringify(place), String(jobs), String(workMs)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    return { child, lines };
  };
  const says = (running: Running, word: string): Promise<void> =>
    expect
      .poll(() => running.lines.some((line) => line.startsWith(word)), { timeout: 20_000, interval: 10 })
      .toBe(true);
  const kill = async ({ child }: Running): Promise<void> => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };

  it('run again, and each ends once', { timeout: 60_000 + KILLS * 20_000 }, async () => {
    const began: string[] = [];
    for (let i = 0; i < KILLS; i++) {
      const victim = start(i === 0 ? JOBS : 0, WORK_MS);
      await says(victim, 'begin');
      // Where records are shared, another worker goes on meanwhile.
      const other = place.records.column === 'postgres' ? start(0, WORK_MS) : undefined;
      await sleep(Math.random() * 2 * WORK_MS);
      await kill(victim);
      if (other !== undefined) await kill(other);
      began.push(...[victim, other].flatMap((one) => one?.lines.filter((line) => line.startsWith('begin')) ?? []));
    }
    const last = start(0, 10);
    await says(last, 'ready');
    // Nobody else may look into the folder of SQLite: there the lease of the last attempt is waited for.
    if (place.records.column === 'postgres') await allDone(place);
    else await sleep(4000);
    await kill(last);

    const queue = await openQueue(place);
    const records = await queue.jobs.list({ limit: 100 });
    expect(records.map(({ state }) => state)).toEqual(Array.from({ length: JOBS }, () => 'done'));
    for (const { id, attempts, result } of records) expect(result).toMatchObject({ name: id, bytes: attempts });
    const entries = await queue.store.read.selectFrom('ledger_entry').select(['activity', 'object_id']).execute();
    expect(entries.map(({ activity }) => activity)).toEqual(records.map(() => 'job.finish'));
    expect(new Set(entries.map((entry) => entry.object_id)).size).toBe(JOBS);
    expect(began.length, 'nothing was killed in the middle').toBeGreaterThan(KILLS);
    expect(Math.max(...records.map(({ attempts }) => attempts))).toBeGreaterThan(1);
    await queue.close();
  });
});

async function allDone(place: JobPlace): Promise<void> {
  const queue = await openQueue(place);
  await expect
    .poll(() => queue.jobs.counts(), { timeout: 60_000, interval: 100 })
    .toEqual({ waiting: 0, running: 0, failed: 0 });
  await queue.close();
}
