/**
 * Measures hashing for signatures beside `openssl dgst -sha256` and beside SHA-256 over memory in this Node, with one
 * thread and with two, interleaved. Prints a table; bytes come from the page cache.
 *
 * usage: node bench/sign.ts [--mebibytes N] [--rounds N]
 */
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildManifest } from '../src/node/sign/build-manifest.ts';

const MIB = 1024 * 1024;
const GNU_TIME = '/usr/bin/time';

const { values } = parseArgs({ options: { mebibytes: { type: 'string' }, rounds: { type: 'string' } } });
const mebibytes = Number(values.mebibytes ?? 512);
const rounds = Number(values.rounds ?? 5);

interface Sample {
  readonly seconds: number;
  /** Processor time of all threads; null where it cannot be had. */
  readonly cpuSeconds: number | null;
}

interface Subject {
  readonly name: string;
  readonly mebibytes: number;
  run(): Promise<Sample> | Sample;
}

const scratch = mkdtempSync(join(tmpdir(), 'vouchsafe-bench-sign-'));
try {
  await bench();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function bench(): Promise<void> {
  const [one, other] = ['one.bin', 'two.bin'].map((name) => write(join(scratch, name)));
  if (one === undefined || other === undefined) return;
  const subjects: Subject[] = [
    { name: 'node, from memory', mebibytes, run: fromMemory },
    { name: 'openssl dgst -sha256', mebibytes, run: () => openssl(one) },
    { name: 'vouchsafe, one file', mebibytes, run: () => ours(one, {}) },
    { name: 'vouchsafe, two files, 1 thread', mebibytes: 2 * mebibytes, run: () => ours(scratch, { jobs: 1 }) },
    { name: 'vouchsafe, two files, 2 threads', mebibytes: 2 * mebibytes, run: () => ours(scratch, { jobs: 2 }) },
    {
      name: 'vouchsafe, one file in shards, 2 threads',
      mebibytes,
      run: () => ours(one, { jobs: 2, shardSize: 64 * MIB }),
    },
    { name: 'vouchsafe, one file, blake2b', mebibytes, run: () => ours(one, { hash: 'blake2b' }) },
    { name: 'vouchsafe, one file, blake3', mebibytes, run: () => ours(one, { hash: 'blake3' }) },
  ];
  const samples = new Map<string, Sample[]>(subjects.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const subject of subjects) samples.get(subject.name)?.push(await subject.run());
  }
  print(subjects, samples);
}

function write(file: string): string {
  const fd = openSync(file, 'w');
  const block = randomBytes(MIB);
  for (let index = 0; index < mebibytes; index += 1) {
    block.writeUInt32LE(index, 0);
    writeSync(fd, block);
  }
  closeSync(fd);
  return file;
}

async function timed(work: () => Promise<unknown>): Promise<Sample> {
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const used = process.cpuUsage(cpu);
  return { seconds: (performance.now() - started) / 1000, cpuSeconds: (used.user + used.system) / 1e6 };
}

function ours(target: string, options: Parameters<typeof buildManifest>[1]): Promise<Sample> {
  return timed(() => buildManifest(target, options));
}

function fromMemory(): Promise<Sample> {
  const block = randomBytes(MIB);
  return timed(() => {
    const hash = createHash('sha256');
    for (let index = 0; index < mebibytes; index += 1) hash.update(block);
    return Promise.resolve(hash.digest());
  });
}

function openssl(file: string): Sample {
  const note = join(tmpdir(), `vouchsafe-bench-time-${process.pid}`);
  const command = ['openssl', 'dgst', '-sha256', file];
  const [program = '', ...args] = existsSync(GNU_TIME) ? [GNU_TIME, '-f', '%U %S', '-o', note, ...command] : command;
  const started = performance.now();
  const { status } = spawnSync(program, args, { stdio: 'ignore' });
  const seconds = (performance.now() - started) / 1000;
  if (status !== 0) throw new Error('openssl is not installed');
  const times = existsSync(note) ? readFileSync(note, 'utf8').trim().split(' ').map(Number) : [];
  rmSync(note, { force: true });
  return { seconds, cpuSeconds: times.length === 2 ? (times[0] ?? 0) + (times[1] ?? 0) : null };
}

function print(subjects: readonly Subject[], samples: ReadonlyMap<string, readonly Sample[]>): void {
  const rates = subjects.map(({ name, mebibytes: size }) => {
    const all = samples.get(name) ?? [];
    const cpu = all.flatMap(({ cpuSeconds }) => (cpuSeconds === null ? [] : [size / cpuSeconds]));
    return { name, wall: median(all.map(({ seconds }) => size / seconds)), cpu: cpu.length === 0 ? null : median(cpu) };
  });
  const reference = rates.find(({ name }) => name.startsWith('openssl'));
  const loads = loadavg().map((one) => one.toFixed(1));
  console.log(`${cpus().length} × ${cpus()[0]?.model ?? ''}, Node ${process.versions.node}, load ${loads.join(' ')}`);
  console.log(`${mebibytes} MiB, median of ${rounds}\n`);
  console.log('| what | MiB/s | × openssl | MiB per CPU second | × openssl |\n|---|--:|--:|--:|--:|');
  for (const { name, wall, cpu } of rates) {
    const share = (value: number | null, of: number | null | undefined): string =>
      value === null || of === null || of === undefined ? '' : (value / of).toFixed(2);
    const cells = [
      name,
      wall.toFixed(0),
      share(wall, reference?.wall),
      cpu?.toFixed(0) ?? '',
      share(cpu, reference?.cpu),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
