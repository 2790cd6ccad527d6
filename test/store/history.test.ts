import { expect, it } from 'vitest';
import { readBundle } from '../../src/ledger/bundle.ts';
import { type LedgerVerification, verifyExport } from '../../src/ledger/verify.ts';
import { readBundleBytes } from '../../src/store/ledger/read-export.ts';
import { applyRetention } from '../../src/store/ledger/retention.ts';
import { makeLedgerOptions, type SigningOptions } from '../build/ledger-signers.ts';
import { describeEachStore, type TestStore } from '../build/store.ts';
import { draftOf } from './drafts.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const verify = async (bytes: AsyncIterable<Uint8Array>, options: SigningOptions): Promise<LedgerVerification> => {
  const trust = { keys: options.signers.map(({ key }) => key), origin: options.origin };
  return verifyExport(await readBundle(bytes), { trust });
};

describeEachStore('retention', ({ makeStore }) => {
  const options = makeLedgerOptions({ signEveryMs: 1_000_000 });
  let now = 1_700_000_000_000;

  /** Ten entries a day, signed; nothing more is signed unless it is asked for. */
  const makeOld = async (): Promise<TestStore> => {
    const test = await makeStore({ ledger: options, clock: () => now });
    for (let day = 0; day < 10; day += 1) {
      await test.store.change(async ({ record }) => {
        for (let at = 0; at < 10; at += 1) record(draftOf(`day-${day}`));
      });
      now += DAY;
    }
    await test.store.ledger.cover(100);
    return test;
  };
  const signed = async ({ store }: TestStore, size: number): Promise<AsyncGenerator<Uint8Array>> => {
    const { origin, keys } = store.ledger;
    return readBundleBytes(store.read, { origin, keys, size });
  };

  it('removes nothing before a checkpoint covers the entry that says so', async () => {
    const test = await makeOld();
    await applyRetention(test.store, { days: 5, nowMs: now });
    const latest = await test.store.ledger.latest();
    expect(latest?.size).toBe(101);
    // What a command beside the server reads, which cannot sign.
    expect(await verify(await signed(test, latest?.size ?? 0), options)).toMatchObject({ ok: true, removed: 50 });
    await test.end();
  });

  it('removes nothing when that entry cannot be signed', async () => {
    const test = await makeStore({ clock: () => now });
    await test.store.change(async ({ record }) => record(draftOf('old')));
    now += DAY;
    await expect(applyRetention(test.store, { days: 0, nowMs: now })).rejects.toMatchObject({
      code: 'ledger-unsigned',
    });
    expect((await test.store.ledger.entry(0)).bytes).not.toBeNull();
    await test.end();
  });

  it('does not make an export that was begun before look withheld', async () => {
    const test = await makeOld();
    const content = await signed(test, 100);
    const parts = [(await content.next()).value as Uint8Array];
    await applyRetention(test.store, { days: 5, nowMs: now });
    for await (const part of content) parts.push(part);
    async function* all(): AsyncGenerator<Uint8Array> {
      yield* parts;
    }
    expect(await verify(all(), options)).toMatchObject({ ok: true, entries: 101, removed: 50, problems: [] });
    await test.end();
  });
});

describeEachStore('the history of checkpoints', ({ makeStore }) => {
  const sizesOf = async ({ store }: TestStore): Promise<number[]> => {
    const rows = await store.read.selectFrom('ledger_checkpoint').select('size').orderBy('size').execute();
    return rows.map(({ size }) => size);
  };

  it('grows thinner with time, and verifies with its gaps', async () => {
    const options = makeLedgerOptions({ signEveryMs: 1_000_000 });
    let now = 1_700_000_000_000;
    const test = await makeStore({ ledger: options, clock: () => now });
    const grow = async (everyMs: number): Promise<void> => {
      now += everyMs;
      const { entries } = await test.store.change(async ({ record }) => record(draftOf('one')));
      await test.store.ledger.cover((entries[0]?.index ?? 0) + 1);
    };
    for (let at = 0; at < 30; at += 1) await grow(10_000);
    expect(await sizesOf(test)).toHaveLength(31);
    const { size } = (await test.store.ledger.latest()) ?? { size: 0 };
    const witnessed = 7;
    await test.store.change(({ sql }) =>
      sql
        .insertInto('ledger_cosignature')
        .values({ size: witnessed, witness: 'witness.test', line: LINE, time: now })
        .execute(),
    );
    await grow(2 * HOUR);
    const minutes = await sizesOf(test);
    // The first, one of each of the minutes, and those of now.
    expect(minutes.length).toBeGreaterThan(5);
    expect(minutes.length).toBeLessThan(10);
    await grow(2 * DAY);
    expect(await sizesOf(test)).toEqual([0, witnessed, size + 1, size + 2]);
    const { content } = await test.store.ledger.exportBundle();
    expect(await verify(content, options)).toMatchObject({ ok: true, checkpoints: 4, entries: 32 });
    // An export that was begun when another checkpoint was the last goes on to the next.
    const { origin, keys } = test.store.ledger;
    const late = await verify(readBundleBytes(test.store.read, { origin, keys, size: size - 3 }), options);
    expect(late).toMatchObject({ ok: true, entries: size + 1 });
    await test.end();
  });
});

/** A line that parses; nobody here trusts its key. */
const LINE = `— witness.test ${Buffer.alloc(76, 1).toString('base64')}\n`;
