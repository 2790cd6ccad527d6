import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerConfigInput, serverConfigSchema } from '../../src/server/config/schema.ts';
import { openLog } from '../../src/server/plugins/log/server-log.ts';
import { type RunningServer, startServer } from '../../src/server/serve/start-server.ts';
import { GOOD_PASSWORD } from '../build/people.ts';
import { SoftwareAuthenticator } from '../build/software-authenticator.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

export interface Sending {
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: unknown;
  /** Sent as it is. */
  readonly raw?: string | Buffer;
}

/** A server as an operator runs it, on a free port of this machine, with everything it logs. */
export interface RealServer {
  readonly running: RunningServer;
  readonly origin: string;
  readonly host: string;
  readonly port: number;
  readonly folder: string;
  readonly logged: () => string;
  /** One request, written as it is given. */
  send(method: string, path: string, sending?: Sending): Promise<Answer>;
  /** Bytes as they are, and what comes back until the other side closes, or nothing more for `waitMs`. */
  sendBytes(bytes: string, waitMs?: number): Promise<string>;
  stop(): Promise<void>;
}

export async function startRealServer(over: ServerConfigInput = {}): Promise<RealServer> {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-server-'));
  const lines: string[] = [];
  const config = serverConfigSchema.parse({ data: join(folder, 'data'), ...over, listen: { port: 0, ...over.listen } });
  const log = openLog({ ...config.log, level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const running = await startServer({ config, log });
  const { host, port: text } = new URL(running.origin);
  const port = Number(text);
  return {
    running,
    origin: running.origin,
    host,
    port,
    folder,
    logged: () => lines.join(''),
    send: (method, path, sending = {}) => send({ method, path, port, host }, sending),
    sendBytes: (bytes, waitMs = 3000) => sendBytes(port, bytes, waitMs),
    stop: async () => {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function send(
  to: { readonly method: string; readonly path: string; readonly port: number; readonly host: string },
  { headers = {}, body, raw }: Sending,
): Promise<Answer> {
  const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: to.port,
        method: to.method,
        path: to.path,
        agent: false,
        headers: {
          host: to.host,
          ...(payload === undefined ? {} : { 'content-length': String(Buffer.byteLength(payload)) }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const answer = Buffer.concat(parts).toString('utf8');
          const isJson = response.headers['content-type']?.includes('json') === true;
          const json = isJson && answer !== '' ? (JSON.parse(answer) as Record<string, unknown>) : {};
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: answer, json });
        });
      },
    );
    sent.once('error', reject);
    sent.end(payload);
  });
}

async function sendBytes(port: number, bytes: string, waitMs: number): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    const timer = setTimeout(() => socket.destroy(), waitMs);
    socket.on('data', (part) => {
      received += part.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(received);
    });
  });
}

/** A browser with one session, which repeats what `me` says. */
export class Visitor {
  readonly server: RealServer;
  cookie: string | null = null;
  csrf = '';

  constructor(server: RealServer) {
    this.server = server;
  }

  async send(method: string, path: string, body?: unknown, headers: Sending['headers'] = {}): Promise<Answer> {
    const isSafe = method === 'GET' || method === 'HEAD';
    const answer = await this.server.send(method, path, {
      ...(body === undefined ? {} : { body }),
      headers: {
        'sec-fetch-site': 'same-origin',
        ...(isSafe ? {} : { origin: this.server.origin, 'x-csrf-token': this.csrf }),
        ...(this.cookie === null ? {} : { cookie: this.cookie }),
        ...headers,
      },
    });
    const [set] = answer.headers['set-cookie'] ?? [];
    if (set !== undefined) {
      const [pair = ''] = set.split(';');
      this.cookie = pair.endsWith('=') ? null : pair;
    }
    return answer;
  }

  async me(): Promise<Record<string, unknown>> {
    const { json } = await this.send('GET', '/api/me');
    this.csrf = typeof json['csrfToken'] === 'string' ? json['csrfToken'] : '';
    return json;
  }
}

export interface Administrator {
  readonly visitor: Visitor;
  readonly authenticator: SoftwareAuthenticator;
  readonly id: string;
}

/** The first administrator, with a passkey that was used just now. */
export async function setUpAdministrator(server: RealServer): Promise<Administrator> {
  const visitor = new Visitor(server);
  const authenticator = new SoftwareAuthenticator({ origin: server.origin });
  const token = tokenOf(server.running.setUpLink ?? '');
  const person = { token, name: 'Ada', email: 'ada@example.org', password: GOOD_PASSWORD };
  expectStatus(await visitor.send('POST', '/api/set-up', person), 200);
  await visitor.me();
  const options = await visitor.send('POST', '/api/me/passkeys/options');
  const response = authenticator.create(options.json);
  expectStatus(await visitor.send('POST', '/api/me/passkeys', { name: 'laptop', response }), 201);
  await stepUp(visitor, authenticator);
  const { principal } = (await visitor.me()) as { principal: { id: string } };
  return { visitor, authenticator, id: principal.id };
}

/** Proves once more who somebody is. */
export async function stepUp(visitor: Visitor, authenticator: SoftwareAuthenticator): Promise<void> {
  const options = await visitor.send('POST', '/api/me/verify/options');
  const response = authenticator.get(options.json);
  expectStatus(await visitor.send('POST', '/api/me/verify', { response }), 200);
  await visitor.me();
}

/** Somebody who was invited, with a role or without any. */
export async function inviteVisitor(
  { visitor }: Administrator,
  person: { readonly name: string; readonly email: string; readonly role?: string },
): Promise<{ readonly visitor: Visitor; readonly id: string }> {
  const invited = await visitor.send('POST', '/api/people', {
    ...person,
    ...(person.role === undefined ? {} : { scope: { kind: 'server' } }),
  });
  expectStatus(invited, 201);
  const guest = new Visitor(visitor.server);
  const token = tokenOf(String(invited.json['link']));
  expectStatus(
    await guest.send('POST', '/api/invitations/accept', { token, name: person.name, password: GOOD_PASSWORD }),
    200,
  );
  await guest.me();
  return { visitor: guest, id: String(invited.json['personId']) };
}

/** A service with a key for these actions. */
export async function makeKey(
  { visitor }: Administrator,
  scopes: readonly string[],
): Promise<{ readonly secret: string; readonly serviceId: string; readonly keyId: string }> {
  const made = await visitor.send('POST', '/api/services', { name: `service ${Math.random()}` });
  expectStatus(made, 201);
  const serviceId = String(made.json['id']);
  const issued = await visitor.send('POST', `/api/services/${serviceId}/keys`, { name: 'key', scopes });
  expectStatus(issued, 201);
  return {
    serviceId,
    secret: String(issued.json['secret']),
    keyId: String((issued.json['key'] as Record<string, unknown>)['id']),
  };
}

export function tokenOf(link: string): string {
  return new URL(link).hash.replace('#token=', '');
}

function expectStatus(answer: Answer, status: number): void {
  if (answer.status !== status) throw new Error(`expected status ${status}, found ${answer.status}: ${answer.text}`);
}
