import { afterAll, beforeAll, expect, it } from 'vitest';
import { readBundle } from '../../src/ledger/bundle.ts';
import { verifyCheckpoint } from '../../src/ledger/checkpoint.ts';
import { parseEntry, verifyOpening } from '../../src/ledger/entry.ts';
import { verifyConsistency, verifyInclusion } from '../../src/ledger/proofs.ts';
import { parseEntryTile, parseHashTile, tilePath, tilesOf } from '../../src/ledger/tiles.ts';
import { CompactRange, leafHash } from '../../src/ledger/tree.ts';
import { verifyExport } from '../../src/ledger/verify.ts';
import { eraseOpenings } from '../../src/store/ledger/erase.ts';
import { applyRetention } from '../../src/store/ledger/retention.ts';
import { makeLedgerOptions, type SigningOptions } from '../build/ledger-signers.ts';
import { describeEachStore, type TestStore } from '../build/store.ts';
import { draftOf } from './drafts.ts';

/** More than two complete tiles, and a ragged edge. */
const ENTRIES = 700;

describeEachStore('the ledger', ({ makeStore }) => {
  let test: TestStore;
  let options: SigningOptions;
  const hashes: Uint8Array[] = [];
  const roots: Uint8Array[] = [];

  beforeAll(async () => {
    options = makeLedgerOptions({ signEveryMs: 1_000_000 });
    test = await makeStore({ ledger: options });
    // Batches of every size, so that tiles are completed at their first, last and middle entry.
    for (let at = 0, width = 1; at < ENTRIES; at += width, width = (width * 7) % 101) {
      const drafts = Array.from({ length: Math.min(width, ENTRIES - at) }, (_, more) => draftOf(`thing-${at + more}`));
      await test.store.change(async ({ record }) => drafts.forEach((draft) => record(draft)));
      if (at % 5 === 0) await test.store.ledger.exportBundle();
    }
    const rows = await test.store.read.selectFrom('ledger_entry').selectAll().orderBy('entry_index').execute();
    const range = new CompactRange();
    roots.push(range.root());
    for (const row of rows) {
      hashes.push(leafHash(row.bytes ?? new Uint8Array()));
      range.append(hashes.at(-1) ?? new Uint8Array());
      roots.push(range.root());
    }
  });
  afterAll(() => test.end());

  const trust = () => ({ keys: options.signers.map(({ key }) => key), origin: options.origin });

  it('has every entry once, in order, without a gap', async () => {
    const rows = await test.store.read.selectFrom('ledger_entry').selectAll().orderBy('entry_index').execute();
    expect(rows.map((row) => row.entry_index)).toEqual(Array.from({ length: ENTRIES }, (_, at) => at));
    expect(rows.map((row) => row.object_id)).toEqual(Array.from({ length: ENTRIES }, (_, at) => `thing-${at}`));
    for (const [at, row] of rows.entries()) expect(Buffer.from(row.leaf_hash)).toEqual(Buffer.from(hashes[at] ?? []));
  });

  it('signs the root over all entries', async () => {
    const { note, size, root } = (await test.store.ledger.inclusion(ENTRIES - 1)).checkpoint;
    const { checkpoint, signatures } = verifyCheckpoint(note, trust());
    expect(signatures).toHaveLength(2);
    expect({ size, root: Buffer.from(root) }).toEqual({ size: ENTRIES, root: Buffer.from(roots[ENTRIES] ?? []) });
    expect(checkpoint.size).toBe(ENTRIES);
  });

  it('proves that each entry is in the tree', async () => {
    for (const index of [0, 1, 127, 255, 256, 511, 512, 600, ENTRIES - 1]) {
      const { proof, leafHash: leaf, checkpoint } = await test.store.ledger.inclusion(index);
      expect(verifyInclusion({ index, size: checkpoint.size, leafHash: leaf, root: checkpoint.root, proof })).toBe(
        true,
      );
      expect(Buffer.from(checkpoint.root)).toEqual(Buffer.from(roots[checkpoint.size] ?? []));
    }
  });

  it('proves it for trees that were signed before, and refuses those that were not', async () => {
    const { items } = await test.store.ledger.checkpoints({ limit: 200 });
    expect(items.length).toBeGreaterThan(3);
    for (const { size, root } of items) {
      expect(Buffer.from(root)).toEqual(Buffer.from(roots[size] ?? []));
      if (size === 0) continue;
      const { proof, leafHash: leaf } = await test.store.ledger.inclusion(size - 1, size);
      expect(verifyInclusion({ index: size - 1, size, leafHash: leaf, root, proof })).toBe(true);
    }
    await expect(test.store.ledger.inclusion(0, 3)).rejects.toMatchObject({ code: 'checkpoint-unknown' });
    await expect(test.store.ledger.inclusion(ENTRIES)).rejects.toMatchObject({ code: 'entry-unknown' });
    await expect(test.store.ledger.inclusion(items[1]?.size ?? 0, items[1]?.size)).rejects.toMatchObject({
      code: 'entry-unknown',
    });
  });

  it('proves that each tree goes on from every smaller one', async () => {
    for (const size1 of [1, 2, 100, 255, 256, 257, 512, 699, 700]) {
      const { proof, checkpoint } = await test.store.ledger.consistency(size1);
      const { size: size2, root: root2 } = checkpoint;
      const root1 = roots[size1] ?? new Uint8Array();
      expect(verifyConsistency({ size1, root1, size2, root2, proof })).toBe(true);
    }
    expect((await test.store.ledger.consistency(0)).proof).toEqual([]);
  });

  it('serves every tile of the signed tree, and none beyond it', async () => {
    const range = new CompactRange();
    const nodes = new Map<string, string>();
    for (const hash of hashes)
      for (const node of range.append(hash))
        nodes.set(`${node.level}/${node.index}`, Buffer.from(node.hash).toString('hex'));
    for (const tile of tilesOf(ENTRIES)) {
      const { content } = await test.store.ledger.tile(tilePath(tile));
      if (tile.level === 'entries') expect(parseEntryTile(content)).toHaveLength(tile.width);
      else {
        const level = tile.level;
        const found = parseHashTile(content, tile.width).map((hash) => Buffer.from(hash).toString('hex'));
        expect(found).toEqual(found.map((_, at) => nodes.get(`${level * 8}/${tile.index * 256 + at}`)));
      }
    }
    expect((await test.store.ledger.tile('tile/0/000.p/3')).content).toHaveLength(96);
    expect((await test.store.ledger.tile('tile/1/000.p/1')).content).toHaveLength(32);
    for (const path of [
      'tile/0/002',
      'tile/0/002.p/189',
      'tile/1/000',
      'tile/entries/009',
      'checkpoint',
      'tile/0/../0',
    ]) {
      await expect(test.store.ledger.tile(path)).rejects.toMatchObject({ code: 'tile-unknown', httpStatus: 404 });
    }
  });

  it('exports what anybody can verify', async () => {
    const { content, size } = await test.store.ledger.exportBundle();
    const result = await verifyExport(await readBundle(content), { trust: trust() });
    expect(result).toMatchObject({ ok: true, problems: [], entries: ENTRIES });
    expect(result.checkpoints).toBeGreaterThan(3);
    expect(size).toBe(ENTRIES);
  });
});

