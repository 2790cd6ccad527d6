import type { Kysely } from 'kysely';
import type { z } from 'zod';
import { NOWHERE } from '../../access/grants/role-actions.ts';
import type { ModelDecisions, ModelPlace } from '../../access/policies/decide-models.ts';
import type { PrincipalRef } from '../../contract/types/common.ts';
import { type registrySummary, type VersionState, versionState } from '../../contract/types/registry.ts';
import type { Database } from '../../store/tables/index.ts';
import { countUnseen } from '../notices/own-notices.ts';

type Summary = z.infer<typeof registrySummary>;
type Reader = Kysely<Database>;

/** Ids in one statement, and versions in review that are looked at. */
const limits = { maxInStatement: 500, maxWaiting: 1_000 } as const;

export interface SummaryFor {
  readonly principal: PrincipalRef;
  /** What he may see. */
  readonly reading: ModelDecisions;
  /** What he may decide about, once he has proved again who he is. */
  readonly approving: ModelDecisions;
}

/** How much there is of what somebody may see, and what waits for him. Archived models do not count. */
export async function summarise(read: Reader, { principal, reading, approving }: SummaryFor): Promise<Summary> {
  const models = await count(reading, (ids) => modelCounts(read, ids));
  const versions = await count(reading, (ids) => versionCounts(read, ids));
  return {
    models: models.get(null) ?? 0,
    versions: versionState.options
      .map((state) => ({ state, count: versions.get(state) ?? 0 }))
      .filter((each) => each.count > 0),
    waitingForMe: principal.kind === 'person' ? await countWaiting(read, principal, approving) : 0,
    unseenNotices: await countUnseen(read, principal),
  };
}

interface Counted extends Omit<ModelPlace, 'id'> {
  /** Null where all are counted, and where what is counted has no state. */
  readonly id: string | null;
  readonly state: VersionState | null;
  readonly count: number;
}

/** All that is alike at once, then those apart that are decided about alone: what was said of them with the others is taken back. */
async function count(
  { allows, alone }: ModelDecisions,
  find: (ids: readonly string[] | null) => Promise<readonly Counted[]>,
): Promise<ReadonlyMap<VersionState | null, number>> {
  const counts = new Map<VersionState | null, number>();
  const add = (state: VersionState | null, many: number): void =>
    void counts.set(state, (counts.get(state) ?? 0) + many);
  const allowsLike = (place: Counted): boolean => allows({ ...place, id: NOWHERE.model });
  for (const group of await find(null)) if (allowsLike(group)) add(group.state, group.count);
  const ids = [...alone].filter((id) => id.startsWith('mdl_'));
  for (let from = 0; from < ids.length; from += limits.maxInStatement) {
    for (const own of await find(ids.slice(from, from + limits.maxInStatement))) {
      const isAllowed = allows({ ...own, id: own.id ?? NOWHERE.model });
      add(own.state, own.count * (Number(isAllowed) - Number(allowsLike(own))));
    }
  }
  return counts;
}

/** By project and classification, of these models each by itself. */
async function modelCounts(read: Reader, ids: readonly string[] | null): Promise<readonly Counted[]> {
  const groups = read
    .selectFrom('registry_models as m')
    .innerJoin('resources as r', 'r.id', 'm.id')
    .select(({ fn }) => ['m.project_id as projectId', 'r.classification', fn.countAll<number>().as('count')])
    .where('m.is_archived', '=', 0)
    .groupBy(['m.project_id', 'r.classification']);
  if (ids === null) return (await groups.execute()).map((row) => ({ ...row, id: null, state: null }));
  const own = await groups.select('m.id').where('m.id', 'in', ids).groupBy('m.id').execute();
  return own.map((row) => ({ ...row, state: null }));
}

/** Counted by model first, which an index alone answers: rows of versions are long. */
async function versionCounts(read: Reader, ids: readonly string[] | null): Promise<readonly Counted[]> {
  const ofModels = read
    .selectFrom('registry_versions')
    .select(({ fn }) => ['model_id', 'state', fn.countAll<number>().as('count')])
    .$if(ids !== null, (query) => query.where('model_id', 'in', ids ?? []))
    .groupBy(['model_id', 'state']);
  const groups = read
    .selectFrom(ofModels.as('v'))
    .innerJoin('registry_models as m', 'm.id', 'v.model_id')
    .innerJoin('resources as r', 'r.id', 'm.id')
    .select(({ fn }) => [
      'm.project_id as projectId',
      'r.classification',
      'v.state',
      fn.sum<number | string>('v.count').as('count'),
    ])
    .where('m.is_archived', '=', 0)
    .groupBy(['m.project_id', 'r.classification', 'v.state']);
  const found =
    ids === null
      ? (await groups.execute()).map((row) => ({ ...row, id: null }))
      : await groups.select('m.id').groupBy('m.id').execute();
  // PostgreSQL answers with a decimal number where it adds whole ones.
  return found.map((row) => ({ ...row, count: Number(row.count) }));
}

/** Nobody decides about what he uploaded or asked for himself. */
async function countWaiting(read: Reader, { id: personId }: PrincipalRef, { allows }: ModelDecisions): Promise<number> {
  const waiting = await read
    .selectFrom('registry_versions as v')
    .innerJoin('registry_models as m', 'm.id', 'v.model_id')
    .innerJoin('resources as r', 'r.id', 'm.id')
    .select(['m.id', 'm.project_id as projectId', 'r.classification'])
    .where('v.state', '=', 'review')
    .where((eb) => eb.or([eb('v.created_by_id', 'is', null), eb('v.created_by_id', '!=', personId)]))
    .where((build) =>
      build.not(
        build.exists(
          build
            .selectFrom('registry_askers as asker')
            .select('asker.asked_at')
            .whereRef('asker.version_id', '=', 'v.id')
            .where('asker.principal_id', '=', personId),
        ),
      ),
    )
    .orderBy('v.id')
    .limit(limits.maxWaiting)
    .execute();
  return waiting.filter(allows).length;
}
