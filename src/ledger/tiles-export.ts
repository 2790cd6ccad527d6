import { parseCheckpoint } from './checkpoint-text.ts';
import { type LedgerTrust, verifyCheckpoint } from './checkpoint.ts';
import { fromUtf8 } from './encoding.ts';
import { LedgerError } from './errors.ts';
import type { Export, ExportItem, LeafGroup, SizedNote } from './export-item.ts';
import { HASH_BYTES } from './hashing.ts';
import { ledgerLimits } from './limits.ts';
import { type ByteStream, parseJsonLine, readLines } from './lines.ts';
import { parseNote } from './note.ts';
import { type SignatureChecks, portableChecks } from './signature.ts';
import {
  hashesAt,
  parseEntryTile,
  parseHashTile,
  TILE_HEIGHT,
  TILE_WIDTH,
  type TileCoordinate,
  tileOf,
  tilePath,
} from './tiles.ts';
import type { TreeNode } from './tree.ts';

/** Files below the address of a log, as c2sp.org/tlog-tiles lays them out. */
export interface TileReader {
  /** A whole file of at most `maxBytes`, or null when there is none. */
  readonly read: (path: string, maxBytes: number) => Promise<Uint8Array | null>;
  /** A file of any length, piece by piece, or null when there is none. */
  readonly stream: (path: string) => Promise<ByteStream | null>;
}

/** The last checkpoint, those before it (JSON Lines, ours), and the verifier keys (a JSON list, ours). */
const CHECKPOINT_FILE = 'checkpoint';
const HISTORY_FILE = 'checkpoints';
export const KEYS_FILE = 'keys';

/** Tiles that are fetched while one is checked. */
const TILES_AHEAD = 4;

export interface TilesOptions {
  readonly trust: LedgerTrust;
  readonly checks?: SignatureChecks | undefined;
}

/**
 * Reads a log that is kept in tiles, in the order of its entries. Only what a signed checkpoint speaks of is fetched: one
 * that does not hold comes alone, for the check to say why.
 * @throws LedgerError `unreachable` when there is no checkpoint; `trust-missing`.
 */
export async function readTiles(reader: TileReader, { trust, checks }: TilesOptions): Promise<Export> {
  const note = await readText(reader, CHECKPOINT_FILE, ledgerLimits.maxNoteBytes);
  if (note === null) throw LedgerError.of('unreachable', 'there is no checkpoint, so this is no log');
  const size = signedSize(note, trust, checks ?? portableChecks);
  const items = size === null ? alone(note) : readItems(reader, note, size);
  return { header: { origin: trust.origin ?? '', size: size ?? 0, keys: [] }, items };
}

function signedSize(note: string, trust: LedgerTrust, checks: SignatureChecks): number | null {
  try {
    return verifyCheckpoint(note, { ...trust, quorum: 0 }, checks).checkpoint.size;
  } catch (error) {
    if (error instanceof LedgerError && error.exitCode === 1) return null;
    throw error;
  }
}

async function* alone(note: string): AsyncGenerator<ExportItem> {
  yield { kind: 'checkpoint', note };
}

async function readText(reader: TileReader, path: string, maxBytes: number): Promise<string | null> {
  const bytes = await reader.read(path, maxBytes);
  const text = bytes === null ? null : fromUtf8(bytes);
  if (bytes !== null && text === null) throw LedgerError.of('malformed', `${path} is not UTF-8`);
  return text;
}

async function* readItems(reader: TileReader, note: string, size: number): AsyncGenerator<ExportItem> {
  const history = new History(reader, note, size);
  await history.advance();
  yield* checkpointsAt(history, 0);
  const upper = new UpperTiles(reader, size);
  for await (const group of readGroups(reader, size)) {
    const end = group.start + group.leaves.length;
    yield { ...group, nodes: await upper.nodesAbove(group), checkpoints: await history.before(end) };
    yield* checkpointsAt(history, end);
  }
  yield* checkpointsAt(history, Number.POSITIVE_INFINITY);
}

async function* checkpointsAt(history: History, position: number): AsyncGenerator<ExportItem> {
  while (history.next !== null && history.next.size <= position) {
    yield { kind: 'checkpoint', note: history.next.note };
    await history.advance();
  }
}

/** The checkpoints of the history, one after the other, the one that is served last. */
class History {
  readonly #reader: TileReader;
  readonly #last: string;
  readonly #lastSize: number;
  #lines: AsyncIterator<Uint8Array> | null | undefined;
  #line = 0;
  #isLastSeen = false;
  next: SizedNote | null = null;

  constructor(reader: TileReader, last: string, lastSize: number) {
    this.#reader = reader;
    this.#last = last;
    this.#lastSize = lastSize;
  }

