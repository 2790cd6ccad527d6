import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { makeLedgerOptions, makeLedgerPems } from '../build/ledger-signers.ts';
import { Prng } from '../build/prng.ts';
import { describeEachStore } from '../build/store.ts';
import { expectAll, expectVerified, makeThings, startWriting } from './things.ts';

/** Enough to meet each concurrency and both paces of signing; more of them with VOUCHSAFE_CRASH_ROUNDS=500. */
const ROUNDS = Number(process.env['VOUCHSAFE_CRASH_ROUNDS'] ?? 4);
const NEVER_MS = 1_000_000;
const CONCURRENCIES = [1, 10, 100] as const;

describeEachStore('kill -9 under load', ({ makePlace }) => {
  it(`loses nothing that was acknowledged, ${ROUNDS} times`, { timeout: 30_000 + ROUNDS * 10_000 }, async () => {
    const place = await makePlace();
    const pems = makeLedgerPems();
    const ledger = makeLedgerOptions({}, pems);
    const random = new Prng(ROUNDS);
    const acknowledged = new Map<string, number>();
    const first = await place.open({ ledger });
    await makeThings(first);
    await first.close();
    let size = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const writing = startWriting({
        records: place.records,
        pems,
        prefix: `round-${round}`,
        concurrency: random.pick(CONCURRENCIES),
        // At times between a commit and a checkpoint, at times while one is signed.
        signEveryMs: round % 2 === 0 ? 1 : NEVER_MS,
        changes: Number.MAX_SAFE_INTEGER,
      });
      await writing.begun;
      await sleep(random.next() * 150);
      writing.child.kill('SIGKILL');
      const { code, errors } = await writing.ended;
      expect({ code, errors }).toEqual({ code: null, errors: '' });
      expect(writing.acknowledged.size).toBeGreaterThan(0);
      for (const [id, index] of writing.acknowledged) acknowledged.set(id, index);
      const store = await place.open({ ledger });
      const grown = await expectAll(store, acknowledged);
      expect(grown).toBeGreaterThan(size);
      size = grown;
      if (round % 5 === 4 || round === ROUNDS - 1) await expectVerified(store, ledger);
      await store.close();
    }
    await place.remove();
  });
});
