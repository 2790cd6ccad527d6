import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { safetensors } from '../build/tensors.ts';
import { makeKey, setUpAdministrator } from '../server/real-server.ts';
import type { Answer } from '../server/real-server.ts';
import { embeddedSite, type Site } from '../system/columns.ts';
import type { RunOptions } from '../system/programs.ts';
import type { ServedProgram } from '../system/served.ts';

const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
const MAX_WAIT_MS = 60_000;
const moving: ReadonlySet<unknown> = new Set(['uploading', 'examining', 'releasing']);

interface Ran {
  readonly code: number;
  readonly text: string;
}

/** `vouchsafe serve` in a process of its own on a fixed port, with a project, and a service that may bring models. */
export interface ModelSite {
  readonly site: Site;
  readonly port: number;
  readonly serviceId: string;
  readonly projectId: string;
  /** What requests of the service say. */
  key(): { readonly authorization: string };
  /** Starts it again; what ran before was ended. */
  serve(options?: RunOptions): Promise<ServedProgram>;
  /** Runs `vouchsafe push`, `pull` and the like to their end, whatever server answers meanwhile. */
  run(...args: readonly string[]): Promise<Ran>;
  /** With the key of the service. */
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
  /** The version once nothing is being done about it, or once `isThere`. */
  version(id: string, isThere?: (version: Answer['json']) => boolean): Promise<Answer['json']>;
  /** Digests of what is stored whole. */
  stored(): readonly string[];
  /** Sizes of what is being stored. */
  incoming(): readonly number[];
}

export async function openModelSite(partBytes: number): Promise<ModelSite> {
  const port = await freePort();
  const config = { listen: { port }, registry: { limits: { partBytes } } };
  const site = await embeddedSite({ config });
  const server = await site.serve();
  const boss = await setUpAdministrator(server);
  const { visitor } = boss;
  const projectId = String((await visitor.send('POST', '/api/projects', { name: 'research' })).json['id']);
  const { serviceId, secret } = await makeKey(boss, ['models.read', 'models.write', 'projects.read']);
  const principal = { kind: 'service', id: serviceId };
  const grant = { principal, role: 'engineer', scope: { kind: 'project', id: projectId }, reason: 'brings models' };
  expect((await visitor.send('POST', '/api/grants', grant)).status).toBe(201);
  await server.stop();

  let current: ServedProgram = server;
  const blobs = join(site.dataOf(''), 'blobs');
  const ask: ModelSite['ask'] = (method, path, body) =>
    current.send(method, path, {
      headers: { authorization: `Bearer ${secret}` },
      ...(body === undefined ? {} : { body }),
    });
  return {
    site,
    port,
    serviceId,
    projectId,
    key: () => ({ authorization: `Bearer ${secret}` }),
    serve: async (options) => {
      current = await site.serve('server', options);
      return current;
    },
    run: (...args) => {
      const own = { NO_COLOR: '1', VOUCHSAFE_SERVER: `http://localhost:${port}`, VOUCHSAFE_TOKEN: secret };
      return new Promise((resolve) => {
        execFile(process.execPath, [main, ...args], { env: { ...process.env, ...own } }, (error, stdout, stderr) =>
          resolve({ code: Number(error?.code ?? 0), text: stdout + stderr }),
        );
      });
    },
    ask,
    version: async (id, isThere = ({ state }) => !moving.has(state)) => {
      for (const until = Date.now() + MAX_WAIT_MS; ; await sleep(10)) {
        const { json, text } = await ask('GET', `/api/registry/versions/${id}`);
        if (isThere(json)) return json;
        if (Date.now() > until) throw new Error(`expected another version, found ${text}`);
      }
    },
    stored: () =>
      readdirSync(blobs, { recursive: true, encoding: 'utf8' }).flatMap(
        (name) => /^..\/..\/([0-9a-f]{64})$/.exec(name)?.[1] ?? [],
      ),
    incoming: () =>
      readdirSync(join(blobs, 'incoming')).flatMap(
        (name) => statSync(join(blobs, 'incoming', name), { throwIfNoEntry: false })?.size ?? [],
      ),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A file of safetensors of exactly so many bytes, with a tensor that nobody else has. */
export function tensorsOf(bytes: number): Uint8Array {
  const header = (data: number): string =>
    JSON.stringify({ w: { dtype: 'U8', shape: [data], data_offsets: [0, data] } });
  let data = bytes;
  while (8 + header(data).length + data > bytes) data -= 1;
  const padding = ' '.repeat(bytes - 8 - header(data).length - data);
  return safetensors(header(data), randomBytes(data), { padding });
}

/** Writes files into a new folder. @returns its path */
export function folderWith(path: string, files: Readonly<Record<string, Uint8Array>>): string {
  mkdirSync(path);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return path;
}

export function sha256Of(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
