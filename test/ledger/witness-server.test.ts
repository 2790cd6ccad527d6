import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { signCheckpoint, verifyCheckpoint } from '../../src/ledger/checkpoint.ts';
import { LedgerError } from '../../src/ledger/errors.ts';
import { formatNote, parseNote, withSignatures } from '../../src/ledger/note.ts';
import { readConsistencyProof } from '../../src/ledger/proof-nodes.ts';
import type { Proof } from '../../src/ledger/proofs.ts';
import type { NoteSigner } from '../../src/ledger/signature.ts';
import { CompactRange } from '../../src/ledger/tree.ts';
import { formatCosignRequest } from '../../src/ledger/witness.ts';
import { nodeChecks } from '../../src/node/ledger/crypto.ts';
import { createKeyFile, loadNoteSigner } from '../../src/node/ledger/key-file.ts';
import { requestCosignature } from '../../src/node/ledger/witness-client.ts';
import { createWitnessServer } from '../../src/node/ledger/witness-server.ts';
import { WitnessState } from '../../src/node/ledger/witness-state.ts';
import { draftOf, logSigners, logTrust, makeLog, newSigner, ORIGIN, type TestLog } from './fixture.ts';

const log = makeLog([40]);
const noteAt = (size: number, from: TestLog = log): string => signCheckpoint(from.checkpointAt(size), logSigners);

function proofFrom(size2: number, from: TestLog = log): (size1: number) => Promise<Proof> {
  const nodes = new Map<string, Uint8Array>();
  const range = new CompactRange();
  for (const leaf of from.leaves)
    for (const node of range.append(leaf)) nodes.set(`${node.level}/${node.index}`, node.hash);
  return (size1) =>
    readConsistencyProof(size1, size2, async (wanted) =>
      wanted.map(({ level, index }) => nodes.get(`${level}/${index}`) ?? expect.fail()),
    );
}

let folder = '';
let stateFile = '';
let signers: NoteSigner[] = [];
let state: WitnessState;
let server: Server;
let url = '';

async function start(): Promise<void> {
  state = WitnessState.open(stateFile);
  server = createWitnessServer({ signers, state, logs: new Map([[ORIGIN, logTrust]]) });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function stop(): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  state.close();
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'witness-'));
  stateFile = join(folder, 'state.json');
  for (const type of ['ed25519', 'ml-dsa-44'] as const) createKeyFile(join(folder, type), type);
  signers = (['ed25519', 'ml-dsa-44'] as const).map((type) =>
    loadNoteSigner(join(folder, type), { name: 'witness.example.org', role: 'witness' }),
  );
  await start();
});

afterEach(async () => {
  await stop();
  rmSync(folder, { recursive: true });
});

const keys = () => signers.map(({ key }) => key);
const ask = (size: number, oldSize: number, from: TestLog = log) =>
  requestCosignature(url, {
    checkpoint: noteAt(size, from),
    size,
    oldSize,
    proofFrom: proofFrom(size, from),
    keys: keys(),
  });
const post = (body: string, path = '/add-checkpoint'): Promise<Response> =>
  fetch(`${url}${path}`, { method: 'POST', body });
const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing thrown',
    (error: unknown) => (error instanceof LedgerError ? `${error.code}: ${error.message}` : String(error)),
  );

describe('key files', () => {
  test('are for their owner only, and never written over', () => {
    expect(statSync(join(folder, 'ed25519')).mode & 0o777).toBe(0o600);
    expect(() => createKeyFile(join(folder, 'ed25519'), 'ed25519')).toThrow('already exists');
    expect(keys().map(({ type }) => type)).toEqual(['ed25519-cosignature', 'ml-dsa-44']);
    const log = loadNoteSigner(join(folder, 'ed25519'), { name: 'a', role: 'log' });
    expect(log.key.type).toBe('ed25519');
  });

  test('are refused when others can read them, or they hold something else', () => {
    writeFileSync(join(folder, 'open'), readFileSync(join(folder, 'ed25519')), { mode: 0o644 });
    expect(() => loadNoteSigner(join(folder, 'open'), { name: 'a', role: 'log' })).toThrow('can be read by others');
    writeFileSync(join(folder, 'none'), 'secret words', { mode: 0o600 });
    const load = () => loadNoteSigner(join(folder, 'none'), { name: 'a', role: 'log' });
    expect(load).toThrow('holds no private key');
    expect(load).not.toThrow('secret words');
  });
});

