import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobKinds } from '../../src/server/jobs/index.ts';
import { openBlobs } from '../../src/store/blobs/open-blobs.ts';
import { collect } from '../build/contents.ts';
import { openQueue, type OpenedQueue } from '../build/jobs.ts';

const postgresUrl = process.env['VOUCHSAFE_TEST_POSTGRES_URL'];
const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
const schema = `test_${randomBytes(8).toString('hex')}`;
const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-worker-'));
const data = join(folder, 'data');
const configFile = join(folder, 'server.yaml');

interface Started {
  readonly child: ChildProcess;
  readonly log: () => string;
}

function start(...args: readonly string[]): Started {
  const child = spawn(process.execPath, [main, 'worker', '--config', configFile, ...args]);
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { child, log: () => text };
}

async function exitOf({ child }: Started): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

afterAll(() => rmSync(folder, { recursive: true }));

it('vouchsafe worker says what to configure where jobs are not shared', async () => {
  writeFileSync(configFile, `data: ${data}\n`);
  const worker = start();
  expect(await exitOf(worker)).toBe(2);
  expect(worker.log()).toContain('expected jobs.column to be pg-boss, found embedded');
});

it('vouchsafe worker refuses counters of its own beside shared records, as vouchsafe serve does', async () => {
  const records = 'records:\n  postgres:\n    url: postgres://127.0.0.1:1/none\n';
  writeFileSync(configFile, `data: ${data}\n${records}jobs:\n  column: pg-boss\n`);
  const worker = start();
  expect(await exitOf(worker)).toBe(2);
  expect(worker.log()).toContain('records are in PostgreSQL, counters in memory');
});

describe.skipIf(postgresUrl === undefined)('vouchsafe worker', () => {
  let queue: OpenedQueue;
  beforeAll(async () => {
    const records = `records:\n  postgres:\n    url: ${postgresUrl}\n    schema: ${schema}\n`;
    const counters = 'counters:\n  memory:\n    eachAlone: true\n';
    writeFileSync(configFile, `data: ${data}\n${records}jobs:\n  column: pg-boss\n  threads: 2\n${counters}`);
    const place = { column: 'pg-boss', records: { column: 'postgres', url: postgresUrl ?? '', schema } } as const;
    queue = await openQueue(place, { kinds: jobKinds });
  });
  afterAll(async () => {
    await queue.close();
    const client = new pg.Client({ connectionString: postgresUrl });
    await client.connect();
    await client.query(`drop schema ${schema} cascade; drop schema ${schema}_jobs cascade`);
    await client.end();
  });

  it('runs what a server asked for, in a thread, and stops when it is told to', async () => {
    const worker = start('--jobs', '1');
    await expect.poll(worker.log, { timeout: 30_000 }).toContain('worker-started');
    const { value: id } = await queue.store.change((change) =>
      change.enqueue({ kind: 'ledger.export', data: {}, requestedBy: { kind: 'person', id: 'per_1' } }),
    );
    await expect.poll(async () => (await queue.jobs.find(id))?.state, { timeout: 30_000 }).toBe('done');
    const { digest = '', name } = (await queue.jobs.find(id))?.result ?? {};
    expect(name).toMatch(/^ledger-\d+\.jsonl$/);
    const blobs = await openBlobs({ folder: { path: join(data, 'blobs') } });
    const bundle = await collect(blobs.read(digest));
    expect(bundle.toString()).toContain('policy.');

    worker.child.kill('SIGTERM');
    expect(await exitOf(worker)).toBe(0);
    expect(worker.log()).toContain('worker-stopped');
    expect(worker.log()).toContain(`"job":"${id}"`);
  });

  it('refuses kinds that there are not', async () => {
    const worker = start('--kinds', 'nonsense');
    expect(await exitOf(worker)).toBe(2);
    expect(worker.log()).toContain('there are no jobs of the kind nonsense; there are: blobs.sweep, ledger.export');
  });
});
