import { setImmediate } from 'node:timers/promises';
import type { z } from 'zod';
import type { Page } from '../../access/grants/list-grants.ts';
import { findPrincipals, named } from '../../access/grants/principals.ts';
import type { ModelDecisions } from '../../access/policies/decide-models.ts';
import type { approval } from '../../contract/types/registry.ts';
import { timeText } from '../../contract/time-text.ts';
import type { Registry } from '../registry.ts';
import { showVersions } from '../versions/show-version.ts';

type Approval = z.infer<typeof approval>;
type Means = Pick<Registry, 'store' | 'jobs'>;

export interface ApprovalFilter {
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** Whether the caller may have to do with a model. */
  readonly mayAct: ModelDecisions['allows'];
}

/** Rows that are looked at at once, and for one page: who may see few of many goes on with `next`. */
const ROWS_AT_ONCE = 200;
const MAX_LOOKED_AT = 20_000;

interface Found {
  /** Where a page goes on after it. */
  readonly id: string;
  readonly model_id: string;
  readonly project_id: string;
  readonly classification: Parameters<ModelDecisions['allows']>[0]['classification'];
}

/** Versions that wait for somebody who may be the caller, those that wait longest first. His own are there too; he decides nothing of them. */
export async function listWaiting(means: Means, filter: ApprovalFilter): Promise<Page<Approval>> {
  const { found, next } = await findVisible(filter, (after) => waitingAfter(means, after));
  const versions = await showVersionsOf(
    means,
    found.map(({ id }) => id),
  );
  const items = versions.map((version) => ({ version, decision: null, by: null, reason: '', at: null }));
  return { items, next };
}

/** What was decided about models that the caller may see, the newest first. */
export async function listDecided(means: Means, filter: ApprovalFilter): Promise<Page<Approval>> {
  const { found, next } = await findVisible(filter, (after) => decidedBefore(means, after));
  const byId = new Map(
    (await showVersionsOf(means, [...new Set(found.map((row) => row.version_id))])).map((one) => [one.id, one]),
  );
  const people = await findPrincipals(means.store.read, found.map(byOf));
  const items = found.flatMap((row) => {
    const version = byId.get(row.version_id);
    return version === undefined
      ? []
      : [{ version, decision: row.decision, by: named(people, byOf(row)), reason: row.reason, at: timeText(row.at) }];
  });
  return { items, next };
}

/** What was decided about one version, the newest first. */
export async function approvalsOf(
  { store: { read } }: Pick<Means, 'store'>,
  versionId: string,
): Promise<Omit<Approval, 'version'>[]> {
  const rows = await read
    .selectFrom('registry_approvals')
    .selectAll()
    .where('version_id', '=', versionId)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(ROWS_AT_ONCE)
    .execute();
  const people = await findPrincipals(read, rows.map(byOf));
  return rows.map((row) => ({
    decision: row.decision,
    by: named(people, byOf(row)),
    reason: row.reason,
    at: timeText(row.at),
  }));
}

function byOf(row: { readonly by_kind: 'person' | 'service'; readonly by_id: string }) {
  return { kind: row.by_kind, id: row.by_id };
}

async function findVisible<Row extends Found>(
  { limit, cursor, mayAct }: ApprovalFilter,
  read: (after: string | undefined) => Promise<readonly Row[]>,
): Promise<{ readonly found: readonly Row[]; readonly next: string | null }> {
  const found: Row[] = [];
  let after = cursor;
  for (let looked = 0; looked < MAX_LOOKED_AT; looked += ROWS_AT_ONCE) {
    const rows = await read(after);
    for (const row of rows) {
      const place = { id: row.model_id, projectId: row.project_id, classification: row.classification };
      if (!mayAct(place)) continue;
      if (found.length === limit) return { found, next: found.at(-1)?.id ?? null };
      found.push(row);
    }
    if (rows.length < ROWS_AT_ONCE) return { found, next: null };
    after = rows.at(-1)?.id;
    await setImmediate();
  }
  return { found, next: after ?? null };
}

function waitingAfter({ store }: Means, after: string | undefined) {
  return store.read
    .selectFrom('registry_versions as versions')
    .innerJoin('registry_models as models', 'models.id', 'versions.model_id')
    .innerJoin('resources', 'resources.id', 'models.id')
    .select(['versions.id', 'versions.model_id', 'models.project_id', 'resources.classification'])
    .where('versions.state', '=', 'review')
    .where('versions.id', '>', after ?? '')
    .orderBy('versions.id')
    .limit(ROWS_AT_ONCE)
    .execute();
}

function decidedBefore({ store }: Means, before: string | undefined) {
  const query = store.read
    .selectFrom('registry_approvals as approvals')
    .innerJoin('registry_versions as versions', 'versions.id', 'approvals.version_id')
    .innerJoin('registry_models as models', 'models.id', 'versions.model_id')
    .innerJoin('resources', 'resources.id', 'models.id')
    .selectAll('approvals')
    .select(['versions.model_id', 'models.project_id', 'resources.classification'])
    .orderBy('approvals.id', 'desc')
    .limit(ROWS_AT_ONCE);
  return (before === undefined ? query : query.where('approvals.id', '<', before)).execute();
}

/** In the order of the ids. */
async function showVersionsOf(means: Means, ids: readonly string[]): ReturnType<typeof showVersions> {
  if (ids.length === 0) return [];
  const rows = await means.store.read.selectFrom('registry_versions').selectAll().where('id', 'in', ids).execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  const ordered = ids.flatMap((id) => byId.get(id) ?? []);
  return showVersions(means, ordered);
}
