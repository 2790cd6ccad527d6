import { type Kysely, sql } from 'kysely';
import { HASH_BYTES, type HashFunction } from '../../ledger/hashing.ts';
import { hashesAt, TILE_HEIGHT, TILE_WIDTH } from '../../ledger/tiles.ts';
import { nodeHash as parentHash, type TreeCoordinate } from '../../ledger/tree.ts';
import { StoreError } from '../errors.ts';
import type { Database } from '../tables/index.ts';
import { nodeHash } from '../../node/ledger/crypto.ts';

/** Where the hashes are that a node is made of: `width` of them, from `slot` of a tile on. */
interface Place {
  readonly level: number;
  readonly tile: number;
  readonly slot: number;
  readonly width: number;
}

interface TileHashes {
  readonly level: number;
  readonly tile: number;
  readonly hashes: readonly Uint8Array[];
}

/** Whole tiles have their number as position, single hashes theirs within the level. */
interface Row {
  readonly whole: number;
  readonly level: number;
  readonly position: number;
  readonly bytes: Uint8Array;
}

/**
 * Reads nodes of the tree of the first `size` entries with one query, in the order asked for.
 * @throws StoreError `ledger-damaged` when hashes are missing that were there.
 */
export async function readNodes(
  db: Kysely<Database>,
  coordinates: readonly TreeCoordinate[],
  size: number,
): Promise<Uint8Array[]> {
  const places = coordinates.map(placeOf);
  const tiles = new Map((await readTiles(db, places, size)).map((one) => [keyOf(one), one.hashes]));
  return places.map((place) => {
    const hashes = tiles.get(keyOf(place))?.slice(place.slot, place.slot + place.width) ?? [];
    if (hashes.length !== place.width) {
      throw StoreError.of('ledger-damaged', `hashes are missing in tile ${place.tile} of level ${place.level}`);
    }
    return rootOf(hashes, nodeHash);
  });
}

/**
 * The hashes of one tile of the tree of `size` entries, as far as it is filled there; as many as are stored.
 */
export async function readTileHashes(
  db: Kysely<Database>,
  { level, tile }: { readonly level: number; readonly tile: number },
  size: number,
): Promise<readonly Uint8Array[]> {
  const [found] = await readTiles(db, [{ level, tile }], size);
  return found?.hashes ?? [];
}

function placeOf({ level, index }: TreeCoordinate): Place {
  const width = 2 ** (level % TILE_HEIGHT);
  const first = index * width;
  return {
    level: Math.floor(level / TILE_HEIGHT),
    tile: Math.floor(first / TILE_WIDTH),
    slot: first % TILE_WIDTH,
    width,
  };
}

type TilePlace = Pick<Place, 'level' | 'tile'>;

const keyOf = ({ level, tile }: TilePlace): string => `${level}/${tile}`;

async function readTiles(db: Kysely<Database>, places: readonly TilePlace[], size: number): Promise<TileHashes[]> {
  const wanted = [...new Map(places.map((place) => [keyOf(place), place])).values()];
  if (wanted.length === 0) return [];
  const isWhole = ({ level, tile }: TilePlace): boolean => (tile + 1) * TILE_WIDTH <= hashesAt(level, size);
  const whole = wanted.filter(isWhole);
  const open = wanted.filter((place) => !isWhole(place));
  const parts = [
    ...(whole.length === 0 ? [] : [wholeTiles(whole)]),
    ...open.map((place) => openTile(place, hashesAt(place.level, size))),
  ];
  const { rows } = await sql<Row>`${sql.join(parts, sql` union all `)}`.execute(db);
  return [
    ...rows.filter((row) => row.whole === 1).map((row) => split(row)),
    ...open.map(({ level, tile }) => ({ level, tile, hashes: gather(rows, level, tile) })),
  ];
}

function wholeTiles(places: readonly TilePlace[]) {
  const pairs = places.map(({ level, tile }) => sql`(level = ${level} and tile_index = ${tile})`);
  return sql`select 1 as whole, level, tile_index as position, hashes as bytes from ledger_tile
    where ${sql.join(pairs, sql` or `)}`;
}

/** Until a tile is complete its hashes are those of the entries, or the roots of the tiles below. */
function openTile({ level, tile }: TilePlace, end: number) {
  const start = tile * TILE_WIDTH;
  return level === 0
    ? sql`select 0 as whole, 0 as level, entry_index as position, leaf_hash as bytes from ledger_entry
        where entry_index >= ${start} and entry_index < ${end}`
    : sql`select 0 as whole, level + 1 as level, tile_index as position, root as bytes from ledger_tile
        where level = ${level - 1} and tile_index >= ${start} and tile_index < ${end}`;
}

function split({ level, position, bytes }: Row): TileHashes {
  return { level, tile: position, hashes: splitHashes(bytes) };
}

function gather(rows: readonly Row[], level: number, tile: number): Uint8Array[] {
  const hashes: Uint8Array[] = [];
  for (const row of rows) {
    const slot = row.position - tile * TILE_WIDTH;
    if (row.whole === 0 && row.level === level && slot >= 0 && slot < TILE_WIDTH) hashes[slot] = row.bytes;
  }
  return hashes;
}

/** Hashes that are stored one after the other. */
export function splitHashes(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, at) =>
    bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  );
}

/** The root over a power of two of hashes. */
function rootOf(hashes: readonly Uint8Array[], hash: HashFunction): Uint8Array {
  let level = hashes;
  while (level.length > 1) {
    level = Array.from({ length: level.length / 2 }, (_, at) =>
      parentHash(level[2 * at] as Uint8Array, level[2 * at + 1] as Uint8Array, hash),
    );
  }
  return level[0] as Uint8Array;
}