  async advance(): Promise<void> {
    const next = await this.#read();
    if (next !== null && !(next.size > this.#lastSize && (await this.#hasGrownTo(next.size)))) {
      this.#isLastSeen ||= next.note === this.#last;
      this.next = next;
    } else {
      this.#lines = null;
      this.next = this.#isLastSeen ? null : { note: this.#last, size: this.#lastSize };
      this.#isLastSeen = true;
    }
  }

  /**
   * Whether the log serves such a checkpoint by now: then it only went on while it was read, and what is read ends where
   * it began. A log that lists more than it serves is for the check to name.
   */
  async #hasGrownTo(size: number): Promise<boolean> {
    const note = await readText(this.#reader, CHECKPOINT_FILE, ledgerLimits.maxNoteBytes);
    return note !== null && note !== this.#last && sizeOf(note) >= size;
  }

  /** Those of a smaller size, which are then behind. @throws LedgerError `size-limit`. */
  async before(size: number): Promise<SizedNote[]> {
    const notes: SizedNote[] = [];
    for (; this.next !== null && this.next.size < size; await this.advance()) {
      notes.push(this.next);
      if (notes.length > ledgerLimits.maxCheckpointsPerTile) {
        throw LedgerError.of('size-limit', `more than ${notes.length - 1} checkpoints for one tile`);
      }
    }
    return notes;
  }

  async #read(): Promise<SizedNote | null> {
    if (this.#lines === undefined) {
      const source = await this.#reader.stream(HISTORY_FILE);
      this.#lines = source === null ? null : readLines(source, ledgerLimits.maxBundleLineBytes);
    }
    const line = await this.#lines?.next();
    if (line === undefined || line.done === true) {
      this.#lines = null;
      return null;
    }
    this.#line += 1;
    const { checkpoint } = parseJsonLine(line.value, `line ${this.#line} of ${HISTORY_FILE}`);
    if (typeof checkpoint === 'string') return { note: checkpoint, size: sizeOf(checkpoint) };
    throw LedgerError.of('malformed', `expected a checkpoint in line ${this.#line} of ${HISTORY_FILE}`);
  }
}

const sizeOf = (note: string): number => parseCheckpoint(parseNote(note).text).size;

async function* readGroups(reader: TileReader, size: number): AsyncGenerator<LeafGroup> {
  const ahead: Promise<LeafGroup>[] = [];
  let index = 0;
  const fetchNext = (): void => {
    const tile = tileOf(0, index, size);
    if (tile === null) return;
    index += 1;
    const group = readGroup(reader, tile);
    // It is awaited below, maybe never after another one failed.
    group.catch(() => undefined);
    ahead.push(group);
  };
  for (let count = 0; count < TILES_AHEAD; count += 1) fetchNext();
  for (let group = ahead.shift(); group !== undefined; group = ahead.shift()) {
    fetchNext();
    yield await group;
  }
}

async function readGroup(reader: TileReader, tile: TileCoordinate): Promise<LeafGroup> {
  const start = tile.index * TILE_WIDTH;
  const [leaves, bytes] = await Promise.all([
    readHashes(reader, tile),
    readTile(reader, { ...tile, level: 'entries' }, ledgerLimits.maxEntryTileBytes),
  ]);
  if (leaves === null) throw LedgerError.of('truncated', `the tile of the entries from ${start} on is missing`);
  if (bytes === null) return { kind: 'leaves', start, leaves, entries: leaves.map(() => null) };
  const entries = parseEntryTile(bytes.bytes);
  // A full tile may stand in for a partial one: it goes on beyond the end that is looked at.
  return { kind: 'leaves', start, leaves, entries: bytes.isFull ? entries.slice(0, tile.width) : entries };
}

async function readHashes(reader: TileReader, tile: TileCoordinate): Promise<Uint8Array[] | null> {
  const found = await readTile(reader, tile, TILE_WIDTH * HASH_BYTES);
  if (found === null) return null;
  return parseHashTile(found.bytes, found.isFull ? TILE_WIDTH : tile.width).slice(0, tile.width);
}

interface FoundTile {
  readonly bytes: Uint8Array;
  /** The full tile was found in the place of a partial one. */
  readonly isFull: boolean;
}

async function readTile(reader: TileReader, tile: TileCoordinate, maxBytes: number): Promise<FoundTile | null> {
  const bytes = await reader.read(tilePath(tile), maxBytes);
  if (bytes !== null || tile.width === TILE_WIDTH) return bytes === null ? null : { bytes, isFull: false };
  const full = await reader.read(tilePath({ ...tile, width: TILE_WIDTH }), maxBytes);
  return full === null ? null : { bytes: full, isFull: true };
}

/** Tiles above level 0, one of each level at a time: nothing is computed from them here, but others do. */
class UpperTiles {
  readonly #reader: TileReader;
  readonly #size: number;
  readonly #current = new Map<number, { readonly index: number; readonly hashes: readonly Uint8Array[] }>();

  constructor(reader: TileReader, size: number) {
    this.#reader = reader;
    this.#size = size;
  }

  /** What these tiles say of the nodes that the leaves of one group complete. */
  async nodesAbove({ start, leaves }: LeafGroup): Promise<TreeNode[]> {
    const end = start + leaves.length;
    const nodes: TreeNode[] = [];
    for (let level = 1; end > 0 && end % TILE_WIDTH ** level === 0; level += 1) {
      const index = end / TILE_WIDTH ** level - 1;
      nodes.push({ level: level * TILE_HEIGHT, index, hash: await this.#hashAt(level, index) });
    }
    return nodes;
  }

  async #hashAt(level: number, index: number): Promise<Uint8Array> {
    const tileIndex = Math.floor(index / TILE_WIDTH);
    if (this.#current.get(level)?.index !== tileIndex) await this.#load(level, tileIndex);
    const hash = this.#current.get(level)?.hashes[index % TILE_WIDTH];
    if (hash === undefined) throw LedgerError.of('truncated', `tile ${tileIndex} of level ${level} is missing`);
    return hash;
  }

  async #load(level: number, index: number): Promise<void> {
    const tile = hashesAt(level, this.#size) === 0 ? null : tileOf(level, index, this.#size);
    const hashes = tile === null ? null : await readHashes(this.#reader, tile);
    this.#current.set(level, { index, hashes: hashes ?? [] });
  }
}
