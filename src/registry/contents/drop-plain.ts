import type { Kysely } from 'kysely';
import type { VersionState } from '../../contract/types/registry.ts';
import { unnameBlobs } from '../../store/blobs/name-blob.ts';
import { removeUnnamedBlobs } from '../../store/blobs/remove-unnamed.ts';
import type { Change, Store } from '../../store/store.ts';
import type { Database } from '../../store/tables/index.ts';
import type { Registry } from '../registry.ts';
import { holdContents } from './hold-contents.ts';

const MAX_AT_ONCE = 200;
/** Versions whose jobs may be reading plain contents now. */
const onTheirWay: readonly VersionState[] = ['uploading', 'examining', 'review', 'releasing'];

type Means = Pick<Registry, 'store' | 'blobs' | 'clock'>;

/**
 * Removes plain blobs whose contents are sealed and which no version on its way needs: of these contents, or of all. Ends where it is cut off;
 * the next run goes on. @returns how many
 */
export async function dropPlain(registry: Means, digests?: readonly string[]): Promise<number> {
  const { store, blobs, clock } = registry;
  let dropped = 0;
  const groups = digests === undefined ? everything(store) : groupsOf(digests);
  for await (const group of groups) {
    const { value: unnamed } = await store.change((change) =>
      unnamePlain(change, store.dialect, { group, atMs: clock() }),
    );
    dropped += await removeUnnamedBlobs({ store, blobs, clock }, unnamed);
  }
  return dropped;
}

/** From then on the records know of no plain content; the blob goes when nothing else names it. */
async function unnamePlain(
  change: Change,
  dialect: Store['dialect'],
  { group, atMs }: { readonly group: readonly string[]; readonly atMs: number },
): Promise<readonly string[]> {
  await holdContents(change, dialect, group);
  const rows = await droppable(change.sql).where('digest', 'in', group).execute();
  const digests = rows.map(({ digest }) => digest);
  if (digests.length === 0) return [];
  await change.sql.updateTable('registry_contents').set({ is_plain: 0 }).where('digest', 'in', digests).execute();
  await unnameBlobs(change, digests, atMs);
  return digests;
}

function droppable(read: Pick<Kysely<Database>, 'selectFrom'>) {
  return read
    .selectFrom('registry_contents')
    .select('digest')
    .where('is_plain', '=', 1)
    .where('sealed_digest', 'is not', null)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('registry_files as f')
            .innerJoin('registry_versions as v', 'v.id', 'f.version_id')
            .select('f.digest')
            .whereRef('f.digest', '=', 'registry_contents.digest')
            .where('v.state', 'in', onTheirWay),
        ),
      ),
    );
}

async function* everything({ read }: Store): AsyncGenerator<readonly string[]> {
  for (let after = ''; ; ) {
    const rows = await droppable(read).where('digest', '>', after).orderBy('digest').limit(MAX_AT_ONCE).execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(({ digest }) => digest);
    after = last.digest;
  }
}

function* groupsOf(digests: readonly string[]): Generator<readonly string[]> {
  for (let from = 0; from < digests.length; from += MAX_AT_ONCE) yield digests.slice(from, from + MAX_AT_ONCE);
}
