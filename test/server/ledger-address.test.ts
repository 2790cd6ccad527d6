import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runLedgerVerify } from '../../src/cli/ledger/run-verify.ts';
import { type Administrator, makeKey, type RealServer, setUpAdministrator, startRealServer } from './real-server.ts';

let server: RealServer;
let administrator: Administrator;
const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-ledger-'));

beforeAll(async () => {
  server = await startRealServer();
  administrator = await setUpAdministrator(server);
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('an auditor verifies the ledger of a running server at its address, with a key of his program', async () => {
  const { secret, serviceId } = await makeKey(administrator, ['ledger.read']);
  const scope = { kind: 'server' };
  const grant = { principal: { kind: 'service', id: serviceId }, role: 'auditor', scope, reason: 'verifies' };
  expect((await administrator.visitor.send('POST', '/api/grants', grant)).status).toBe(201);
  const state = async () => (await administrator.visitor.send('GET', '/api/ledger')).json;
  const { size, keys } = (await state()) as { size: number; keys: string[] };
  // The head is signed a moment after it grew; before that, a verification would be of less than was done here.
  const signed = async () => ((await state())['latest'] as { size: number } | null)?.size ?? 0;
  await expect.poll(signed, { timeout: 10_000 }).toBeGreaterThanOrEqual(size);
  const token = join(folder, 'token');
  writeFileSync(token, `${secret}\n`, { mode: 0o600 });
  const options = { format: 'json', progress: false, key: keys } as const;
  const address = `${server.origin}/ledger/`;

  expect(await runLedgerVerify(address, { ...options, tokenFile: token })).toBe(0);
  await expect(runLedgerVerify(address, options)).rejects.toMatchObject({ code: 'unreachable' });
});
