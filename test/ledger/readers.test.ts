import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LedgerError } from '../../src/ledger/errors.ts';
import type { ByteStream } from '../../src/ledger/lines.ts';
import { Answer, baseAddress } from '../../src/node/ledger/http.ts';
import { folderReader, httpReader } from '../../src/node/ledger/tile-readers.ts';

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing thrown',
    (error: unknown) => (error instanceof LedgerError ? `${error.code}: ${error.message}` : String(error)),
  );

async function collect(stream: ByteStream | null): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of stream ?? expect.fail('no stream')) parts.push(chunk.slice());
  return Buffer.concat(parts).toString('utf8');
}

describe('a folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-folder-'));
  const reader = folderReader(folder);
  mkdirSync(join(folder, 'tile'));
  writeFileSync(join(folder, 'checkpoint'), 'text');

  afterAll(() => rmSync(folder, { recursive: true }));

  test('gives files whole, piece by piece, or not at all', async () => {
    expect(Buffer.from((await reader.read('checkpoint', 4)) ?? []).toString()).toBe('text');
    expect(await collect(await reader.stream('checkpoint'))).toBe('text');
    expect(await reader.read('nothing', 4)).toBeNull();
    expect(await reader.read('checkpoint/below', 4)).toBeNull();
    expect(await reader.stream('nothing')).toBeNull();
  });

  test('gives nothing that is too large, or no file', async () => {
    expect(await codeOf(reader.read('checkpoint', 3))).toMatch(/^size-limit: /);
    expect(await codeOf(reader.read('tile', 3))).toMatch(/^unreachable: .*no regular file/);
    expect(await codeOf(reader.stream('tile'))).toMatch(/^unreachable: /);
  });
});

describe('an address', () => {
  let server: Server;
  let base: URL;

  const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
    '/log/file': (response) => response.end('text'),
    '/log/gone': (response) => response.writeHead(410).end(),
    '/log/broken': (response) => response.writeHead(500).end('secret'),
    '/log/moved': (response) => response.writeHead(302, { location: '/log/file' }).end(),
    '/log/endless': (response) => {
      response.write('x'.repeat(100_000));
    },
    '/log/cut': (response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('text', () => response.destroy());
    },
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      const answer = answers[request.url ?? ''];
      if (answer === undefined) response.writeHead(404).end();
      else answer(response);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    base = baseAddress(`http://127.0.0.1:${(server.address() as AddressInfo).port}/log`);
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test('gives files whole, piece by piece, or not at all', async () => {
    const reader = httpReader(base);
    expect(Buffer.from((await reader.read('file', 4)) ?? []).toString()).toBe('text');
    expect(await collect(await reader.stream('file'))).toBe('text');
    for (const path of ['nothing', 'gone']) {
      expect(await reader.read(path, 4)).toBeNull();
      expect(await reader.stream(path)).toBeNull();
    }
  });

  test('is not followed elsewhere, nor believed when it fails', async () => {
    const reader = httpReader(base);
    expect(await codeOf(reader.read('moved', 4))).toMatch(/^unreachable: /);
    const broken = await codeOf(reader.read('broken', 4));
    expect(broken).toMatch(/^unreachable: .*status 500/);
    expect(broken).not.toContain('secret');
    expect(await codeOf(reader.read('cut', 400))).toMatch(/^unreachable: /);
  });

  test('is read no further than is allowed, and not waited for in silence', async () => {
    expect(await codeOf(httpReader(base).read('endless', 1000))).toMatch(/^size-limit: /);
    const answer = await Answer.of(new URL('endless', base), { idleMilliseconds: 100 });
    expect(await codeOf(answer.bytes(1_000_000))).toMatch(/^unreachable: .*nothing was sent/);
  });

  test('has to be one of HTTP, without a password', () => {
    for (const text of ['ftp://a/', 'file:///etc/passwd', 'a', 'http://user:secret@a/', 'http://user@a/']) {
      expect(() => baseAddress(text)).toThrow(LedgerError);
      expect(() => baseAddress(text)).not.toThrow('secret');
    }
    expect(baseAddress('https://a/b?c#d').href).toBe('https://a/b/');
  });
});
