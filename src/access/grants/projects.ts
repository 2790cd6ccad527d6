import type { Kysely, Selectable } from 'kysely';
import type { z } from 'zod';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { project as projectSchema } from '../../contract/types/people.ts';
import { newId } from '../../store/new-id.ts';
import type { Change } from '../../store/store.ts';
import type { Database } from '../../store/tables/index.ts';
import { AccessError } from '../policies/errors.ts';
import { type Classification, classifications } from '../policies/request.ts';
import { nextEpoch } from './access-epoch.ts';
import { activeAt } from './grant.ts';
import type { Page } from './list-grants.ts';
import { timeText } from '../../contract/time-text.ts';

export type Project = z.infer<typeof projectSchema>;

export interface ProjectFacts {
  readonly name: string;
  readonly description: string;
  readonly classification: Classification;
}

type Reader = Kysely<Database>;
type ResourceRow = Selectable<Database['resources']>;

/** Names that look alike are one name. */
function nameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

/** Its id; undefined where no project has the name. */
export async function findProject(read: Pick<Reader, 'selectFrom'>, name: string): Promise<string | undefined> {
  const row = await read
    .selectFrom('resources')
    .select('id')
    .where('kind', '=', 'project')
    .where('name_key', '=', nameKey(name))
    .executeTakeFirst();
  return row?.id;
}

/** Made by the server itself where `by` is null. @throws AccessError `project-name-taken`. */
export async function makeProject(
  change: Change,
  facts: ProjectFacts,
  { by, atMs }: { readonly by: PrincipalRef | null; readonly atMs: number },
): Promise<string> {
  const epoch = await nextEpoch(change);
  await requireFreeName(change, facts.name, '');
  const id = newId('project', atMs);
  await change.sql
    .insertInto('resources')
    .values({
      id,
      kind: 'project',
      parent_id: null,
      ...facts,
      name_key: nameKey(facts.name),
      created_at: atMs,
      changed_epoch: epoch,
    })
    .execute();
  recordProject(change, {
    activity: 'project.make',
    by,
    id,
    changed: Object.keys(facts),
    classification: facts.classification,
  });
  return id;
}

export interface ProjectChange {
  readonly id: string;
  readonly facts: Partial<ProjectFacts>;
}

/** @throws AccessError `project-unknown`, `project-name-taken`. */
export async function changeProject(change: Change, { id, facts }: ProjectChange, by: PrincipalRef): Promise<void> {
  const epoch = await nextEpoch(change);
  const before = await readProjectRow(change.sql, id);
  if (facts.name !== undefined) await requireFreeName(change, facts.name, id);
  await change.sql
    .updateTable('resources')
    .set({ ...facts, ...(facts.name === undefined ? {} : { name_key: nameKey(facts.name) }), changed_epoch: epoch })
    .where('id', '=', id)
    .execute();
  const classification = facts.classification ?? before.classification;
  const raisedModels = await raiseModels(change, { projectId: id, classification, epoch });
  recordProject(change, {
    activity: 'project.change',
    by,
    id,
    changed: Object.keys(facts),
    classification,
    raisedModels,
  });
}

interface Raise {
  readonly projectId: string;
  readonly classification: Classification;
  readonly epoch: number;
}

/** No model is less confidential than its project. Answers with how many were. */
async function raiseModels({ sql }: Change, { projectId, classification, epoch }: Raise): Promise<number> {
  const below = classifications.slice(0, classifications.indexOf(classification));
  if (below.length === 0) return 0;
  const { numUpdatedRows } = await sql
    .updateTable('resources')
    .set({ classification, changed_epoch: epoch })
    .where('kind', '=', 'model')
    .where('parent_id', '=', projectId)
    .where('classification', 'in', below)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

async function requireFreeName({ sql }: Change, name: string, ownId: string): Promise<void> {
  const other = await sql
    .selectFrom('resources')
    .select('id')
    .where('name_key', '=', nameKey(name))
    .where('id', '!=', ownId)
    .executeTakeFirst();
  if (other !== undefined) throw AccessError.of('project-name-taken', name);
}

interface ProjectEvent {
  readonly activity: 'project.make' | 'project.change';
  readonly by: PrincipalRef | null;
  readonly id: string;
  readonly changed: readonly string[];
  readonly classification: Classification;
  readonly raisedModels?: number;
}

function recordProject(
  change: Change,
  { activity, by, id, changed, classification, raisedModels = 0 }: ProjectEvent,
): void {
  change.record({
    class: 'entity-management',
    activity,
    actor: by ?? { kind: 'system', id: 'server' },
    object: { kind: 'project', id },
    outcome: 'success',
    severity: 'low',
    data: { changed: changed.toSorted(), classification, ...(raisedModels === 0 ? {} : { raisedModels }) },
  });
}

async function readProjectRow(read: Reader, id: string): Promise<ResourceRow> {
  const row = await read
    .selectFrom('resources')
    .selectAll()
    .where('kind', '=', 'project')
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) throw AccessError.of('project-unknown', id);
  return row;
}

/** @throws AccessError `project-unknown`. */
export async function readProject(read: Reader, id: string, nowMs: number): Promise<Project> {
  const row = await readProjectRow(read, id);
  const [project] = await showProjects(read, [row], nowMs);
  if (project === undefined) throw AccessError.of('project-unknown', id);
  return project;
}

/** Projects that are looked at for one page: who may see few of very many goes on with `next`. */
const MAX_LOOKED_AT = 2_000;
const BATCH = 200;

export interface ProjectSearch {
  readonly limit: number;
  readonly after?: string | undefined;
  readonly maySee: (projectId: string) => Promise<boolean>;
  readonly nowMs: number;
}

/** Those that the caller may see, in the order in which they were made. */
export async function listProjects(
  read: Reader,
  { limit, after, maySee, nowMs }: ProjectSearch,
): Promise<Page<Project>> {
  const seen: ResourceRow[] = [];
  let last = after ?? '';
  for (let looked = 0; looked < MAX_LOOKED_AT; looked += BATCH) {
    const rows = await read
      .selectFrom('resources')
      .selectAll()
      .where('kind', '=', 'project')
      .where('id', '>', last)
      .orderBy('id')
      .limit(BATCH)
      .execute();
    for (const row of rows) {
      if (seen.length === limit) return { items: await showProjects(read, seen, nowMs), next: last };
      if (await maySee(row.id)) seen.push(row);
      last = row.id;
    }
    if (rows.length < BATCH) return { items: await showProjects(read, seen, nowMs), next: null };
  }
  return { items: await showProjects(read, seen, nowMs), next: last };
}

async function showProjects(read: Reader, rows: readonly ResourceRow[], nowMs: number): Promise<Project[]> {
  const counts = await countGrants(read, rows, nowMs);
  return rows.map(({ id, name, description, classification, created_at: createdAtMs }) => ({
    id,
    name,
    description,
    classification,
    createdAt: timeText(createdAtMs),
    grants: counts.get(id) ?? 0,
  }));
}

async function countGrants(
  read: Reader,
  rows: readonly ResourceRow[],
  nowMs: number,
): Promise<ReadonlyMap<string, number>> {
  if (rows.length === 0) return new Map();
  const counts = await read
    .selectFrom('grants')
    .select(['scope_id', ({ fn }) => fn.countAll<number>().as('count')])
    .where('scope_kind', '=', 'project')
    .where(
      'scope_id',
      'in',
      rows.map(({ id }) => id),
    )
    .where(activeAt(nowMs))
    .groupBy('scope_id')
    .execute();
  return new Map(counts.map(({ scope_id: id, count }) => [id, count]));
}
