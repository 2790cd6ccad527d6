import { setTimeout as sleep } from 'node:timers/promises';
import type { Services } from './services.ts';

const CHECK_TIMEOUT_MS = 2000;

/** Answers of checks are kept this long, so that whoever asks for health without end asks nobody else. */
const KEPT_MS = 1000;

interface Health {
  readonly status: 'ok' | 'failing';
  /** `ok` or `failing` for each part; why is in the log only. */
  readonly checks: Readonly<Record<string, string>>;
}

type Parts = Pick<Services, 'store' | 'blobs' | 'jobs' | 'counters' | 'access'>;

export type HealthCheck = (parts: Parts) => Promise<Health>;

/** Asks each part of the server whether it can do its work. */
export function healthCheck(clock: () => number): HealthCheck {
  let last: { readonly atMs: number; readonly health: Promise<Health> } | undefined;
  return async (parts) => {
    const atMs = clock();
    if (last === undefined || atMs - last.atMs >= KEPT_MS) last = { atMs, health: check(parts) };
    return last.health;
  };
}

async function check({ store, blobs, jobs, counters, access }: Parts): Promise<Health> {
  const results = await Promise.all([
    probe('records', async () => store.read.selectNoFrom((eb) => eb.lit(1).as('one')).execute()),
    probe('blobs', async () => blobs.probe()),
    probe('jobs', async () => jobs.counts()),
    probe('counters', async () => counters.probe()),
    probe('access', async () => {
      await access.records.fresh();
      access.records.policies.prepared.probe();
    }),
  ]);
  const isOk = results.every(([, result]) => result === 'ok');
  return { status: isOk ? 'ok' : 'failing', checks: Object.fromEntries(results) };
}

async function probe(name: string, ask: () => Promise<unknown>): Promise<readonly [string, string]> {
  const late = sleep(CHECK_TIMEOUT_MS, 'failing', { ref: false });
  const answer = ask().then(
    () => 'ok',
    () => 'failing',
  );
  return [name, await Promise.race([answer, late])];
}
