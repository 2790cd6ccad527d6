import { LedgerError } from './errors.ts';
import { HASH_BYTES } from './hashing.ts';
import { ledgerLimits } from './limits.ts';

/** Hashes of a full tile, c2sp.org/tlog-tiles; it is eight levels of the tree high. */
export const TILE_WIDTH = 256;
export const TILE_HEIGHT = 8;
const MAX_TILE_LEVEL = 63;
const LENGTH_BYTES = 2;

/** Where a tile is: `entries` are those below level 0. */
export interface TileCoordinate {
  readonly level: number | 'entries';
  readonly index: number;
  /** Hashes or entries in it: less than 256 at the right edge. */
  readonly width: number;
}

/** The path of a tile below the address of the log: `tile/0/x001/x234/067`, `tile/entries/000.p/5`. */
export function tilePath({ level, index, width }: TileCoordinate): string {
  let path = String(index % 1000).padStart(3, '0');
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    path = `x${String(rest % 1000).padStart(3, '0')}/${path}`;
  }
  return `tile/${level}/${path}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

const TILE_PATH = /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** Which tile a path names, or null: each tile has one path. */
export function parseTilePath(path: string): TileCoordinate | null {
  const [, levelText, indexText = '', widthText] = TILE_PATH.exec(path) ?? [];
  if (levelText === undefined) return null;
  const tile: TileCoordinate = {
    level: levelText === 'entries' ? 'entries' : Number(levelText),
    index: Number(indexText.replaceAll(/[x/]/g, '')),
    width: widthText === undefined ? TILE_WIDTH : Number(widthText),
  };
  const isInRange = tile.level === 'entries' || tile.level <= MAX_TILE_LEVEL;
  return isInRange && Number.isSafeInteger(tile.index) && tilePath(tile) === path ? tile : null;
}

/** Hashes that the tiles of one level hold together, in a tree of `size` entries. */
export function hashesAt(level: number, size: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

/** One tile of a tree of `size` entries, with the width it has there; null when it holds nothing yet. */
export function tileOf(level: number | 'entries', index: number, size: number): TileCoordinate | null {
  const width = Math.min(TILE_WIDTH, hashesAt(level === 'entries' ? 0 : level, size) - index * TILE_WIDTH);
  return width > 0 ? { level, index, width } : null;
}

/** All tiles of a tree, those of the entries first: what an export writes. */
export function* tilesOf(size: number): Generator<TileCoordinate> {
  for (const level of ['entries', ...Array(MAX_TILE_LEVEL + 1).keys()] as const) {
    for (let index = 0; ; index += 1) {
      const tile = tileOf(level, index, size);
      if (tile === null) break;
      yield tile;
    }
  }
}

/** @throws LedgerError `malformed` when there are not as many hashes as the tile has to hold. */
export function parseHashTile(bytes: Uint8Array, width: number): Uint8Array[] {
  if (bytes.length !== width * HASH_BYTES) {
    throw LedgerError.of('malformed', `expected ${width * HASH_BYTES} bytes of hashes, found ${bytes.length}`);
  }
  return Array.from({ length: width }, (_, at) => bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}

export function formatHashTile(hashes: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(hashes.length * HASH_BYTES);
  for (const [at, hash] of hashes.entries()) bytes.set(hash, at * HASH_BYTES);
  return bytes;
}

/**
 * Entries after each other, each after its length in two bytes. `null` stands for one whose content retention removed:
 * it is written with the length 0, which no entry of ours has.
 * @throws LedgerError `entry-too-large`.
 */
export function formatEntryTile(entries: readonly (Uint8Array | null)[]): Uint8Array {
  const bytes = new Uint8Array(entries.reduce((sum, entry) => sum + LENGTH_BYTES + (entry?.length ?? 0), 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const entry of entries) {
    const length = entry?.length ?? 0;
    if (length > ledgerLimits.maxEntryBytes) throw LedgerError.of('entry-too-large', `it has ${length} bytes`);
    view.setUint16(at, length);
    if (entry !== null) bytes.set(entry, at + LENGTH_BYTES);
    at += LENGTH_BYTES + length;
  }
  return bytes;
}

/**
 * The entries of a tile; as many as there are, which the caller compares with what there has to be.
 * @throws LedgerError `malformed` when it ends within one, or holds more than a tile does.
 */
export function parseEntryTile(bytes: Uint8Array): (Uint8Array | null)[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const entries: (Uint8Array | null)[] = [];
  for (let at = 0; at < bytes.length; ) {
    const start = at + LENGTH_BYTES;
    const end = start > bytes.length ? Number.POSITIVE_INFINITY : start + view.getUint16(at);
    if (end > bytes.length || entries.length === TILE_WIDTH) {
      throw LedgerError.of('malformed', `expected at most ${TILE_WIDTH} whole entries, ${bytes.length} bytes found`);
    }
    entries.push(end === start ? null : bytes.subarray(start, end));
    at = end;
  }
  return entries;
}
