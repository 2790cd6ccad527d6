/**
 * Measures the memory of a server that gives out a sealed file, small and large: each in a process of its own that does nothing else, so that
 * neither what made the file nor what receives it counts. Prints the largest resident set of each, before any download and at the end.
 *
 * usage: node bench/download-memory.ts [--mib 100,2048] [--clients N]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { LocalKeyProvider, ROOT_BYTES } from '../src/registry/keys/local-key-provider.ts';
import { openBlobs } from '../src/store/blobs/open-blobs.ts';
import { openStore } from '../src/store/open-store.ts';
import { release, versionWith } from '../test/registry/contents-fixture.ts';
import { openTestRegistry, type TestRegistry } from '../test/registry/fixture.ts';
import { downloadHeaders, serveDownloads } from './serve-downloads.ts';

const FILE = 'model.safetensors';
const MIB = 1024 * 1024;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { mib: { type: 'string', default: '100,2048' }, clients: { type: 'string', default: '1' } },
});

/** The registry of a folder, whichever process opens it. */
async function openIn(folder: string): Promise<{ readonly test: TestRegistry; readonly close: () => Promise<void> }> {
  const enqueue = (): Promise<never> => Promise.reject(new Error('no jobs here'));
  const store = await openStore({ records: { column: 'sqlite', folder }, enqueue });
  const blobs = await openBlobs({ folder: { path: join(folder, 'blobs') } });
  const masterKey = new LocalKeyProvider([new Uint8Array(ROOT_BYTES)]);
  const test = await openTestRegistry({ store, project: `bench ${process.pid}` }, { blobs, masterKey });
  return {
    test,
    close: async () => {
      await test.end();
      await store.close();
    },
  };
}

async function prepare(folder: string, bytes: number): Promise<void> {
  const { test, close } = await openIn(folder);
  const versionId = await versionWith(test, { [FILE]: Buffer.alloc(bytes, 'not the same everywhere ') });
  await release(test.registry, versionId);
  await close();
  process.stdout.write(versionId);
}

/** Says where it serves, and at the end of its input how much memory it took: before the first request, and at its highest. */
async function serve(folder: string, versionId: string): Promise<void> {
  const { test, close } = await openIn(folder);
  const served = await serveDownloads(test);
  const before = process.resourceUsage().maxRSS;
  process.stdout.write(`${served.urlOf(versionId, FILE)}\n`);
  for await (const _ of process.stdin);
  process.stdout.write(`${before} ${process.resourceUsage().maxRSS}\n`);
  await served.close();
  await close();
}

function fetchOne(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { headers: downloadHeaders, agent: false }, (response) => {
      let bytes = 0;
      response.on('data', (piece: Buffer) => void (bytes += piece.length));
      response.once('error', reject);
      response.once('end', () => resolve(bytes));
    }).once('error', reject);
  });
}

function run(...args: readonly string[]) {
  const child = spawn(process.execPath, [import.meta.filename, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`${args[0]} ended without an answer`);
    return value;
  };
  return { child, line };
}

async function measure(mib: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-memory-'));
  try {
    const versionId = await run('prepare', folder, String(mib * MIB)).line();
    const server = run('serve', folder, versionId);
    const url = await server.line();
    const counts = await Promise.all(Array.from({ length: Number(values.clients) }, () => fetchOne(url)));
    if (counts.some((count) => count !== mib * MIB))
      throw new Error(`expected ${mib * MIB} bytes, found ${counts.join(', ')}`);
    server.child.stdin.end();
    const [before = 0, peak = 0] = (await server.line()).split(' ').map(Number);
    return `| ${mib} | ${(before / 1024).toFixed(0)} | ${(peak / 1024).toFixed(0)} |`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [what, folder = '', of = ''] = positionals;
if (what === 'prepare') await prepare(folder, Number(of));
else if (what === 'serve') await serve(folder, of);
else {
  console.log('| sealed file, MiB | memory of the server before, MiB | at its highest, MiB |\n|---:|---:|---:|');
  for (const mib of values.mib.split(',').map(Number)) console.log(await measure(mib));
}
