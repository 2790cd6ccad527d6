import type { Kysely } from 'kysely';
import { TILE_HEIGHT, TILE_WIDTH } from '../../ledger/tiles.ts';
import type { TreeNode } from '../../ledger/tree.ts';
import type { Database } from '../tables/index.ts';

export interface CompleteTile {
  readonly level: number;
  readonly index: number;
  readonly hashes: readonly Uint8Array[];
  /** Over all of them: a hash of the tile above. */
  readonly root: Uint8Array;
}

/** Hashes of one level of tiles, from an index on. */
interface Run {
  readonly first: number;
  readonly hashes: Uint8Array[];
}

/**
 * The tiles that were completed by appending these nodes. A tile is stored once it is complete, and never again: until
 * then its hashes are those of the entries, or the roots of the tiles below.
 */
export async function completedTiles(db: Kysely<Database>, appended: readonly TreeNode[]): Promise<CompleteTile[]> {
  const runs = runsOf(appended);
  const tiles: CompleteTile[] = [];
  for (const [level, above] of runs.entries()) {
    const run = level === 0 ? undefined : runs[level - 1];
    if (run === undefined) continue;
    for (const [at, root] of above.hashes.entries()) {
      const index = above.first + at;
      const start = index * TILE_WIDTH;
      const before = await readOpenHashes(db, level - 1, { start, end: Math.max(start, run.first) });
      const own = run.hashes.slice(Math.max(0, start - run.first), start + TILE_WIDTH - run.first);
      tiles.push({ level: level - 1, index, hashes: [...before, ...own], root });
    }
  }
  return tiles;
}

/** The nodes that are hashes of tiles: those of every eighth level. */
function runsOf(appended: readonly TreeNode[]): Run[] {
  const runs: Run[] = [];
  for (const { level, index, hash } of appended) {
    if (level % TILE_HEIGHT !== 0) continue;
    const run = runs[level / TILE_HEIGHT];
    if (run === undefined) runs[level / TILE_HEIGHT] = { first: index, hashes: [hash] };
    else run.hashes.push(hash);
  }
  return runs;
}

/** Hashes of a tile that is not complete, from `start` to before `end`, counted over its level. */
async function readOpenHashes(
  db: Kysely<Database>,
  level: number,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<Uint8Array[]> {
  if (start === end) return [];
  const rows = await (level === 0
    ? db
        .selectFrom('ledger_entry')
        .select('leaf_hash as hash')
        .where('entry_index', '>=', start)
        .where('entry_index', '<', end)
        .orderBy('entry_index')
        .execute()
    : db
        .selectFrom('ledger_tile')
        .select('root as hash')
        .where('level', '=', level - 1)
        .where('tile_index', '>=', start)
        .where('tile_index', '<', end)
        .orderBy('tile_index')
        .execute());
  if (rows.length !== end - start) {
    throw new Error(`expected hashes ${start} to ${end} of tile level ${level}, found ${rows.length}`);
  }
  return rows.map(({ hash }) => hash);
}
