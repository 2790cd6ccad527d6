import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBundle } from '../../src/ledger/bundle.ts';
import { parseEntry } from '../../src/ledger/entry.ts';
import { formatVerifierKey } from '../../src/ledger/verifier-key.ts';
import { verifyExport } from '../../src/ledger/verify.ts';
import { ledgerKeysIn } from '../../src/store/ledger/ledger-keys.ts';
import type { Migration } from '../../src/store/migrations/migration.ts';
import { migrate } from '../../src/store/migrations/migrate.ts';
import type { LedgerOptions } from '../../src/store/open-store.ts';
import { openPostgres } from '../../src/store/postgres/open-postgres.ts';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import { makeLedgerOptions, type SigningOptions } from '../build/ledger-signers.ts';
import { describeEachStore, makeTestStore, makeTestStores, type TestPlace } from '../build/store.ts';
import { draftOf } from './drafts.ts';

describeEachStore('migrations', ({ makePlace }) => {
  let place: TestPlace;
  beforeEach(async () => {
    place = await makePlace();
  });
  afterEach(() => place.remove());

  const makeTable = (name: string): Migration => ({
    name,
    up: async (db) => {
      await db.schema.createTable(`table_${name}`).addColumn('id', 'bigint').execute();
    },
  });
  const open = () => (place.records.column === 'sqlite' ? openSqlite(place.records) : openPostgres(place.records));
  const run = async (list: readonly Migration[]): Promise<void> => {
    const column = await open();
    try {
      await migrate(column, list, () => 1);
    } finally {
      await column.close();
    }
  };

  it('run once each, in order', async () => {
    await run([makeTable('a')]);
    await run([makeTable('a'), makeTable('b')]);
    await run([makeTable('a'), makeTable('b')]);
    const column = await open();
    const { rows } = await sql<{
      name: string;
      position: number;
    }>`select name, position from schema_version order by position`.execute(column.read);
    expect(rows).toEqual([
      { name: 'a', position: 0 },
      { name: 'b', position: 1 },
    ]);
    await column.close();
  });

  it('refuse a database that a newer version made', async () => {
    await run([makeTable('a'), makeTable('b')]);
    await expect(run([makeTable('a')])).rejects.toMatchObject({ code: 'schema-newer' });
  });

  it('refuse a database that other migrations made', async () => {
    await run([makeTable('a'), makeTable('b')]);
    await expect(run([makeTable('b'), makeTable('a')])).rejects.toMatchObject({ code: 'schema-differs' });
    const edited = { ...makeTable('c'), name: 'b' };
    await expect(run([makeTable('a'), edited])).rejects.toMatchObject({ code: 'schema-differs' });
  });

  it('leave nothing of one that fails', async () => {
    const failing: Migration = {
      name: 'b',
      up: async (db) => {
        await makeTable('b').up(db, place.records.column);
        await sql`insert into nowhere values (1)`.execute(db);
      },
    };
    await expect(run([makeTable('a'), failing])).rejects.toMatchObject({ code: 'migration-failed' });
    await run([makeTable('a'), makeTable('b')]);
  });
});

