/**
 * How fast a server takes in files, hashed and made durable, against plain SHA-256 of the same bytes: without a network, and as parts over HTTP
 * on this machine. Beside it a server of a few lines that does no more than receive, and one that also hashes and writes. The sender is a
 * process of its own that does nothing but send.
 *
 * usage: node bench/upload.ts [MIB]
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveRegistry, BEARER } from '../test/registry/served.ts';
import { openTestRegistry } from '../test/registry/fixture.ts';
import { FolderBlobs } from '../src/store/blobs/folder-blobs.ts';
import { openStore } from '../src/store/open-store.ts';

const MIB = 1024 * 1024;
const PART_BYTES = 16 * MIB;
/** As sockets give them. */
const PIECE_BYTES = 64 * 1024;
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
  const ways: readonly [string, () => number | Promise<number>][] = [
    ['plain SHA-256', hashAll],
    ['store of blobs, no network', store],
    ['bare server that drops, 4 at once', () => receiveBare(drop, 4)],
    ['bare server that hashes and writes, 1 at once', () => receiveBare(hashAndWrite, 1)],
    ['bare server that hashes and writes, 4 at once', () => receiveBare(hashAndWrite, 4)],
    ...AT_ONCE.map((count): [string, () => Promise<number>] => [`upload, ${count} at once`, () => receive(count)]),
  ];
  const times = new Map<string, number[]>(ways.map(([name]) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of ways) times.get(name)?.push(await run());
  }
  const base = median(times.get('plain SHA-256') ?? []);
  console.log('| what | MiB/s | of plain SHA-256 |\n|---|--:|--:|');
  for (const [name, taken] of times) {
    console.log(`| ${name} | ${rate(median(taken))} | ${Math.round((base / median(taken)) * 100)} % |`);
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

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'vouchsafe-bench-upload-'));
}

/** What an upload costs beside the network: the content of each part as a stream from memory, four at once. */
async function store(): Promise<number> {
  const folder = newFolder();
  const blobs = await FolderBlobs.open(folder);
  const contents = Array.from({ length: parts }, (_, part) => contentOf(part));
  const rest = contents.values();
  const started = performance.now();
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (const content of rest) await blobs.put(piecesOf(content), { maxBytes: content.length });
    }),
  );
  const milliseconds = performance.now() - started;
  await blobs.close();
  rmSync(folder, { recursive: true });
  return milliseconds;
}

async function* piecesOf(content: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += PIECE_BYTES) yield content.subarray(at, at + PIECE_BYTES);
}

type Taking = (body: IncomingMessage, path: string) => Promise<void>;

async function drop(body: IncomingMessage): Promise<void> {
  body.resume();
  await once(body, 'end');
}

/** As one writes it in an afternoon. */
async function hashAndWrite(body: IncomingMessage, path: string): Promise<void> {
  const file = await open(path, 'w');
  const hash = createHash('sha256');
  for await (const piece of body) {
    hash.update(piece as Buffer);
    await file.write(piece as Buffer);
  }
  hash.digest();
  await file.sync();
  await file.close();
}

async function receiveBare(take: Taking, count: number): Promise<number> {
  const folder = newFolder();
  let taken = 0;
  const server = createServer((asked, answer) => {
    void take(asked, join(folder, `${taken++}`)).then(() => answer.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const milliseconds = await sendFrom(`http://127.0.0.1:${port}`, 'none', count);
  server.close();
  rmSync(folder, { recursive: true });
  return milliseconds;
}

async function receive(count: number): Promise<number> {
  const folder = newFolder();
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
