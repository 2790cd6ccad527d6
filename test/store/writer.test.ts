import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storeLimits } from '../../src/store/limits.ts';
import type { Change } from '../../src/store/store.ts';
import { describeEachStore, makeTestStore, type TestStore } from '../build/store.ts';
import { draftOf } from './drafts.ts';
import { makeThings } from './things.ts';

describeEachStore('the writer', ({ column, makeStore }) => {
  let test: TestStore;
  let warnings: unknown[];
  beforeEach(async () => {
    warnings = [];
    test = await makeStore({ warn: (error) => warnings.push(error) });
    await makeThings(test.store);
  });
  afterEach(() => test.end());

  const insert = (id: string) => async (change: Change) => {
    await sql`insert into thing (id) values (${id})`.execute(change.sql);
    change.record(draftOf(id));
  };
  const things = async (): Promise<string[]> => {
    const { rows } = await sql<{ id: string }>`select id from thing order by id`.execute(test.store.read);
    return rows.map(({ id }) => id);
  };
  const entries = async (): Promise<(string | null)[]> => {
    const rows = await test.store.read.selectFrom('ledger_entry').select('object_id').orderBy('entry_index').execute();
    return rows.map((row) => row.object_id);
  };

  it('runs the changes that wait in one batch, in order, and tells after the commit in order', async () => {
    const told: string[] = [];
    const ids = Array.from({ length: 50 }, (_, at) => `thing-${String(at).padStart(2, '0')}`);
    const answers = ids.map((id) =>
      test.store.change(async (change) => {
        change.afterCommit(() => told.push(id));
        await insert(id)(change);
      }),
    );
    const placed = await Promise.all(answers);
    expect(placed.map((one) => one.entries[0]?.index)).toEqual(ids.map((_, at) => at));
    expect(told).toEqual(ids);
    expect(await entries()).toEqual(ids);
  });

  it('tells nobody of a change that failed, and of the others although a listener throws', async () => {
    const told: string[] = [];
    const change = (id: string, listener: () => void, fails: boolean) =>
      test.store.change(async ({ afterCommit }) => {
        afterCommit(listener);
        afterCommit(() => told.push(id));
        if (fails) throw new Error('no');
      });
    const results = await Promise.allSettled([
      change('a', () => undefined, true),
      change(
        'b',
        () => {
          throw new Error('listener');
        },
        false,
      ),
      change('c', () => undefined, false),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(told).toEqual(['b', 'c']);
    expect(warnings).toHaveLength(1);
  });

  it('undoes a change whose entry is not valid', async () => {
    const change = test.store.change(async (change) => {
      await insert('a')(change);
      change.record({ ...draftOf('b'), activity: '' });
    });
    await expect(change).rejects.toMatchObject({ code: 'entry-invalid' });
    expect(await things()).toEqual([]);
    expect(await entries()).toEqual([]);
  });

  it('lets readers see nothing of a batch before it is committed', async () => {
    let seen: string[] | undefined;
    await test.store.change(async (change) => {
      await insert('a')(change);
      seen = await things();
    });
    expect(seen).toEqual([]);
    expect(await things()).toEqual(['a']);
  });

  it('refuses statements of a change that is over', async () => {
    let leaked: Change | undefined;
    await test.store.change(async (change) => {
      leaked = change;
      await insert('a')(change);
    });
    const late = sql`insert into thing (id) values ('late')`.execute(leaked?.sql ?? test.store.read);
    await expect(late).rejects.toMatchObject({ code: 'change-over' });
    // It would be in no ledger, and nobody would be told.
    expect(() => leaked?.record(draftOf('late'))).toThrow(expect.objectContaining({ code: 'change-over' }));
    expect(() => leaked?.afterCommit(() => undefined)).toThrow(expect.objectContaining({ code: 'change-over' }));
    expect(await things()).toEqual(['a']);
  });

  it('ends a change that takes too long, alone', { timeout: 30_000 }, async () => {
    const slow = test.store.change(async (change) => {
      await insert('slow')(change);
      await sleep(storeLimits.maxChangeMs + 500);
      await insert('slower')(change);
    });
    const quick = test.store.change(insert('quick'));
    await expect(slow).rejects.toMatchObject({ code: 'change-too-slow', httpStatus: 503 });
    await quick;
    await sleep(700);
    expect(await things()).toEqual(['quick']);
    expect(await entries()).toEqual(['quick']);
  });

  it('refuses more than may wait', async () => {
    const waiting = Array.from({ length: storeLimits.maxQueuedChanges }, () =>
      test.store.change(async () => undefined),
    );
    await expect(test.store.change(async () => undefined)).rejects.toMatchObject({
      code: 'store-busy',
      httpStatus: 503,
    });
    await Promise.all(waiting);
    await test.store.change(insert('after'));
  });

  it('settles everything that it took before it closes, and takes nothing afterwards', async () => {
    const taken = Array.from({ length: 30 }, (_, at) => test.store.change(insert(`thing-${at}`)));
    const closing = test.store.close();
    await expect(test.store.change(insert('late'))).rejects.toMatchObject({ code: 'store-closed' });
    await Promise.all(taken);
    await closing;
    const again = await test.place.open();
    expect(await again.ledger.size()).toBe(30);
    await again.close();
  });

  it('adds a job in the change that asks for it', async () => {
    const asked: unknown[] = [];
    const other = await makeStore({
      clock: () => 42,
      enqueue: async (change, request, nowMs) => {
        await sql`insert into thing (id) values (${`job-${request.kind}`})`.execute(change.sql);
        asked.push(nowMs);
        return 'job_1';
      },
    });
    await makeThings(other.store);
    const failing = other.store.change(async ({ enqueue }) => {
      await enqueue({ kind: 'a', data: {} });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    const { value } = await other.store.change(({ enqueue }) => enqueue({ kind: 'b', data: {} }));
    expect(value).toBe('job_1');
    const { rows } = await sql<{ id: string }>`select id from thing`.execute(other.store.read);
    expect(rows).toEqual([{ id: 'job-b' }]);
    expect(asked).toEqual([42, 42]);
    await other.end();
  });

  it('reads numbers that are exact, and refuses those that are not', async () => {
    await test.store.change(async ({ sql: tx }) => {
      await sql`create table number (value bigint)`.execute(tx);
      await sql`insert into number values (9007199254740991), (1), (2)`.execute(tx);
    });
    const { rows } = await sql<{
      value: number;
      n: number;
    }>`select value, (select count(*) from number) as n from number order by value desc`.execute(test.store.read);
    expect(rows[0]).toEqual({ value: 9_007_199_254_740_991, n: 3 });
    await test.store.change(({ sql: tx }) => sql`insert into number values (9007199254740993)`.execute(tx));
    await expect(sql`select value from number`.execute(test.store.read)).rejects.toThrow(RangeError);
  });

  it('keeps a transaction that reads apart from other readers', async () => {
    await test.store.change(insert('a'));
    await test.store.read
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (view) => {
        const before = (await sql<{ id: string }>`select id from thing`.execute(view)).rows.length;
        await test.store.change(insert('b'));
        expect(await things()).toEqual(['a', 'b']);
        expect((await sql`select id from thing`.execute(view)).rows).toHaveLength(before);
      });
  });

  it.skipIf(column === 'sqlite')('tries a batch again that met a deadlock', async () => {
    const other = await test.place.open();
    await test.store.change(async (change) => {
      await insert('a')(change);
      await insert('b')(change);
    });
    const touch = (store: TestStore['store'], first: string, second: string) =>
      store.change(async (change) => {
        await sql`update thing set id = id where id = ${first}`.execute(change.sql);
        await sleep(300);
        await sql`update thing set id = id where id = ${second}`.execute(change.sql);
        change.record(draftOf(`${first}${second}`));
      });
    await Promise.all([touch(test.store, 'a', 'b'), touch(other, 'b', 'a')]);
    expect((await entries()).map(String).sort()).toEqual(['a', 'ab', 'b', 'ba']);
    await other.close();
  });
});

describe('a disk that is full', () => {
  it('fails what does not fit, keeps what was acknowledged, and goes on when there is room', async () => {
    const test = await makeTestStore();
    await makeThings(test.store);
    const fill = (id: string) =>
      test.store.change(async (change) => {
        await sql`insert into thing (id) values (${`${id}-${'x'.repeat(100_000)}`})`.execute(change.sql);
        change.record(draftOf(id));
      });
    const limit = (pages: number) =>
      test.store.change(({ sql: tx }) => sql.raw(`pragma max_page_count = ${pages}`).execute(tx));
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(test.store.read);
    await limit((rows[0]?.page_count ?? 0) + 60);
    const results = await Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map(fill));
    const failed = results.filter((result) => result.status === 'rejected');
    expect(failed.length).toBeGreaterThan(0);
    for (const { reason } of failed) expect(reason).toMatchObject({ name: 'StoreError' });
    const kept = results.filter(({ status }) => status === 'fulfilled').length;
    expect(await test.store.ledger.size()).toBe(kept);
    await limit(1_000_000);
    await fill('after');
    expect(await test.store.ledger.size()).toBe(kept + 1);
    await test.store.close();
    const again = await test.place.open();
    expect(await again.ledger.size()).toBe(kept + 1);
    await again.close();
    await test.place.remove();
  });
});
