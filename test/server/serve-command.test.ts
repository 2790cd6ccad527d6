import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeCertificate } from './certificate.ts';

const MAIN = 'src/cli/main.ts';
const NO_PORT = /"port":(\d+)/;

interface Serving {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  /** Resolves once it listens, with the port. */
  readonly listening: Promise<number>;
  readonly exit: Promise<number | null>;
}

let folder: string;
let running: Serving[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vouchsafe-serve-'));
  running = [];
});

afterEach(async () => {
  for (const { child, exit } of running) {
    child.kill('SIGKILL');
    await exit;
  }
  rmSync(folder, { recursive: true, force: true });
});

function serve(...args: readonly string[]): Serving {
  const child = spawn(process.execPath, [MAIN, 'serve', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (part: Buffer) => (out += part.toString()));
  const exit = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const listening = new Promise<number>((resolve, reject) => {
    child.stderr.on('data', (part: Buffer) => {
      err += part.toString();
      const port = NO_PORT.exec(err)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    void exit.then((code) => reject(new Error(`ended with ${String(code)}: ${err}`)));
  });
  listening.catch(() => undefined);
  const serving = { child, out: () => out, err: () => err, listening, exit };
  running.push(serving);
  return serving;
}

const data = (): string => join(folder, 'data');

describe('vouchsafe serve', () => {
  test('starts with nothing, shows the link once on standard output alone, and stops when asked', async () => {
    const first = serve('--data', data(), '--port', '0');
    const port = await first.listening;
    const health = await fetch(`http://127.0.0.1:${port}/readyz`);
    expect(await health.json()).toMatchObject({ status: 'ok' });
    const link = /http:\/\/localhost:\d+\/set-up#token=\S+/.exec(first.out())?.[0] ?? '';
    expect(link).not.toBe('');
    expect(first.err()).not.toContain(new URL(link).hash);
    expect(
      first
        .err()
        .split('\n')
        .filter((line) => line !== '')
        .every((line) => line.startsWith('{')),
    ).toBe(true);
    expect(statSync(data()).mode & 0o777).toBe(0o700);
    for (const key of ['server.key', 'ledger-ed25519.pem', 'ledger-ml-dsa-44.pem']) {
      expect(statSync(join(data(), 'keys', key)).mode & 0o777).toBe(0o600);
    }
    first.child.kill('SIGTERM');
    expect(await first.exit).toBe(0);
    expect(first.err()).toContain('"event":"stopped"');
  });

  test('a request under way is answered while it stops; a second signal ends it at once', async () => {
    const serving = serve('--data', data(), '--port', '0');
    const port = await serving.listening;
    // A request whose head never ends is waited for.
    const slow = connectSocket(port, '127.0.0.1').on('error', () => undefined);
    slow.write('GET /healthz HTTP/1.1\r\n');
    await new Promise((resolve) => setTimeout(resolve, 200));
    serving.child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 300));
    serving.child.kill('SIGINT');
    expect(await serving.exit).toBe(2);
    slow.destroy();
  });

  test('says why it cannot start, and ends with 2', async () => {
    const first = serve('--data', data(), '--port', '0');
    const port = await first.listening;
    const cases: readonly (readonly [readonly string[], string])[] = [
      [['--data', data(), '--port', '0'], 'the data folder is in use'],
      [['--data', join(folder, 'other'), '--port', String(port)], 'the port is taken'],
      [['--data', join(folder, 'other'), '--host', '0.0.0.0'], 'will not listen to a network without TLS'],
      [['--config', join(folder, 'none.yaml')], 'cannot read the configuration'],
      [
        ['--data', join(folder, 'other'), '--tls-cert', 'none.pem', '--tls-key', 'none.pem'],
        'cannot use the certificate',
      ],
    ];
    await Promise.all(
      cases.map(async ([args, message]) => {
        const refused = serve(...args);
        expect([args, await refused.exit]).toEqual([args, 2]);
        expect(refused.err()).toContain(`vouchsafe: ${message}`);
        expect(refused.err()).not.toContain('internal error');
      }),
    );
  });

  test('answers over TLS 1.2 and later, and shows a new certificate after SIGHUP', async () => {
    const [old, next] = [makeCertificate(), makeCertificate()];
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    writeFileSync(cert, old.cert);
    writeFileSync(key, old.key);
    const serving = serve('--data', data(), '--port', '0', '--tls-cert', cert, '--tls-key', key);
    const port = await serving.listening;
    const answer = await httpsGet(port, old.cert);
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
    expect(serving.out()).toContain('https://localhost:');
    await expect(handshake(port, old.cert, 'TLSv1.1')).rejects.toThrow();
    writeFileSync(cert, next.cert);
    writeFileSync(key, next.key);
    serving.child.kill('SIGHUP');
    await expect.poll(() => serving.err(), { timeout: 5000 }).toContain('tls-reloaded');
    await expect(httpsGet(port, old.cert)).rejects.toThrow();
    expect((await httpsGet(port, next.cert)).statusCode).toBe(200);
    writeFileSync(cert, 'broken');
    serving.child.kill('SIGHUP');
    await expect.poll(() => serving.err(), { timeout: 5000 }).toContain('tls-not-reloaded');
    expect((await httpsGet(port, next.cert)).statusCode).toBe(200);
    old.remove();
    next.remove();
  });

  test('with authorities for its callers, answers nobody without a certificate of theirs', async () => {
    const [own, caller] = [makeCertificate(), makeCertificate(['DNS:caller'])];
    const authorities = ['--tls-client-ca', caller.certFile];
    const serving = serve(
      '--data',
      data(),
      '--port',
      '0',
      '--tls-cert',
      own.certFile,
      '--tls-key',
      own.keyFile,
      ...authorities,
    );
    const port = await serving.listening;
    await expect(httpsGet(port, own.cert)).rejects.toThrow();
    expect((await httpsGet(port, own.cert, { cert: caller.cert, key: caller.key })).statusCode).toBe(200);
    own.remove();
    caller.remove();
  });

  test('its help tells every flag', () => {
    const help = execFileSync(process.execPath, [MAIN, 'serve', '--help'], { encoding: 'utf8' });
    const documented = readFileSync('docs/serve.md', 'utf8');
    const flags = [...help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)]
      .map(([, flag = '']) => flag)
      .filter((flag) => flag !== '--help');
    expect(flags.length).toBeGreaterThanOrEqual(10);
    expect(flags.filter((flag) => !documented.includes(flag))).toEqual([]);
  });
});

function httpsGet(port: number, ca: Buffer, own: { readonly cert?: Buffer; readonly key?: Buffer } = {}) {
  return new Promise<{ readonly statusCode: number | undefined; readonly headers: NodeJS.Dict<string | string[]> }>(
    (resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port, path: '/healthz', ca, servername: 'localhost', agent: false, ...own },
        (response) => {
          response.resume();
          response.on('end', () => resolve({ statusCode: response.statusCode, headers: response.headers }));
        },
      );
      sent.once('error', reject);
      sent.end();
    },
  );
}

function handshake(port: number, ca: Buffer, maxVersion: 'TLSv1.1'): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, ca, servername: 'localhost', minVersion: 'TLSv1' as const, maxVersion };
    const socket = connect({ ...options, ciphers: 'DEFAULT@SECLEVEL=0' }, () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}
