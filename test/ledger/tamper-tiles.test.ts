import { describe, expect, test } from 'vitest';
import { type LedgerTrust, signCheckpoint } from '../../src/ledger/checkpoint.ts';
import { formatNote, parseNote } from '../../src/ledger/note.ts';
import {
  formatEntryTile,
  formatHashTile,
  parseEntryTile,
  parseTilePath,
  TILE_HEIGHT,
  TILE_WIDTH,
  tilePath,
  tilesOf,
} from '../../src/ledger/tiles.ts';
import { readTiles, type TileReader } from '../../src/ledger/tiles-export.ts';
import { CompactRange, leafHash } from '../../src/ledger/tree.ts';
import { verifyExport, type LedgerVerification, type VerifyOptions } from '../../src/ledger/verify.ts';
import { draftOf, logSigners, logTrust, makeLog, newSigner, ORIGIN, type TestLog } from './fixture.ts';

type Files = Map<string, Uint8Array>;

/** The log as c2sp.org/tlog-tiles lays it out. */
function tilesFor(log: TestLog): Files {
  const size = log.leaves.length;
  const levels: Uint8Array[][] = [];
  const range = new CompactRange();
  for (const leaf of log.leaves) {
    for (const { level, hash } of range.append(leaf)) {
      if (level % TILE_HEIGHT === 0) (levels[level / TILE_HEIGHT] ??= []).push(hash);
    }
  }
  const files: Files = new Map();
  for (const tile of tilesOf(size)) {
    const [start, end] = [tile.index * TILE_WIDTH, tile.index * TILE_WIDTH + tile.width];
    const bytes =
      tile.level === 'entries'
        ? formatEntryTile(log.entries.slice(start, end))
        : formatHashTile((levels[tile.level] ?? []).slice(start, end));
    files.set(tilePath(tile), bytes);
  }
  const notes = [...log.notes.values()];
  files.set('checkpoint', Buffer.from(notes.at(-1) ?? ''));
  files.set('checkpoints', Buffer.from(notes.map((note) => `${JSON.stringify({ checkpoint: note })}\n`).join('')));
  return files;
}

function readerOf(files: Files): TileReader {
  return {
    read: async (path) => files.get(path) ?? null,
    stream: async (path) => (files.has(path) ? [files.get(path) ?? new Uint8Array()] : null),
  };
}

async function check(files: Files, options: Partial<VerifyOptions> = {}): Promise<LedgerVerification> {
  const trust: LedgerTrust = options.trust ?? logTrust;
  return verifyExport(await readTiles(readerOf(files), { trust }), { ...options, trust });
}

async function problemsOf(files: Files, options: Partial<VerifyOptions> = {}): Promise<string[]> {
  const { ok, problems } = await check(files, options);
  expect(ok).toBe(problems.length === 0);
  return problems.map(({ code, index, end }) => (index === null ? code : `${code} ${index}-${end}`));
}

const SIZES = [0, 5, 256, 300, 700];
const log = makeLog(SIZES);
const tiles = tilesFor(log);

function changed(path: string, change: (bytes: Uint8Array) => Uint8Array | null): Files {
  const files = new Map(tiles);
  const bytes = change(tiles.get(path) ?? expect.fail(`no ${path}`));
  if (bytes === null) files.delete(path);
  else files.set(path, bytes);
  return files;
}

type Entries = (Uint8Array | null)[];
const withEntries = (change: (entries: Entries) => Entries): Files =>
  changed('tile/entries/001', (bytes) => formatEntryTile(change(parseEntryTile(bytes))));

const otherEntry = Buffer.from(
  Buffer.from(log.entries[300] ?? [])
    .toString('utf8')
    .replace('mod_300', 'mod_301'),
);