describeEachStore('searching the ledger', ({ makeStore }) => {
  let test: TestStore;
  let now = 1_000_000;
  beforeAll(async () => {
    test = await makeStore({ clock: () => now });
    for (let at = 0; at < 60; at += 1) {
      // Two entries of each millisecond.
      now = 1_000_000 + Math.floor(at / 2);
      const actor = { kind: 'person', id: at % 3 === 0 ? 'per_a' : 'per_b' } as const;
      const decision =
        at % 4 === 0 ? ({ decision: 'deny', outcome: 'failure' } as const) : ({ decision: 'allow' } as const);
      const draft = draftOf(`thing-${at % 7}`, {
        actor,
        activity: at % 2 === 0 ? 'grant.give' : 'session.sign-in',
        ...decision,
      });
      await test.store.change(async ({ record }) => record(draft));
    }
  });
  afterAll(() => test.end());

  const all = async (
    filter: Parameters<TestStore['store']['ledger']['search']>[0],
    limit: number,
  ): Promise<number[]> => {
    const found: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await test.store.ledger.search(filter, { limit, cursor });
      expect(page.rows.length).toBeLessThanOrEqual(limit);
      found.push(...page.rows.map((row) => row.entry_index));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    return found;
  };
  const newestFirst = (keep: (at: number) => boolean): number[] =>
    Array.from({ length: 60 }, (_, at) => at)
      .filter(keep)
      .toReversed();

  it.each([1, 7, 59, 60, 100])('pages through all of them, %i at a time', async (limit) => {
    expect(await all({}, limit)).toEqual(newestFirst(() => true));
  });

  it('finds by each filter, and by several', async () => {
    expect(await all({ actorId: 'per_a' }, 7)).toEqual(newestFirst((at) => at % 3 === 0));
    expect(await all({ objectId: 'thing-3' }, 7)).toEqual(newestFirst((at) => at % 7 === 3));
    expect(await all({ activity: 'grant.' }, 7)).toEqual(newestFirst((at) => at % 2 === 0));
    expect(await all({ activity: 'session.sign-in' }, 7)).toEqual(newestFirst((at) => at % 2 === 1));
    expect(await all({ activity: 'session' }, 7)).toEqual([]);
    expect(await all({ decision: 'deny' }, 7)).toEqual(newestFirst((at) => at % 4 === 0));
    expect(await all({ outcome: 'failure' }, 7)).toEqual(newestFirst((at) => at % 4 === 0));
    expect(await all({ class: 'authentication' }, 7)).toEqual([]);
    expect(await all({ fromMs: 1_000_010, toMs: 1_000_012 }, 2)).toEqual([25, 24, 23, 22, 21, 20]);
    expect(await all({ actorId: 'per_a', decision: 'deny', toMs: 1_000_012 }, 2)).toEqual([24, 12, 0]);
  });

  it('refuses a cursor that it did not give', async () => {
    for (const cursor of ['', 'x', '1', '1.2.3', '1.2; drop table ledger_entry']) {
      await expect(test.store.ledger.search({}, { limit: 1, cursor })).rejects.toMatchObject({
        code: 'cursor-invalid',
      });
    }
  });
});