describe('a witness over HTTP', () => {
  test('cosigns what goes on, with the client that finds out where it was', async () => {
    for (const [size, oldSize] of [
      [5, 0],
      [12, 5],
      [30, 0],
      [31, 7],
    ] as const) {
      const note = formatNote(withSignatures(parseNote(noteAt(size)), await ask(size, oldSize)));
      const verified = verifyCheckpoint(note, { ...logTrust, witnesses: keys(), quorum: 1 }, nodeChecks);
      expect(verified.cosignatures.map(({ key }) => key.type)).toEqual(['ed25519-cosignature', 'ml-dsa-44']);
      for (const { time } of verified.cosignatures) expect(Math.abs((time ?? 0) - Date.now() / 1000)).toBeLessThan(60);
    }
  });

  test('never cosigns a fork or a smaller tree, not even after a restart', async () => {
    await ask(20, 0);
    await stop();
    await start();
    const fork = makeLog([40], (index) => draftOf(index === 3 ? 4 : index));
    expect(await codeOf(ask(30, 20, fork))).toMatch(/^witness-failed: .*422/);
    expect(await codeOf(ask(20, 20, fork))).toMatch(/^witness-failed: .*422/);
    expect(await codeOf(ask(10, 0))).toMatch(/^witness-failed: .*seen 20 entries/);
    expect(await ask(30, 20)).toHaveLength(2);
  });

  test('has each cosignature on disk before it answers', async () => {
    await ask(20, 0);
    const kept = JSON.parse(readFileSync(stateFile, 'utf8')) as { logs: Record<string, string> };
    const verified = verifyCheckpoint(kept.logs[ORIGIN] ?? '', { ...logTrust, witnesses: keys(), quorum: 1 });
    expect(verified.checkpoint.size).toBe(20);
  });

  test('signs nothing when it cannot keep it', async () => {
    writeFileSync(stateFile, 'somebody else');
    const response = await post(formatCosignRequest({ oldSize: 0, proof: [], checkpoint: noteAt(5) }));
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('the witness failed\n');
    rmSync(stateFile);
  });

  test('cosigns one of two histories that come at once', async () => {
    const fork = makeLog([40], (index) => draftOf(index === 3 ? 4 : index));
    const answers = await Promise.all(
      [noteAt(20), noteAt(20, fork), noteAt(30), noteAt(30, fork)].map(async (checkpoint) =>
        post(formatCosignRequest({ oldSize: 0, proof: [], checkpoint })),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(3);
    const conflict = answers.find(({ status }) => status === 409);
    expect(conflict?.headers.get('content-type')).toBe('text/x.tlog.size');
    expect(await conflict?.text()).toMatch(/^(?:20|30)\n$/);
  });

  test('shows what it cosigned last', async () => {
    const path = `${url}/${createHash('sha256').update(ORIGIN).digest('hex')}/checkpoint`;
    expect((await fetch(path)).status).toBe(404);
    await ask(20, 0);
    const note = await (await fetch(path)).text();
    const verified = verifyCheckpoint(note, { ...logTrust, witnesses: keys(), quorum: 1 });
    expect(verified.checkpoint.size).toBe(20);
    expect((await fetch(`${url}/${'0'.repeat(64)}/checkpoint`)).status).toBe(404);
  });

  test('answers wrong requests with the status that says so', async () => {
    expect((await post('nonsense')).status).toBe(400);
    expect((await post('x'.repeat(210_000))).status).toBe(413);
    expect((await fetch(`${url}/add-checkpoint`)).status).toBe(405);
    expect((await post('', '/elsewhere')).status).toBe(404);
    const stranger = signCheckpoint(log.checkpointAt(5), [newSigner(ORIGIN, 'ed25519')]);
    expect((await post(formatCosignRequest({ oldSize: 0, proof: [], checkpoint: stranger }))).status).toBe(403);
  });

  test('goes on after a client that went away in the middle', async () => {
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nold');
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    expect(await ask(5, 0)).toHaveLength(2);
  });

  test('is not believed by the client without a cosignature of a key it trusts', async () => {
    const other = newSigner('witness.example.org', 'ml-dsa-44').key;
    const request = { checkpoint: noteAt(5), size: 5, oldSize: 0, proofFrom: proofFrom(5), keys: [other] };
    expect(await codeOf(requestCosignature(url, request))).toMatch(/^witness-failed: .*keys that are trusted/);
  });

  test('is not waited for without end', async () => {
    const silent = (_url: unknown, init?: RequestInit): Promise<Response> =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
      });
    const request = { checkpoint: noteAt(5), size: 5, oldSize: 0, proofFrom: proofFrom(5), keys: keys() };
    const asked = requestCosignature(url, { ...request, fetch: silent, timeoutMilliseconds: 50 });
    expect(await codeOf(asked)).toMatch(/^unreachable: .*nothing was sent for 0.05 seconds/);
  });
});

describe('the state of a witness', () => {
  test('is of one witness at a time', () => {
    writeFileSync(`${stateFile}2.lock`, `${process.ppid}\n`);
    expect(() => WitnessState.open(`${stateFile}2`)).toThrow(`process id ${process.ppid}`);
    expect(existsSync(`${stateFile}2.lock`)).toBe(true);
  });

  test('is taken over from one that was killed', () => {
    writeFileSync(`${stateFile}2.lock`, '4194304999\n');
    WitnessState.open(`${stateFile}2`).close();
    expect(existsSync(`${stateFile}2.lock`)).toBe(false);
  });

  test.each<[string, string]>([
    ['nothing', ''],
    ['another version', '{"version":2,"logs":{}}'],
    ['a note that is none', '{"version":1,"logs":{"a":"b"}}'],
    ['the checkpoint of another log', JSON.stringify({ version: 1, logs: { other: noteAt(5) } })],
  ])('is refused with %s: an empty one would sign a fork', (_name, text) => {
    writeFileSync(`${stateFile}2`, text);
    expect(() => WitnessState.open(`${stateFile}2`)).toThrow('no state of a witness');
    expect(existsSync(`${stateFile}2.lock`)).toBe(false);
  });
});