describe('paths of tiles', () => {
  test('are those of c2sp.org/tlog-tiles', () => {
    expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067');
    expect(tilePath({ level: 'entries', index: 0, width: 5 })).toBe('tile/entries/000.p/5');
    expect(tilePath({ level: 2, index: 1000, width: 1 })).toBe('tile/2/x001/000.p/1');
  });

  test('are read back, and nothing else is', () => {
    for (const path of tiles.keys()) {
      if (!path.startsWith('tile/')) continue;
      expect(tilePath(parseTilePath(path) ?? expect.fail(path))).toBe(path);
    }
    for (const path of [
      'tile/0/1',
      'tile/00/001',
      'tile/64/001',
      'tile/0/x000/001',
      'tile/0/001.p/256',
      'tile/0/001.p/0',
      'tile/0/001.p/01',
      'tile/data/001',
      'tile/0/../001',
      '/tile/0/001',
      'tile/0/x1/001',
    ]) {
      expect(parseTilePath(path)).toBeNull();
    }
  });

  test('of a tree of 70,000 are as many as the specification says', () => {
    const all = [...tilesOf(70_000)].filter(({ level }) => level !== 'entries');
    const count = (level: number, isFull: boolean): number =>
      all.filter((tile) => tile.level === level && (tile.width === 256) === isFull).length;
    expect([count(0, true), count(0, false), count(1, true), count(1, false), count(2, false)]).toEqual([
      273, 1, 1, 1, 1,
    ]);
    expect(all).toHaveLength(277);
    expect([...tilesOf(256)].map(tilePath)).toEqual(['tile/entries/000', 'tile/0/000', 'tile/1/000.p/1']);
    expect([...tilesOf(0)]).toEqual([]);
  });
});

