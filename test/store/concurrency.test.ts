import { expect, it } from 'vitest';
import { sql } from 'kysely';
import { makeLedgerOptions, makeLedgerPems } from '../build/ledger-signers.ts';
import { describeEachStore } from '../build/store.ts';
import { draftOf } from './drafts.ts';
import { expectAll, expectVerified, makeThings, startWriting } from './things.ts';

describeEachStore('concurrent changes', ({ column, makePlace, makeStore }) => {
  it.each([1, 10, 100])('lose and double nothing, %i at a time', async (concurrency) => {
    const ledger = makeLedgerOptions();
    const test = await makeStore({ ledger });
    await makeThings(test.store);
    const acknowledged = new Map<string, number>();
    const changes = 200 + 4 * concurrency;
    let left = changes;
    const write = async (): Promise<void> => {
      while (left > 0) {
        const id = `thing-${left--}`;
        const { entries } = await test.store.change(async (change) => {
          await sql`insert into thing (id) values (${id})`.execute(change.sql);
          change.record(draftOf(id));
        });
        acknowledged.set(id, entries[0]?.index ?? -1);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, write));
    expect(acknowledged.size).toBe(changes);
    expect(await expectAll(test.store, acknowledged)).toBe(changes);
    await expectVerified(test.store, ledger);
    await test.end();
  });

  it.skipIf(column === 'sqlite')('of several processes lose and double nothing', async () => {
    const place = await makePlace();
    const pems = makeLedgerPems();
    const ledger = makeLedgerOptions({}, pems);
    // All start at once on an empty database: one migrates it, the others wait.
    const first = startWriting({ ...writingOf(place.records, pems), prefix: 'none', concurrency: 1, changes: 0 });
    const second = startWriting({ ...writingOf(place.records, pems), prefix: 'none', concurrency: 1, changes: 0 });
    for (const { ended } of [first, second]) expect(await ended).toEqual({ code: 0, errors: '' });
    const store = await place.open({ ledger });
    await makeThings(store);
    const processes = ['a', 'b', 'c'].map((prefix, at) =>
      startWriting({ ...writingOf(place.records, pems), prefix, concurrency: [1, 10, 30][at] ?? 1, changes: 200 }),
    );
    for (const { ended } of processes) expect(await ended).toEqual({ code: 0, errors: '' });
    const acknowledged = new Map(processes.flatMap((one) => [...one.acknowledged]));
    expect(acknowledged.size).toBe(600);
    expect(await expectAll(store, acknowledged)).toBe(600);
    await expectVerified(store, ledger);
    await store.close();
    await place.remove();
  });
});

function writingOf(records: Parameters<typeof startWriting>[0]['records'], pems: ReturnType<typeof makeLedgerPems>) {
  return { records, pems, signEveryMs: 5 };
}
