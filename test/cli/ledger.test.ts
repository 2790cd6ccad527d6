import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleHeader, bundleLines } from '../../src/ledger/bundle.ts';
import { signCheckpoint } from '../../src/ledger/checkpoint.ts';
import { buildProof, inclusionNodes } from '../../src/ledger/proof-nodes.ts';
import { formatProofFile } from '../../src/ledger/proof-file.ts';
import { formatEntryTile, formatHashTile } from '../../src/ledger/tiles.ts';
import { formatVerifierKey, parseVerifierKey } from '../../src/ledger/verifier-key.ts';
import { requestCosignature } from '../../src/node/ledger/witness-client.ts';
import { draftOf, itemsOf, logSigners, logTrust, makeLog, ORIGIN } from '../ledger/fixture.ts';

/** Runs the built command line, as users do; `npm test` builds it first. */
const launcher = join(import.meta.dirname, '../../bin/vouchsafe.js');
const cwd = mkdtempSync(join(tmpdir(), 'ledger-cli-'));
const SIZE = 20;
const log = makeLog([7, SIZE]);
const keys = logTrust.keys.map(formatVerifierKey);

interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: readonly string[]): Promise<Ran> {
  const env = { ...process.env, NO_COLOR: '', FORCE_COLOR: '' };
  return new Promise((resolve) => {
    execFile(process.execPath, [launcher, ...args], { cwd, env }, (error, stdout, stderr) =>
      resolve({ status: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

function put(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(cwd, path)), { recursive: true });
  writeFileSync(join(cwd, path), content);
}

let server: Server;
let url = '';

beforeAll(async () => {
  const header = bundleHeader({ origin: ORIGIN, size: SIZE, keys });
  const bundle = Buffer.concat([header, ...itemsOf(log).flatMap(bundleLines)]);
  put('ledger.jsonl', bundle);
  put('edited.jsonl', bundle.toString('utf8').replace('mod_12"', 'mod_13"'));
  put('ledger.vkeys', `# the ledger\n${keys.join('\n')}\n`);
  put('seen.checkpoint', log.notes.get(7) ?? '');
  put('other.checkpoint', makeLog([7], (index) => draftOf(index + 1)).notes.get(7) ?? '');
  put('tiles/checkpoint', log.notes.get(SIZE) ?? '');
  put('tiles/keys', JSON.stringify(keys));
  put(`tiles/tile/0/000.p/${SIZE}`, formatHashTile(log.leaves));
  put(`tiles/tile/entries/000.p/${SIZE}`, formatEntryTile(log.entries));
  server = createServer((request, response) => {
    const file = join(cwd, 'tiles', request.url ?? '');
    response.statusCode = existsSync(file) && statSync(file).isFile() ? 200 : 404;
    response.end(response.statusCode === 200 ? readFileSync(file) : '');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  rmSync(cwd, { recursive: true });
});

describe('ledger verify', () => {
  test('verifies a bundle, and remembers where it was', async () => {
    const args = ['ledger', 'verify', 'ledger.jsonl', '--key', 'ledger.vkeys'];
    const first = await run(...args, '--checkpoint', 'seen.checkpoint', '--save-checkpoint', 'new.checkpoint');
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toMatch(/^verified {2}ledger\.jsonl\n {2}log {10}ledger\.example\.org\/main\n/);
    expect(first.stdout).toContain('the checkpoint from earlier is part of it');
    expect(readFileSync(join(cwd, 'new.checkpoint'), 'utf8')).toBe(log.notes.get(SIZE));
  });

  test('names what was done to it', async () => {
    const edited = await run(
      'ledger',
      'verify',
      'edited.jsonl',
      '--key',
      'ledger.vkeys',
      '-f',
      'json',
      '--save-checkpoint',
      'no',
    );
    expect(edited.status).toBe(1);
    expect(JSON.parse(edited.stdout)).toMatchObject({
      ok: false,
      problems: [{ code: 'entry-edited', index: 12, end: 13 }],
    });
    expect(existsSync(join(cwd, 'no'))).toBe(false);
    const forked = await run(
      'ledger',
      'verify',
      'ledger.jsonl',
      '--key',
      'ledger.vkeys',
      '--checkpoint',
      'other.checkpoint',
    );
    expect(forked.status).toBe(1);
    expect(forked.stdout).toContain('the log shows two histories');
  });

  test('trusts nobody who was not named', async () => {
    const none = await run('ledger', 'verify', 'ledger.jsonl');
    expect(none).toMatchObject({ status: 2, stdout: '' });
    expect(none.stderr).toContain('--key');
    const first = await run('ledger', 'verify', 'ledger.jsonl', '--trust-on-first-use');
    expect(first.status).toBe(0);
    const [ed25519 = ''] = keys;
    expect((await run('ledger', 'verify', 'ledger.jsonl', '--key', ed25519)).status).toBe(0);
    const stranger = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
    const wrong = await run('ledger', 'verify', 'ledger.jsonl', '--key', stranger);
    expect(wrong.status).toBe(1);
    expect(wrong.stdout).toContain('origin-mismatch');
    const overridden = await run('ledger', 'verify', 'ledger.jsonl', '--key', stranger, '--origin', ORIGIN);
    expect(overridden.stdout).toContain('unknown-key');
    expect((await run('ledger', 'verify', 'ledger.jsonl', '--key', 'nonsense')).status).toBe(2);
  });

  test('verifies tiles in a folder and at an address', async () => {
    for (const place of ['tiles', `${url}/`, url]) {
      const result = await run('ledger', 'verify', place, '--key', 'ledger.vkeys', '-f', 'json');
      expect(JSON.parse(result.stdout)).toMatchObject({ ok: true, entries: SIZE, head: { size: SIZE } });
    }
    expect((await run('ledger', 'verify', url, '--trust-on-first-use')).status).toBe(0);
    expect((await run('ledger', 'verify', `${url}/nowhere`, '--key', 'ledger.vkeys')).status).toBe(2);
    expect(
      (await run('ledger', 'verify', 'http://user:secret@127.0.0.1:1/', '--key', 'ledger.vkeys')).stderr,
    ).not.toContain('secret');
    const closed = await run('ledger', 'verify', 'http://127.0.0.1:9/', '--key', 'ledger.vkeys');
    expect(closed.status).toBe(2);
    expect(closed.stderr).toContain('cannot read the log');
  });

  test('verifies the proof of one entry', async () => {
    const wanted = inclusionNodes(0, 1);
    const small = makeLog([1]);
    const proof = buildProof(wanted, []);
    put(
      'one.tlog-proof',
      formatProofFile({ index: 0, proof, checkpoint: small.notes.get(1) ?? '', extra: small.entries[0] }),
    );
    const good = await run('ledger', 'verify', 'one.tlog-proof', '--key', 'ledger.vkeys');
    expect(good).toMatchObject({ status: 0, stderr: '' });
    expect(good.stdout).toContain('ent_0');
    put(
      'two.tlog-proof',
      formatProofFile({ index: 0, proof, checkpoint: small.notes.get(1) ?? '', extra: log.entries[1] }),
    );
    const bad = await run('ledger', 'verify', 'two.tlog-proof', '--key', 'ledger.vkeys');
    expect(bad).toMatchObject({ status: 1, stdout: '' });
    expect(bad.stderr).toContain('the proof does not hold');
  });

  test('verifies a bundle from standard input', async () => {
    const child = spawn(process.execPath, [launcher, 'ledger', 'verify', '-', '--key', 'ledger.vkeys'], { cwd });
    child.stdin.end(readFileSync(join(cwd, 'ledger.jsonl')));
    const status = await new Promise((resolve) => {
      child.once('exit', resolve);
    });
    expect(status).toBe(0);
  });

  test('says what is not there, or is no export', async () => {
    expect(await run('ledger', 'verify', 'nothing', '--key', 'ledger.vkeys')).toMatchObject({ status: 2, stdout: '' });
    put('text', 'hello\n');
    const text = await run('ledger', 'verify', 'text', '--key', 'ledger.vkeys');
    expect(text).toMatchObject({ status: 1, stdout: '' });
    expect(text.stderr).toContain('not well formed');
  });
});

test('a witness is started, asked, believed, and ended', async () => {
  const made = await run('keygen', 'ledger', 'witness.key', '--witness', '--name', 'witness.example.org', '-f', 'json');
  const vkey = (JSON.parse(made.stdout) as { verifierKey: string }).verifierKey;
  expect(statSync(join(cwd, 'witness.key')).mode & 0o777).toBe(0o600);
  expect((await run('keygen', 'ledger', 'witness.key', '--name', 'x')).status).toBe(2);
  const args = ['ledger', 'witness', '--name', 'witness.example.org', '--key', 'witness.key', '--state', 'state.json'];
  const witness = spawn(process.execPath, [launcher, ...args, '--log', 'ledger.vkeys', '--port', '0'], { cwd });
  try {
    const address = await new Promise<string>((resolve, reject) => {
      let text = '';
      witness.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const found = /listening on {2}(\S+)\n/.exec(text)?.[1];
        if (found !== undefined) resolve(found);
      });
      witness.once('exit', () => reject(new Error('the witness ended')));
    });
    const signatures = await requestCosignature(address, {
      checkpoint: signCheckpoint(log.checkpointAt(SIZE), logSigners),
      size: SIZE,
      oldSize: 0,
      proofFrom: async () => [],
      keys: [parseVerifierKey(vkey)],
    });
    expect(signatures).toHaveLength(1);
    const second = await run(...args, '--log', 'ledger.vkeys', '--port', '0');
    expect(second.status).toBe(2);
    expect(second.stderr).toContain(`process id ${witness.pid}`);
  } finally {
    const ended = new Promise<number | null>((resolve) => {
      witness.once('exit', resolve);
    });
    witness.kill('SIGTERM');
    expect(await ended).toBe(0);
  }
  expect(existsSync(join(cwd, 'state.json.lock'))).toBe(false);
});
