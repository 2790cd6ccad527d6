/**
 * How fast a server takes in files: parts over HTTP on this machine, hashed and made durable, against plain SHA-256 of the same bytes. The
 * sender is a process of its own and does nothing but send.
 *
 * usage: node bench/upload.ts [MIB]
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request, Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveRegistry, BEARER } from '../test/registry/served.ts';
import { openTestRegistry } from '../test/registry/fixture.ts';
import { openStore } from '../src/store/open-store.ts';

const MIB = 1024 * 1024;
const PART_BYTES = 16 * MIB;
const AT_ONCE = [1, 4];
const ROUNDS = 3;

const [given = '512', origin, versionId, atOnce] = process.argv.slice(2);
const bytes = Number(given) * MIB;
const parts = Math.ceil(bytes / PART_BYTES);

/** Bytes that no layer can make shorter; each part is another content. */
function contentOf(part: number): Buffer {
  const content = Buffer.alloc(PART_BYTES, createHash('sha512').update(`part ${part}`).digest());
  return content.subarray(0, Math.min(PART_BYTES, bytes - part * PART_BYTES));
}

if (origin === undefined) await measure();
else await send();

/** In the process that sends. */
async function send(): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: Number(atOnce) });
  const contents = Array.from({ length: parts }, (_, part) => contentOf(part));
  process.send?.('ready');
  await new Promise((resolve) => process.once('message', resolve));
  const started = performance.now();
  const rest = contents.entries();
  await Promise.all(
    Array.from({ length: Number(atOnce) }, async () => {
      for (const [part, content] of rest) await put(agent, part, content);
    }),
  );
  process.send?.(performance.now() - started);
  agent.destroy();
  process.disconnect();
}

function put(agent: Agent, part: number, content: Buffer): Promise<void> {
  const url = `${origin}/api/registry/versions/${versionId}/parts?path=weights.bin&part=${part}`;
  const headers = {
    authorization: `Bearer ${BEARER}`,
    'content-type': 'application/octet-stream',
    'content-length': String(content.length),
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'PUT', agent, headers }, (response) => {
      response.resume();
      response.on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(`${response.statusCode}`))));
    });
    sent.on('error', reject);
    sent.end(content);
  });
}

/** In the process that receives. */
async function measure(): Promise<void> {
  const hashed: number[] = [];
  const received = new Map<number, number[]>(AT_ONCE.map((count) => [count, []]));
  for (let round = 0; round < ROUNDS; round++) {
    hashed.push(hashAll());
    for (const count of AT_ONCE) received.get(count)?.push(await receive(count));
  }
  const base = median(hashed);
  console.log(`plain SHA-256: ${rate(base)} MiB/s`);
  for (const [count, times] of received) {
    const ratio = Math.round((base / median(times)) * 100);
    console.log(`upload, ${count} at once: ${rate(median(times))} MiB/s, ${ratio} % of plain SHA-256`);
  }
}

function hashAll(): number {
  const contents = Array.from({ length: parts }, (_, part) => contentOf(part));
  const started = performance.now();
  const hash = createHash('sha256');
  for (const content of contents)
    for (let at = 0; at < content.length; at += MIB) hash.update(content.subarray(at, at + MIB));
  hash.digest();
  return performance.now() - started;
}

async function receive(count: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-bench-upload-'));
  const store = await openStore({
    records: { column: 'sqlite', folder },
    enqueue: async () => {
      throw new Error('the bench has no jobs');
    },
  });
  const test = await openTestRegistry({ store });
  const registry = { ...test.registry, limits: { ...test.registry.limits, partBytes: PART_BYTES } };
  const served = await serveRegistry({ registry, owner: test.owner });
  const model = await served.client.models.make({ body: { name: 'bench', projectId: test.projectId } });
  const begun = await served.client.versions.begin({
    params: { modelId: model.id },
    body: { files: [{ path: 'weights.bin', bytes }] },
  });
  const milliseconds = await sendFrom(served.origin, begun.version.id, count);
  await served.close();
  await test.end();
  await store.close();
  rmSync(folder, { recursive: true });
  return milliseconds;
}

function sendFrom(to: string, id: string, count: number): Promise<number> {
  const child = spawn(process.execPath, [import.meta.filename, given, to, id, String(count)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      if (message === 'ready') child.send('go');
      else resolve(Number(message));
    });
    child.on('error', reject);
    child.on('exit', (code) => code !== 0 && reject(new Error('the sender failed')));
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function rate(milliseconds: number): string {
  return Math.round((bytes / MIB / milliseconds) * 1000).toLocaleString('en');
}
