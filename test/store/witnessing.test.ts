import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyCheckpoint } from '../../src/ledger/checkpoint.ts';
import { formatVerifierKey, parseVerifierKey } from '../../src/ledger/verifier-key.ts';
import { createKeyFile, loadNoteSigner } from '../../src/node/ledger/key-file.ts';
import { Witnessing } from '../../src/store/ledger/witnessing.ts';
import { makeLedgerOptions, type SigningOptions } from '../build/ledger-signers.ts';
import { makeTestStore, type TestStore } from '../build/store.ts';
import { draftOf } from './drafts.ts';
import { startWitness, type RunningWitness } from './run-witness.ts';

describe('witnesses of the ledger', () => {
  let test: TestStore;
  let ledger: SigningOptions;
  let place: string;
  let witness: RunningWitness;
  let key: string;

  beforeEach(async () => {
    place = mkdtempSync(join(tmpdir(), 'vouchsafe-witness-'));
    ledger = makeLedgerOptions();
    test = await makeTestStore({ ledger });
    createKeyFile(join(place, 'witness.pem'), 'ed25519');
    const signer = loadNoteSigner(join(place, 'witness.pem'), { name: 'witness.test', role: 'witness' });
    key = formatVerifierKey(signer.key);
    witness = await startWitness(place, { signers: [signer], logs: ledger.signers.map((one) => one.key) });
  });
  afterEach(async () => {
    await witness.close();
    await test.end();
    rmSync(place, { recursive: true, force: true });
  });

  const grow = async (count: number): Promise<void> => {
    await test.store.change(async ({ record }) => {
      for (let at = 0; at < count; at += 1) record(draftOf(`thing-${at}`));
    });
    await test.store.ledger.exportBundle();
  };

  it('cosign each checkpoint that they are shown, and their names are with it', async () => {
    const witnessing = new Witnessing({
      store: test.store,
      witnesses: [{ name: 'witness.test', url: witness.url, key }],
      clock: Date.now,
    });
    for (const count of [3, 300, 1]) {
      await grow(count);
      await witnessing.ask();
      const latest = await test.store.ledger.latest();
      expect(latest?.witnesses).toEqual(['witness.test']);
      const trust = {
        keys: ledger.signers.map((one) => one.key),
        origin: ledger.origin,
        witnesses: [parseVerifierKey(key)],
        quorum: 1,
      };
      expect(verifyCheckpoint(latest?.note ?? '', trust).cosignatures).toHaveLength(1);
    }
    const [seen] = await test.store.read.selectFrom('ledger_witness').selectAll().execute();
    expect(seen).toMatchObject({ name: 'witness.test', size: 304, fault: null });
  });

  it('that are away are told of, and stop nothing', async () => {
    await witness.close();
    await grow(3);
    const witnessing = new Witnessing({
      store: test.store,
      witnesses: [{ name: 'witness.test', url: witness.url, key }],
      clock: Date.now,
    });
    await witnessing.ask();
    const [seen] = await test.store.read.selectFrom('ledger_witness').selectAll().execute();
    expect(seen).toMatchObject({ name: 'witness.test', size: 0, seen_at: null });
    expect(seen?.fault).toMatch(/\w/);
    expect((await test.store.ledger.latest())?.witnesses).toEqual([]);
  });
});