describe('tiles', () => {
  test('are verified, with every checkpoint of the history', async () => {
    expect(await check(tiles)).toMatchObject({ ok: true, entries: 700, checkpoints: 5, problems: [] });
  });

  test('are verified without a history', async () => {
    const files = new Map(tiles);
    files.delete('checkpoints');
    expect(await check(files)).toMatchObject({ ok: true, entries: 700, checkpoints: 1, problems: [] });
  });

  test('of an empty log are verified', async () => {
    expect(await check(tilesFor(makeLog([0])))).toMatchObject({ ok: true, entries: 0 });
  });

  test('are verified as far as the checkpoint goes when the log has grown', async () => {
    const files = new Map(tiles);
    files.set('checkpoint', Buffer.from(log.notes.get(300) ?? ''));
    files.delete('checkpoints');
    // A partial tile of the tree of then stays until the full one is there.
    files.set('tile/1/000.p/1', (tiles.get('tile/1/000.p/2') ?? expect.fail()).subarray(0, 32));
    expect(await check(files)).toMatchObject({ ok: true, entries: 300 });
  });

  test('tell an edited entry', async () => {
    expect(await problemsOf(withEntries((entries) => entries.with(44, otherEntry)))).toEqual(['entry-edited 300-301']);
  });

  test('tell an edit hidden by a changed hash', async () => {
    const files = withEntries((entries) => entries.with(44, otherEntry));
    files.set('tile/0/001', formatHashTile(log.leaves.slice(256, 512).with(44, leafHash(otherEntry))));
    expect(await problemsOf(files)).toEqual(['tile-mismatch 256-512', 'history-rewritten 300-700']);
  });

  test('tell a deleted entry', async () => {
    expect(await problemsOf(withEntries((entries) => entries.toSpliced(44, 1)))).toEqual(['entry-deleted 300-301']);
  });

  test('tell an entry that was put in', async () => {
    const files = withEntries((entries) => entries.toSpliced(44, 1, otherEntry, entries[44] ?? null).toSpliced(-1, 1));
    expect(await problemsOf(files)).toEqual(['entry-inserted 300-301', 'entry-deleted 511-512']);
  });

  test('tell entries out of order', async () => {
    const files = withEntries((entries) => entries.with(1, entries[2] ?? null).with(2, entries[1] ?? null));
    expect(await problemsOf(files)).toEqual(['entries-reordered 257-258', 'entries-reordered 258-259']);
  });

  test('tell a missing tile of hashes, and one of another length', async () => {
    expect(await problemsOf(changed('tile/0/001', () => null))).toEqual(['truncated 256-257']);
    expect(await problemsOf(changed('tile/0/001', (bytes) => bytes.subarray(32)))).toEqual(['malformed 256-257']);
    expect(await problemsOf(changed('tile/1/000.p/2', () => null))).toEqual(['truncated 0-1']);
  });

  test('tell an entry tile that ends within an entry', async () => {
    expect(await problemsOf(changed('tile/entries/001', (bytes) => bytes.subarray(0, -1)))).toEqual([
      'malformed 256-257',
    ]);
  });

  test('tell contents that no retention covers', async () => {
    expect(await problemsOf(changed('tile/entries/001', () => null))).toEqual(['entry-withheld 511-512']);
    expect(await problemsOf(withEntries((entries) => entries.with(3, null)))).toEqual(['entry-withheld 259-260']);
  });

  test('tell a tile above that does not fit those below', async () => {
    const files = changed('tile/1/000.p/2', (bytes) => Uint8Array.from(bytes).fill(0, 40, 41));
    expect(await problemsOf(files)).toEqual(['tile-mismatch 256-512']);
  });

  test('tell a rollback and a fork from a checkpoint remembered', async () => {
    const before = tilesFor(makeLog([5, 300]));
    expect(await problemsOf(before, { remembered: log.notes.get(700) })).toEqual(['rollback 300-700']);
    const other = makeLog([500], (index) => draftOf(index === 20 ? 21 : index));
    expect(await problemsOf(tiles, { remembered: other.notes.get(500) })).toEqual(['fork 0-500']);
    expect(await check(tiles, { remembered: log.notes.get(300) })).toMatchObject({ ok: true, remembered: true });
  });

  test('tell a history in another order', async () => {
    const notes = [5, 700, 300].map((size) => `${JSON.stringify({ checkpoint: log.notes.get(size) })}\n`);
    const files = changed('checkpoints', () => Buffer.from(notes.join('')));
    expect(await problemsOf(files)).toEqual(['checkpoint-misplaced']);
  });

  test('of a log that goes on meanwhile are verified as far as it was when the reading began', async () => {
    const before = tilesFor(makeLog([0, 5, 256, 300]));
    let isFirst = true;
    const growing: TileReader = {
      // Tiles are asked for as wide as they were, and a log keeps those.
      read: async (path) => {
        if (path !== 'checkpoint') return before.get(path) ?? null;
        const size = isFirst ? 300 : 700;
        isFirst = false;
        return Buffer.from(log.notes.get(size) ?? '');
      },
      stream: readerOf(tiles).stream,
    };
    const found = await verifyExport(await readTiles(growing, { trust: logTrust }), { trust: logTrust });
    expect(found).toMatchObject({ ok: true, entries: 300, checkpoints: 4, problems: [] });
  });

  test('of a log that lists more checkpoints than it serves are named', async () => {
    const files = changed('checkpoint', () => Buffer.from(log.notes.get(300) ?? ''));
    for (const [path, bytes] of tilesFor(makeLog([300]))) if (path.startsWith('tile/')) files.set(path, bytes);
    expect(await problemsOf(files)).not.toEqual([]);
  });

  test('tell a changed signature, before any tile is read', async () => {
    const files = changed('checkpoint', (bytes) => {
      const note = parseNote(Buffer.from(bytes).toString('utf8'));
      const signatures = note.signatures.map((one) => ({ ...one, signature: one.signature.map((byte) => byte ^ 1) }));
      return Buffer.from(formatNote({ ...note, signatures }));
    });
    const read: string[] = [];
    const reader = readerOf(files);
    const watched: TileReader = { ...reader, read: (path, max) => (read.push(path), reader.read(path, max)) };
    const { problems } = await verifyExport(await readTiles(watched, { trust: logTrust }), { trust: logTrust });
    expect(problems.map(({ code }) => code)).toEqual(['signature-invalid']);
    expect(read).toEqual(['checkpoint']);
  });

  test('are not taken on the word of a stranger', async () => {
    expect(await problemsOf(tiles, { trust: { keys: [newSigner(ORIGIN, 'ed25519').key] } })).toEqual(['unknown-key']);
  });

  test('tell a checkpoint for more entries than there are', async () => {
    const files = new Map(tiles);
    const root = log.checkpointAt(700).root;
    const note = signCheckpoint({ origin: ORIGIN, size: 5000, root, extensions: [] }, logSigners);
    files.set('checkpoint', Buffer.from(note));
    expect((await problemsOf(files))[0]).toMatch(/^truncated /);
  });
});
