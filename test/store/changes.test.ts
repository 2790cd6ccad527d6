import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from 'kysely';
import type { EntryDraft } from '../../src/ledger/entry.ts';
import { describeEachStore, type TestStore } from '../build/store.ts';

const draft = (id: string): EntryDraft => ({
  class: 'entity-management',
  activity: 'test.write',
  actor: { kind: 'system', id: 'test' },
  object: { kind: 'thing', id },
  outcome: 'success',
});

describeEachStore('changes', ({ makeStore }) => {
  let test: TestStore;
  beforeAll(async () => {
    test = await makeStore();
    await test.store.change(async ({ sql: tx }) => {
      await sql`create table thing (id text primary key, count bigint not null)`.execute(tx);
    });
  });
  afterAll(() => test.end());

  const things = async (): Promise<string[]> => {
    const { rows } = await sql<{ id: string }>`select id from thing order by id`.execute(test.store.read);
    return rows.map(({ id }) => id);
  };

  it('commits a change with its entries, and tells where they are', async () => {
    const { value, entries } = await test.store.change(async ({ sql: tx }) => {
      await sql`insert into thing values ('a', 1)`.execute(tx);
      return 'done';
    });
    expect({ value, entries }).toEqual({ value: 'done', entries: [] });
    const recorded = await test.store.change(async ({ record }) => {
      record(draft('a'));
      record(draft('b'));
    });
    expect(recorded.entries.map(({ index }) => index)).toEqual([0, 1]);
    const rows = await test.store.read.selectFrom('ledger_entry').selectAll().orderBy('entry_index').execute();
    expect(rows.map(({ id }) => id)).toEqual(recorded.entries.map(({ id }) => id));
    expect(rows.map((row) => row.object_id)).toEqual(['a', 'b']);
  });

  it('undoes what throws, alone', async () => {
    const one = (id: string, fails: boolean) =>
      test.store.change(async (change) => {
        await sql`insert into thing values (${id}, 1)`.execute(change.sql);
        change.record(draft(id));
        if (fails) throw new Error(`not ${id}`);
      });
    const results = await Promise.allSettled([one('c', false), one('d', true), one('e', false)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await things()).toEqual(['a', 'c', 'e']);
  });

  it('fails a change with the first statement that fails, even when that is caught', async () => {
    const change = test.store.change(async ({ sql: tx }) => {
      await sql`insert into thing values ('f', 1)`.execute(tx);
      await sql`insert into thing values ('f', 2)`.execute(tx).catch(() => undefined);
    });
    await expect(change).rejects.toMatchObject({ code: 'record-exists', httpStatus: 409 });
    expect(await things()).not.toContain('f');
  });
});