describeEachStore('a start', ({ makePlace }) => {
  let place: TestPlace;
  let ledger: SigningOptions;
  beforeEach(async () => {
    place = await makePlace();
    ledger = makeLedgerOptions();
    const store = await place.open({ ledger });
    for (let at = 0; at < 300; at += 50) {
      await store.change(async ({ record }) => {
        for (let more = 0; more < 50; more += 1) record(draftOf(`thing-${at + more}`));
      });
      await store.ledger.exportBundle();
    }
    await store.close();
  });
  afterEach(() => place.remove());

  /** What somebody with access to the database could do behind the server's back. */
  const tamper = async (statement: string): Promise<void> => {
    const column = await (place.records.column === 'sqlite' ? openSqlite(place.records) : openPostgres(place.records));
    const session = await column.session();
    await session.connection.executeQuery(sql.raw(statement).compile(column.read));
    await session.release();
    await column.close();
  };
  const expectRefused = async (code: string, more: Partial<LedgerOptions> = {}): Promise<void> => {
    await expect(place.open({ ledger: { ...ledger, ...more } })).rejects.toMatchObject({ code });
  };

  it('goes on where nothing was changed', async () => {
    const store = await place.open({ ledger });
    expect(await store.ledger.size()).toBe(300);
    expect((await store.ledger.latest())?.size).toBe(300);
    await store.close();
  });

  it.each([
    ['the last entry was removed', 'delete from ledger_entry where entry_index = 299'],
    ['the head was moved back', 'update ledger_head set size = 299'],
    ['an entry was edited', 'update ledger_entry set bytes = leaf_hash where entry_index = 280'],
    [
      'a hash was edited',
      'update ledger_entry set leaf_hash = (select root from ledger_tile limit 1) where entry_index = 299',
    ],
    ['a tile is missing', 'delete from ledger_tile'],
  ])('is refused where %s', async (_title, statement) => {
    await tamper(statement);
    await expectRefused('ledger-damaged');
  });

  it('is refused where the last checkpoint is not one of this ledger', async () => {
    await tamper("update ledger_checkpoint set note = replace(note, 'ledger.test', 'other.test')");
    await expectRefused('ledger-forked');
  });

  it('is refused with other keys, and goes on when the former are known, which is recorded and verifies', async () => {
    const others = makeLedgerOptions();
    await expect(place.open({ ledger: others })).rejects.toMatchObject({ code: 'ledger-keys-differ' });
    const formerKeys = ledger.signers.map(({ key }) => key);
    const store = await place.open({ ledger: { ...others, formerKeys } });
    const { bytes } = await store.ledger.entry(300);
    const keys = others.signers.map(({ key }) => key);
    expect(parseEntry(bytes ?? new Uint8Array())).toMatchObject({
      activity: 'ledger.rekey',
      data: { keys: keys.map(formatVerifierKey) },
    });
    const exported = async () => readBundle((await store.ledger.exportBundle()).content);
    const { origin } = ledger;
    const both = [...keys, ...formerKeys];
    expect(await verifyExport(await exported(), { trust: { origin, keys: both } })).toMatchObject({ ok: true });
    expect(await verifyExport(await exported(), { trust: { origin, keys } })).toMatchObject({ ok: false });
    expect((await exported()).header.keys).toEqual(both.map(formatVerifierKey));
    await store.close();
    // It was said once. The keys of before are no longer those of this ledger.
    const again = await place.open({ ledger: { ...others, formerKeys } });
    expect(await again.ledger.size()).toBe(301);
    await again.close();
    await expectRefused('ledger-keys-differ');
  });

  it('makes keys for a ledger that is new, and refuses one that lost them', async () => {
    const first = await makePlace();
    const folder = join(first.folder, 'keys');
    const signers = ledgerKeysIn(folder, { clock: Date.now });
    const own = { origin: 'ledger.test', signers };
    await (await first.open({ ledger: own })).close();
    await (await first.open({ ledger: own })).close();
    for (const name of ['ledger-ed25519.pem', 'ledger-ml-dsa-44.pem']) {
      renameSync(join(folder, name), join(folder, 'away'));
      await expect(first.open({ ledger: own })).rejects.toMatchObject({ code: 'ledger-keys-missing' });
      expect(existsSync(join(folder, name))).toBe(false);
      renameSync(join(folder, 'away'), join(folder, name));
    }
    rmSync(folder, { recursive: true });
    const store = await first.open({ ledger: { ...own, acceptRestored: true } });
    const { activity, severity } = await store.ledger.entry(0);
    expect({ activity, severity }).toEqual({ activity: 'ledger.restored', severity: 'high' });
    await store.close();
    await (await first.open({ ledger: own })).close();
    await first.remove();
  });

  it('keeps the origin that it was signed with, where none is asked for', async () => {
    const store = await place.open({ ledger: { ...ledger, origin: 'other.test', keepsOrigin: true } });
    expect(store.ledger.origin).toBe('ledger.test');
    await store.close();
    await expectRefused('ledger-forked', { origin: 'other.test' });
  });

  it('binds an empty ledger to the keys of whoever begins it', async () => {
    const first = await makePlace();
    const running = await first.open({ ledger });
    if (first.records.column === 'sqlite') await running.close();
    await expect(first.open({ ledger: makeLedgerOptions() })).rejects.toMatchObject({ code: 'ledger-keys-differ' });
    if (first.records.column === 'postgres') await running.close();
    await first.remove();
  });

  it('is refused where an older copy took the place of the records, and goes on only when told to', async () => {
    // The same records, cut back as they were at 250 entries: what a restored copy looks like.
    const older = await makePlace();
    const copy = await older.open({ ledger });
    await copy.change(async ({ record }) => record(draftOf('another history')));
    await copy.close();
    copyFileSync(join(place.folder, 'ledger.checkpoint'), join(older.folder, 'ledger.checkpoint'));
    await expect(older.open({ ledger })).rejects.toMatchObject({ code: 'ledger-rolled-back' });
    const store = await older.open({ ledger: { ...ledger, acceptRestored: true } });
    const { bytes } = await store.ledger.entry(1);
    const entry = parseEntry(bytes ?? new Uint8Array());
    expect(entry).toMatchObject({ activity: 'ledger.restored', severity: 'high' });
    expect(entry.data).toMatchObject({ size: 1 });
    await store.close();
    await (await older.open({ ledger })).close();
    await older.remove();
  });
});

