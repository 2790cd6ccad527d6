import type { ExpressionBuilder } from 'kysely';
import { unnameBlobs } from '../../store/blobs/name-blob.ts';
import type { Change, Store } from '../../store/store.ts';
import type { Database } from '../../store/tables/index.ts';

const DIGESTS_AT_ONCE = 500;

/**
 * Forgets contents that no file has, and that were first stored before this (ms since 1970): what a release was going to give out whose
 * worker died, and which nobody tried again. Their blobs are removed next. @returns how many
 */
export async function forgetLeftOver(store: Store, { beforeMs, atMs }: LeftOver): Promise<number> {
  let forgotten = 0;
  for (let after = ''; ; ) {
    const digests = await leftOver(store.read, { beforeMs, after });
    const last = digests.at(-1);
    if (last === undefined) return forgotten;
    after = last;
    const { value } = await store.change((change) => forgetUnused(change, store.dialect, { digests, atMs }));
    forgotten += value;
  }
}

interface LeftOver {
  readonly beforeMs: number;
  readonly atMs: number;
}

async function leftOver(
  read: Store['read'],
  { beforeMs, after }: { readonly beforeMs: number; readonly after: string },
): Promise<readonly string[]> {
  const rows = await read
    .selectFrom('registry_contents')
    .select('digest')
    .where('created_at', '<', beforeMs)
    .where('digest', '>', after)
    .where(hasNoFile)
    .orderBy('digest')
    .limit(DIGESTS_AT_ONCE)
    .execute();
  return rows.map(({ digest }) => digest);
}

/** Takes the contents from the files of a version that was given up; what no other file has is removed. */
export async function forgetContents(
  change: Change,
  dialect: Store['dialect'],
  { versionId, atMs }: { readonly versionId: string; readonly atMs: number },
): Promise<void> {
  const files = await change.sql
    .selectFrom('registry_files')
    .select('digest')
    .distinct()
    .where('version_id', '=', versionId)
    .where('digest', 'is not', null)
    .orderBy('digest')
    .execute();
  await change.sql.updateTable('registry_files').set({ digest: null }).where('version_id', '=', versionId).execute();
  const digests = files.flatMap(({ digest }) => digest ?? []);
  for (let at = 0; at < digests.length; at += DIGESTS_AT_ONCE) {
    await forgetUnused(change, dialect, { digests: digests.slice(at, at + DIGESTS_AT_ONCE), atMs });
  }
}

/** Held before it is looked for who has them, so that nobody begins to meanwhile. */
async function forgetUnused(
  change: Change,
  dialect: Store['dialect'],
  { digests, atMs }: { readonly digests: readonly string[]; readonly atMs: number },
): Promise<number> {
  const held = change.sql.selectFrom('registry_contents').select('digest').where('digest', 'in', digests);
  await (dialect === 'postgres' ? held.orderBy('digest').forUpdate() : held).execute();
  const gone = await change.sql
    .deleteFrom('registry_contents')
    .where('digest', 'in', digests)
    .where(hasNoFile)
    .returning(['digest', 'sealed_digest'])
    .execute();
  const blobs = gone.flatMap(({ digest, sealed_digest: sealed }) => (sealed === null ? [digest] : [digest, sealed]));
  await unnameBlobs(change, blobs, atMs);
  return gone.length;
}

function hasNoFile(build: ExpressionBuilder<Database, 'registry_contents'>) {
  return build.not(
    build.exists(
      build
        .selectFrom('registry_files')
        .select('registry_files.digest')
        .whereRef('registry_files.digest', '=', 'registry_contents.digest'),
    ),
  );
}
