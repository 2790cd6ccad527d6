import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Answer, RealServer, Sending } from '../server/real-server.ts';
import { type Program, runProgram, type RunOptions } from './programs.ts';

export interface ServedProgram extends RealServer {
  readonly program: Program;
}

/** Starts a program that serves, and waits until it does. */
export async function serveProgram(args: readonly string[], options: RunOptions = {}): Promise<ServedProgram> {
  const program = runProgram(args, options);
  const { origin, port } = (await program.said('listening')) as { readonly origin: string; readonly port: number };
  const host = `localhost:${port}`;
  const agent = new Agent({ keepAlive: true });
  const ways = await send({ method: 'GET', path: '/api/sign-in', port, host, agent }, {});
  const link = ways.json['setUpRequired'] === true ? await printedLink(program) : null;
  return {
    program,
    origin,
    host,
    port,
    folder: '',
    logged: program.logged,
    running: {
      origin,
      folder: '',
      isLoopback: true,
      setUpLink: link,
      reloadTls: () => undefined,
      stop: async () => void (await program.stop()),
    },
    send: (method, path, sending = {}) => send({ method, path, port, host, agent }, sending),
    sendBytes: () => Promise.reject(new Error('not here')),
    stop: async () => {
      expect(await program.stop(), program.logged()).toBe(0);
    },
  };
}

async function printedLink(program: Program): Promise<string> {
  for (;;) {
    const link = /http:\/\/\S+\/set-up#token=[\w-]+/.exec(program.printed())?.[0];
    if (link !== undefined) return link;
    await sleep(10);
  }
}

/** Several processes as one: each request goes to the next of them, as a load balancer would have it. */
export function balanced(servers: readonly ServedProgram[]): ServedProgram {
  // Each process that starts makes a new link to set up with, so that of the last one holds.
  const last = servers.at(-1);
  if (last === undefined) throw new Error('expected a server');
  let turn = 0;
  const send: ServedProgram['send'] = (...asked) => (servers[turn++ % servers.length] ?? last).send(...asked);
  return { ...last, send };
}

interface To {
  readonly method: string;
  readonly path: string;
  readonly port: number;
  readonly host: string;
  readonly agent: Agent;
}

function send({ method, path, port, host, agent }: To, { headers = {}, body, raw }: Sending): Promise<Answer> {
  const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const own = {
      host,
      ...(payload === undefined ? {} : { 'content-length': String(Buffer.byteLength(payload)) }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const sent = request({ host: '127.0.0.1', port, method, path, agent, headers: { ...own, ...headers } });
    sent.once('error', reject);
    sent.once('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.once('error', reject);
      response.once('end', () => {
        const text = Buffer.concat(parts).toString('utf8');
        const isJson = response.headers['content-type']?.includes('json') === true;
        const json = isJson && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : {};
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
      });
    });
    sent.end(payload);
  });
}
