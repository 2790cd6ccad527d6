/**
 * Measures downloads: many clients at once fetch one file from a server, over HTTP on this machine, sealed and plain by the same route. Prints
 * throughput (median of rounds, and the ratio), processor time of the server, and its memory at its highest. The clients are a process of their
 * own, with the server on the same cores.
 *
 * usage: node bench/download.ts [--mib N] [--clients N] [--rounds N]
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { get } from 'node:http';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { openStore } from '../src/store/open-store.ts';
import { release, versionWith } from '../test/registry/contents-fixture.ts';
import { openTestRegistry } from '../test/registry/fixture.ts';
import { downloadHeaders, serveDownloads } from './serve-downloads.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { mib: { type: 'string' }, clients: { type: 'string' }, rounds: { type: 'string' } },
});
const fileBytes = Number(values.mib ?? 100) * 1024 * 1024;
const clients = Number(values.clients ?? 64);
const rounds = Number(values.rounds ?? 5);

interface Round {
  readonly bytesPerSecond: number;
  readonly cpuSecondsPerGb: number;
}

/** The other process: fetches one address as often as there are clients, at once, and answers with how many bytes came. */
async function fetchAll(url: string): Promise<void> {
  const counts = await Promise.all(Array.from({ length: clients }, () => fetchOne(url)));
  process.stdout.write(String(counts.reduce((sum, count) => sum + count, 0)));
}

function fetchOne(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { headers: downloadHeaders, agent: false }, (response) => {
      let bytes = 0;
      response.on('data', (piece: Buffer) => void (bytes += piece.length));
      response.on('error', reject);
      response.on('end', () =>
        response.statusCode === 200 ? resolve(bytes) : reject(new Error(`${response.statusCode}`)),
      );
    }).on('error', reject);
  });
}

async function bench(folder: string): Promise<void> {
  const enqueue = async (): Promise<never> => {
    throw new Error('no jobs here');
  };
  const store = await openStore({ records: { column: 'sqlite', folder }, enqueue });
  const test = await openTestRegistry({ store });
  const { registry } = test;
  const content = randomBytes(fileBytes);
  const versions = {
    plain: await versionWith(test, { 'model.safetensors': content }, { name: 'bench/plain' }),
    sealed: await versionWith(
      test,
      { 'model.safetensors': Buffer.concat([content, randomBytes(1)]) },
      { name: 'bench/sealed' },
    ),
  };
  await store.change(({ sql }) =>
    sql.updateTable('registry_versions').set({ state: 'released' }).where('id', '=', versions.plain).execute(),
  );
  await release(registry, versions.sealed);
  const served = await serveDownloads(test);
  const urlOf = (id: string): string => served.urlOf(id, 'model.safetensors');
  const results: Record<keyof typeof versions, Round[]> = { plain: [], sealed: [] };
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 50);
  const before = process.memoryUsage.rss();
  for (let round = 0; round <= rounds; round += 1) {
    for (const kind of ['plain', 'sealed'] as const) {
      const measured = await measure(urlOf(versions[kind]));
      // The first warms up.
      if (round > 0) results[kind].push(measured);
    }
  }
  clearInterval(watch);
  print(results, { before, peak });
  await served.close();
  await test.end();
  await store.close();
}

async function measure(url: string): Promise<Round> {
  const args = [import.meta.filename, 'fetch', url, '--clients', String(clients)];
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (piece: Buffer) => void (text += piece.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  const seconds = (performance.now() - startedMs) / 1000;
  const bytes = Number(text);
  if (bytes < clients * fileBytes) throw new Error(`expected ${clients * fileBytes} bytes, found ${text}`);
  const { user, system } = process.cpuUsage(cpu);
  return { bytesPerSecond: bytes / seconds, cpuSecondsPerGb: (user + system) / 1e6 / (bytes / 1e9) };
}

function print(results: Record<'plain' | 'sealed', readonly Round[]>, memory: { before: number; peak: number }): void {
  const median = (kind: 'plain' | 'sealed', of: (round: Round) => number): number =>
    results[kind].map(of).toSorted((one, other) => one - other)[Math.floor(rounds / 2)] ?? Number.NaN;
  const speed = (kind: 'plain' | 'sealed'): number => median(kind, ({ bytesPerSecond }) => bytesPerSecond);
  const cpu = (kind: 'plain' | 'sealed'): string => median(kind, ({ cpuSecondsPerGb }) => cpuSecondsPerGb).toFixed(2);
  const mib = (bytes: number): string => (bytes / 1024 / 1024).toFixed(0);
  console.log(`${clients} clients, a file of ${mib(fileBytes)} MiB, ${rounds} rounds, ${cpus().length} cores\n`);
  console.log('| file | MB/s together | processor time of the server, s/GB |');
  console.log('|---|---:|---:|');
  for (const kind of ['plain', 'sealed'] as const) {
    console.log(`| ${kind} | ${(speed(kind) / 1e6).toFixed(0)} | ${cpu(kind)} |`);
  }
  console.log(`\nsealed against plain: ${((100 * speed('sealed')) / speed('plain')).toFixed(0)} %`);
  console.log(`memory of the server: ${mib(memory.before)} MiB before, ${mib(memory.peak)} MiB at its highest`);
}

const [what, url] = positionals;
if (what === 'fetch' && url !== undefined) {
  await fetchAll(url);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-download-'));
  try {
    await bench(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
