import type { Kysely } from 'kysely';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Change } from '../../store/store.ts';
import type { Database } from '../../store/tables/index.ts';
import type { VersionRow } from './move-version.ts';

type Reader = Pick<Kysely<Database>, 'selectFrom'>;

/** Ids in one statement. */
const MAX_IN_STATEMENT = 500;

interface Asking {
  readonly versionId: string;
  readonly principal: PrincipalRef;
  readonly atMs: number;
}

/**
 * Whoever asks for a version that is not decided about yet is one of those who want it, and decides nothing about it. At one that waits for its
 * review a client may only look; who imports it wants it.
 */
export function countsAsAsking({ state }: Pick<VersionRow, 'state'>, how: { readonly isImport: boolean }): boolean {
  return state === 'uploading' || state === 'examining' || (state === 'review' && how.isImport);
}

/** Writes down who wants a version to be fetched; once, however often he asks. */
export async function recordAsker(change: Change, { versionId, principal, atMs }: Asking): Promise<void> {
  const { kind, id } = principal;
  const isNew = await change.sql
    .insertInto('registry_askers')
    .values({ version_id: versionId, principal_kind: kind, principal_id: id, asked_at: atMs })
    .onConflict((conflict) => conflict.doNothing())
    .returning('version_id')
    .executeTakeFirst();
  if (isNew === undefined) return;
  change.record({
    class: 'application-lifecycle',
    activity: 'model.ask',
    actor: principal,
    object: { kind: 'version', id: versionId },
    outcome: 'success',
    severity: 'informational',
  });
}

interface Anew extends Pick<VersionRow, 'source'> {
  /** That nobody asked for yet. */
  readonly versionId: string;
  readonly modelId: string;
}

/** Whoever asked for an earlier version from the same place wants the one that is fetched anew as well, and decides nothing about it either. */
export async function inheritAskers({ sql }: Change, { versionId, modelId, source }: Anew): Promise<void> {
  await sql
    .insertInto('registry_askers')
    .columns(['version_id', 'principal_kind', 'principal_id', 'asked_at'])
    .expression((eb) =>
      eb
        .selectFrom('registry_askers as asker')
        .innerJoin('registry_versions as version', 'version.id', 'asker.version_id')
        .select((of) => [
          of.val(versionId).as('version_id'),
          'asker.principal_kind',
          'asker.principal_id',
          of.fn.min('asker.asked_at').as('asked_at'),
        ])
        .where('version.model_id', '=', modelId)
        .where('version.source', '=', source)
        .groupBy(['asker.principal_kind', 'asker.principal_id']),
    )
    .execute();
}

/** Whether it is written down: those who wait for a version ask again and again. */
export async function isAsker(read: Reader, { versionId, principal }: Omit<Asking, 'atMs'>): Promise<boolean> {
  const found = await read
    .selectFrom('registry_askers')
    .select('asked_at')
    .where('version_id', '=', versionId)
    .where('principal_kind', '=', principal.kind)
    .where('principal_id', '=', principal.id)
    .executeTakeFirst();
  return found !== undefined;
}

/** Everybody who asked for a version to be fetched, the first of them first. */
export async function askersOf(read: Reader, versionId: string): Promise<readonly PrincipalRef[]> {
  const rows = await read
    .selectFrom('registry_askers')
    .select(['principal_kind', 'principal_id'])
    .where('version_id', '=', versionId)
    .orderBy('asked_at')
    .orderBy('principal_id')
    .execute();
  return rows.map((row) => ({ kind: row.principal_kind, id: row.principal_id }));
}

/** Of each version, those who asked for it first: at most so many. */
export async function firstAskersOf(
  read: Reader,
  versionIds: readonly string[],
  most: number,
): Promise<ReadonlyMap<string, readonly PrincipalRef[]>> {
  const found = new Map<string, PrincipalRef[]>();
  for (let from = 0; from < versionIds.length; from += MAX_IN_STATEMENT) {
    for (const row of await rankedAskers(read, versionIds.slice(from, from + MAX_IN_STATEMENT), most)) {
      const ofVersion = found.get(row.version_id) ?? [];
      ofVersion.push({ kind: row.principal_kind, id: row.principal_id });
      found.set(row.version_id, ofVersion);
    }
  }
  return found;
}

async function rankedAskers(read: Reader, versionIds: readonly string[], most: number) {
  const ranked = read
    .selectFrom('registry_askers')
    .select(['version_id', 'principal_kind', 'principal_id'])
    .select(({ fn }) =>
      fn
        .agg<number>('row_number')
        .over((over) => over.partitionBy('version_id').orderBy('asked_at').orderBy('principal_id'))
        .as('place'),
    )
    .where('version_id', 'in', versionIds);
  return read.selectFrom(ranked.as('ranked')).selectAll().where('place', '<=', most).orderBy('place').execute();
}
