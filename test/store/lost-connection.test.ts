import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { makeTestStores, type TestPlace } from '../build/store.ts';
import { type CutProxy, startCutProxy } from './cut-proxy.ts';
import { draftOf } from './drafts.ts';
import { makeThings } from './things.ts';

const postgres = makeTestStores().find(({ column }) => column === 'postgres');

describe.skipIf(postgres?.isAvailable !== true)('a connection to PostgreSQL that is lost', () => {
  let place: TestPlace;
  let proxy: CutProxy;
  let store: Store;

  beforeEach(async () => {
    if (postgres === undefined) return;
    place = await postgres.makePlace();
    if (place.records.column !== 'postgres') throw new Error('expected PostgreSQL');
    const url = new URL(place.records.url);
    proxy = await startCutProxy({ host: url.hostname, port: Number(url.port || 5432) });
    [url.hostname, url.port] = ['127.0.0.1', String(proxy.port)];
    store = await openStore({ records: { ...place.records, url: url.href }, enqueue: async () => '' });
    await makeThings(store);
  });
  afterEach(async () => {
    await store.close();
    await proxy.close();
    await place.remove();
  });

  it.each([
    ['before a commit arrives', { at: 'asked', statement: 'commit' }],
    ['after a commit was made and before it is answered', { at: 'answered', statement: 'commit' }],
    ['in the middle of a change', { at: 'asked', statement: 'insert into thing' }],
    ['while entries are added', { at: 'answered', statement: 'insert into ledger_entry' }],
    ['when a batch begins', { at: 'asked', statement: 'begin' }],
  ] as const)('%s loses and doubles nothing', async (_title, cut) => {
    proxy.cut = cut;
    const told: string[] = [];
    const { entries } = await store.change(async (change) => {
      await sql`insert into thing (id) values ('one')`.execute(change.sql);
      change.record(draftOf('one'));
      change.afterCommit(() => told.push('one'));
    });
    expect(proxy.cuts()).toBe(1);
    expect(entries.map(({ index }) => index)).toEqual([0]);
    expect(told).toEqual(['one']);
    expect(await store.ledger.size()).toBe(1);
    expect((await sql<{ id: string }>`select id from thing`.execute(store.read)).rows).toEqual([{ id: 'one' }]);
    const next = await store.change(async ({ record }) => record(draftOf('two')));
    expect(next.entries[0]?.index).toBe(1);
  });
});
