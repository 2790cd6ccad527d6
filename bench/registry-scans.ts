/**
 * How many versions of the registry are examined in a second, by one worker process and by two that share PostgreSQL. Each process runs one job
 * at a time with one scan thread, so that two processes need two processors. Needs VOUCHSAFE_TEST_POSTGRES_URL.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { cpuMs, postgresCpuMs } from './cpu-time.ts';
import type { JobPlace } from '../test/build/jobs.ts';
import { torchZip } from '../test/build/torch.ts';
import { openPipeline, type Pipeline } from '../test/registry/pipeline-fixture.ts';

const VERSIONS = 12;
const SHARDS = 3;
/** Of each safetensors file. A version is a small model still, so that what it costs beside reading, hashing and scanning is seen. */
const SHARD_BYTES = 48 * 1024 * 1024;
const url = process.env['VOUCHSAFE_TEST_POSTGRES_URL'];

interface Orders {
  readonly place: JobPlace;
  readonly folder: string;
}

/** Files as models have them: weights, a pickle beside them, a configuration, a card. */
function filesOf(number: number): Readonly<Record<string, Uint8Array | string>> {
  const shards = Array.from({ length: SHARDS }, (_, shard) => [
    `model-0000${shard + 1}-of-0000${SHARDS}.safetensors`,
    weightsOf(number * SHARDS + shard),
  ]);
  return {
    ...(Object.fromEntries(shards) as Readonly<Record<string, Uint8Array>>),
    'pytorch_model.bin': torchZip(),
    'config.json': JSON.stringify({ model_type: 'bert', number }),
    'README.md': `---\nlicense: apache-2.0\n---\n# Model ${number}\n`,
  };
}

function weightsOf(number: number): Uint8Array {
  const w = { dtype: 'F32', shape: [SHARD_BYTES / 4], data_offsets: [0, SHARD_BYTES] };
  const header = Buffer.from(JSON.stringify({ w }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const weights = Buffer.concat([length, header, Buffer.alloc(SHARD_BYTES, number)]);
  // Bytes do not count that far: each is another file all the same.
  weights.writeUInt32LE(number, weights.length - 4);
  return weights;
}

async function work({ place, folder }: Orders): Promise<void> {
  const pipeline = await openPipeline(place, { folder, threads: 1 });
  await pipeline.start(['registry.examine']);
  process.stdout.write('ready\n');
  process.stdin.resume();
}

async function waiting({ queue }: Pipeline): Promise<number> {
  const rows = queue.store.read.selectFrom('registry_versions').select('id').where('state', '=', 'examining');
  return (await rows.execute()).length;
}

interface Measured {
  /** Versions in a second. */
  readonly rate: number;
  /** Processor time of one version, in ms: of the workers, and of PostgreSQL. */
  readonly ours: number;
  readonly postgres: number;
}

async function measure(processes: number): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-bench-'));
  const schema = `bench_${randomBytes(6).toString('hex')}`;
  const place: JobPlace = { column: 'pg-boss', records: { column: 'postgres', url: url ?? '', schema, folder } };
  const pipeline = await openPipeline(place, { folder, threads: 0, partBytes: 64 * 1024 * 1024 });
  const orders = JSON.stringify({ place, folder } satisfies Orders);
  const children = Array.from({ length: processes }, () =>
    spawn(process.execPath, [import.meta.filename, orders], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  try {
    const modelId = await pipeline.model('bench/model');
    await Promise.all(children.map((child) => new Promise((resolve) => child.stdout.once('data', resolve))));
    // The first of each process also starts its threads: measured is what a worker does all day.
    for (let n = 0; n < 2 * processes; n += 1) await pipeline.submit(modelId, filesOf(200 + n));
    while ((await waiting(pipeline)) > 0) await sleep(20);
    const ids: string[] = [];
    for (let n = 0; n < VERSIONS; n += 1) ids.push(await pipeline.upload(modelId, filesOf(n)));
    const spent = (): readonly number[] => [
      performance.now(),
      children.reduce((sum, { pid }) => sum + cpuMs(pid ?? 'self'), 0),
      postgresCpuMs(),
    ];
    const before = spent();
    for (const id of ids) await pipeline.submitUploaded(id);
    // Seldom: this asks the same PostgreSQL.
    while ((await waiting(pipeline)) > 0) await sleep(50);
    const [ms = 0, ours = 0, postgres = 0] = spent().map((now, at) => (now - (before[at] ?? 0)) / VERSIONS);
    return { rate: 1000 / ms, ours, postgres };
  } finally {
    for (const child of children) child.kill();
    await pipeline.end();
    rmSync(folder, { recursive: true, force: true });
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`drop schema if exists ${schema} cascade; drop schema if exists ${schema}_jobs cascade`);
    await client.end();
  }
}

const [, , given] = process.argv;
if (given !== undefined) await work(JSON.parse(given) as Orders);
else if (url === undefined) console.log('VOUCHSAFE_TEST_POSTGRES_URL names no PostgreSQL: nothing was measured');
else {
  const mib = Math.round((SHARDS * SHARD_BYTES) / 1024 / 1024);
  console.log(`${VERSIONS} versions of ${mib} MiB, ${availableParallelism()} processors`);
  const [one, two] = [await measure(1), await measure(2)];
  const shown = ({ rate, ours, postgres }: Measured): string =>
    `${rate.toFixed(2)} versions/s, ${Math.round(rate * mib)} MiB/s; ` +
    `processor time of one version: ${Math.round(ours)} ms of the workers, ${Math.round(postgres)} ms of PostgreSQL`;
  console.log(`1 worker process:   ${shown(one)}`);
  console.log(`2 worker processes: ${shown(two)}`);
  console.log(`ratio: ${(two.rate / one.rate).toFixed(2)}`);
}