describeEachStore('what the ledger forgets', ({ makeStore }) => {
  it('keeps personal data apart, and erases that of a person while proofs stay', async () => {
    const options = makeLedgerOptions();
    const test = await makeStore({ ledger: options });
    const { store } = test;
    const record = (id: string, email: string) =>
      store.change(async (change) =>
        change.record(draftOf(id, { object: { kind: 'person', id }, personal: { email } })),
      );
    await record('per_a', 'ada@example.org');
    await record('per_b', 'bob@example.org');
    const row = await store.ledger.entry(0);
    expect(Buffer.from(row.bytes ?? []).toString()).not.toContain('ada@');
    const [opening] = await store.ledger.openings(0);
    expect(opening?.value).toBe('ada@example.org');
    expect(opening !== undefined && verifyOpening(parseEntry(row.bytes ?? new Uint8Array()), opening)).toBe(true);
    const { value } = await store.change(({ sql }) => eraseOpenings(sql, 'per_a'));
    expect(value).toBe(1);
    expect(await store.ledger.openings(0)).toEqual([]);
    expect(await store.ledger.openings(1)).toHaveLength(1);
    const { content } = await store.ledger.exportBundle();
    const trust = { keys: options.signers.map(({ key }) => key), origin: options.origin };
    expect(await verifyExport(await readBundle(content), { trust })).toMatchObject({
      ok: true,
      entries: 2,
      removed: 0,
    });
    await test.end();
  });

  it('removes old contents, says so in an entry, and proves the rest and the removed alike', async () => {
    const options = makeLedgerOptions();
    let now = 1_700_000_000_000;
    const test = await makeStore({ ledger: options, clock: () => now });
    const { store } = test;
    const DAY = 86_400_000;
    for (let day = 0; day < 10; day += 1) {
      await store.change(async ({ record }) => {
        for (let at = 0; at < 40; at += 1) record(draftOf(`day-${day}`, { personal: { address: '192.0.2.1' } }));
      });
      now += DAY;
    }
    expect(await applyRetention(store, { days: 4, nowMs: now })).toBe(240);
    expect(await store.ledger.retainedFrom()).toBe(240);
    expect((await store.ledger.entry(239)).bytes).toBeNull();
    expect((await store.ledger.entry(240)).bytes).not.toBeNull();
    expect(await store.ledger.openings(239)).toEqual([]);
    expect(await store.ledger.openings(240)).toHaveLength(1);
    const { proof, checkpoint, leafHash: leaf } = await store.ledger.inclusion(100);
    expect(verifyInclusion({ index: 100, size: checkpoint.size, leafHash: leaf, root: checkpoint.root, proof })).toBe(
      true,
    );
    // Nothing more is old: nothing is removed or recorded.
    const size = await store.ledger.size();
    expect(await applyRetention(store, { days: 4, nowMs: now })).toBe(240);
    expect(await store.ledger.size()).toBe(size);
    const trust = { keys: options.signers.map(({ key }) => key), origin: options.origin };
    const { content } = await store.ledger.exportBundle();
    expect(await verifyExport(await readBundle(content), { trust })).toMatchObject({ ok: true, removed: 240 });
    await test.end();
  });
});
