import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Administrator, Visitor } from '../server/real-server.ts';
import { runToEnd } from './programs.ts';

interface LedgerExport {
  readonly file: string;
  /** A file with the verifier keys of the log. */
  readonly keys: string;
  readonly bytes: Buffer;
}

/** Asks for an export, waits for its job, and downloads it with the keys. */
export async function exportLedger({ visitor }: Pick<Administrator, 'visitor'>, folder: string): Promise<LedgerExport> {
  const asked = await visitor.send('POST', '/api/ledger/exports');
  expect(asked.status, asked.text).toBe(202);
  const id = String(asked.json['id']);
  await expectDone(visitor, id);
  const bytes = await download(visitor, id);
  const { result } = (await visitor.send('GET', `/api/jobs/${id}`)).json as { result: { digest: string } };
  expect(result.digest).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  const file = join(folder, `${id}.jsonl`);
  writeFileSync(file, bytes);
  const keys = join(folder, 'keys.vkey');
  const shown = (await visitor.send('GET', '/ledger/keys')).json as unknown as readonly string[];
  writeFileSync(keys, `${shown.join('\n')}\n`);
  return { file, keys, bytes };
}

export async function expectDone(visitor: Visitor, id: string, timeout = 60_000): Promise<void> {
  const stateOf = async (): Promise<unknown> => (await visitor.send('GET', `/api/jobs/${id}`)).json['state'];
  await expect.poll(stateOf, { timeout, interval: 100 }).toBe('done');
}

export async function download({ server, cookie }: Visitor, id: string): Promise<Buffer> {
  const { port, host } = server;
  const headers = { host, cookie: cookie ?? '', 'sec-fetch-site': 'same-origin' };
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: `/api/ledger/exports/${id}/file`, headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(parts));
        else reject(new Error(`expected status 200, found ${response.statusCode}`));
      });
    }).once('error', reject);
  });
}

/** An outsider, who has the file and the keys and nothing else. */
export async function expectVerified(file: string, keys: string): Promise<void> {
  const { code, text } = await runToEnd(['ledger', 'verify', file, '--key', keys]);
  expect(code, text).toBe(0);
}