describe('the data folder', () => {
  const makePlaceOnSqlite = (): Promise<TestPlace> => {
    const column = makeTestStores().find((one) => one.column === 'sqlite');
    if (column === undefined) throw new Error('there is no SQLite');
    return column.makePlace();
  };

  it('is its owner’s only, and so is everything in it', async () => {
    const test = await makeTestStore();
    expect(statSync(test.place.folder).mode & 0o777).toBe(0o700);
    for (const name of ['records.db', 'records.db-wal', 'server.lock', 'server.pid']) {
      expect(statSync(join(test.place.folder, name)).mode & 0o777).toBe(0o600);
    }
    await test.end();
  });

  it('belongs to one process, and the other is named', async () => {
    const test = await makeTestStore();
    await expect(test.place.open()).rejects.toMatchObject({ code: 'folder-locked' });
    await expect(test.place.open()).rejects.toThrow(String(process.pid));
    await test.store.close();
    // What a killed process leaves is no lock.
    writeFileSync(join(test.place.folder, 'server.pid'), '1\n');
    const again = await test.place.open();
    await again.close();
    await test.place.remove();
  });

  it('is refused when others may look into it', async () => {
    const place = await makePlaceOnSqlite();
    chmodSync(place.folder, 0o755);
    mkdirSync(join(place.folder, 'something'));
    await expect(place.open()).rejects.toMatchObject({ code: 'folder-open' });
    rmSync(join(place.folder, 'something'), { recursive: true });
    const store = await place.open();
    expect(statSync(place.folder).mode & 0o777).toBe(0o700);
    await store.close();
    await place.remove();
  });

  it('is written through to the disk, with keys between records enforced', async () => {
    const test = await makeTestStore();
    const pragma = async (name: string) => {
      const { value } = await test.store.change(({ sql: tx }) =>
        sql.raw<Record<string, unknown>>(`pragma ${name}`).execute(tx),
      );
      return Object.values(value.rows[0] ?? {})[0];
    };
    expect(await pragma('journal_mode')).toBe('wal');
    expect(await pragma('synchronous')).toBe(2);
    expect(await pragma('foreign_keys')).toBe(1);
    expect(await pragma('trusted_schema')).toBe(0);
    expect(await pragma('secure_delete')).toBe(1);
    await expect(sql`delete from ledger_entry`.execute(test.store.read)).rejects.toThrow(/readonly/);
    await test.end();
    expect(existsSync(test.place.folder)).toBe(false);
  });
});
