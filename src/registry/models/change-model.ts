import type { z } from 'zod';
import { nextEpoch } from '../../access/grants/access-epoch.ts';
import { findPrincipals, isActive } from '../../access/grants/principals.ts';
import { type Classification, classifications } from '../../access/policies/request.ts';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { modelChange } from '../../contract/types/registry.ts';
import type { Bus } from '../../store/bus/bus.ts';
import type { Change } from '../../store/store.ts';
import { RegistryError } from '../errors.ts';
import { requireAtLeast } from './classification.ts';
import type { RegistryModelRow } from './find-model.ts';

interface ModelChanging {
  readonly modelId: string;
  readonly facts: z.output<typeof modelChange>;
  readonly by: PrincipalRef;
  readonly atMs: number;
}

interface Before extends RegistryModelRow {
  readonly description: string;
  readonly classification: Classification;
}

/** What changes, as its tables have it. Empty: nothing. */
interface Changes {
  readonly resource: { description?: string; classification?: Classification };
  readonly model: Partial<Pick<RegistryModelRow, 'tags' | 'licence' | 'owner_kind' | 'owner_id' | 'is_archived'>>;
}

/**
 * Changes what is said about a model. What is the same as before is no change.
 * @throws RegistryError `model-unknown`, `owner-unknown`, `classification-below-project`.
 */
export async function changeModel(change: Change, bus: Bus, changing: ModelChanging): Promise<void> {
  const { modelId, facts, by, atMs } = changing;
  // Whoever changes the project at the same time waits, or is waited for: the model stays at least as confidential.
  const epoch = await nextEpoch(change);
  const before = await readBefore(change, modelId);
  const changes: Changes = {
    resource: {
      ...differing('description', facts.description, before.description),
      ...differing('classification', facts.classification, before.classification),
    },
    model: {
      ...differing('tags', facts.tags && JSON.stringify([...new Set(facts.tags)].toSorted()), before.tags),
      ...differing('licence', facts.licence === '' ? null : facts.licence, before.licence),
      ...differing(
        'is_archived',
        facts.isArchived === undefined ? undefined : Number(facts.isArchived),
        before.is_archived,
      ),
      ...(await ownerChange(change, facts.ownerId, before)),
    },
  };
  const changed = [...Object.keys(changes.resource), ...Object.keys(changes.model)];
  if (changed.length === 0) return;
  if (changes.resource.classification !== undefined) {
    requireAtLeast(changes.resource.classification, await classificationOf(change, before.project_id));
  }
  await write(change, modelId, { changes, epoch, atMs });
  recordChange(change, { before, changes, by });
  change.afterCommit(() => {
    if (changes.resource.classification !== undefined) bus.publish('access', modelId);
    bus.publish('models', modelId);
  });
}

function differing<Name extends string, Value>(
  name: Name,
  wanted: Value | undefined,
  before: Value,
): Partial<Record<Name, Value>> {
  const changed: Partial<Record<Name, Value>> = {};
  if (wanted !== undefined && wanted !== before) changed[name] = wanted;
  return changed;
}

async function readBefore({ sql }: Change, modelId: string): Promise<Before> {
  const before = await sql
    .selectFrom('registry_models')
    .innerJoin('resources', 'resources.id', 'registry_models.id')
    .selectAll('registry_models')
    .select(['resources.description', 'resources.classification'])
    .where('registry_models.id', '=', modelId)
    .executeTakeFirst();
  if (before === undefined) throw RegistryError.of('model-unknown', modelId);
  return before;
}

/** An owner is told of what becomes of a model, so he must be somebody who can act. */
async function ownerChange(
  { sql }: Change,
  ownerId: string | undefined,
  before: Before,
): Promise<Pick<Changes['model'], 'owner_kind' | 'owner_id'>> {
  if (ownerId === undefined || ownerId === before.owner_id) return {};
  const kind = ownerId.startsWith('svc_') ? 'service' : 'person';
  const owner = { kind, id: ownerId } as const;
  const found = await findPrincipals(sql, [owner]);
  if (!isActive(found, owner)) throw RegistryError.of('owner-unknown', ownerId);
  return { owner_kind: kind, owner_id: ownerId };
}

async function classificationOf({ sql }: Change, projectId: string): Promise<Classification> {
  const { classification } = await sql
    .selectFrom('resources')
    .select('classification')
    .where('id', '=', projectId)
    .executeTakeFirstOrThrow();
  return classification;
}

interface Writing {
  readonly changes: Changes;
  readonly epoch: number;
  readonly atMs: number;
}

async function write({ sql }: Change, modelId: string, { changes, epoch, atMs }: Writing): Promise<void> {
  if (Object.keys(changes.resource).length > 0) {
    await sql
      .updateTable('resources')
      .set({ ...changes.resource, changed_epoch: epoch })
      .where('id', '=', modelId)
      .execute();
  }
  await sql
    .updateTable('registry_models')
    .set({ ...changes.model, changed_at: atMs })
    .where('id', '=', modelId)
    .execute();
}

interface Recorded {
  readonly before: Before;
  readonly changes: Changes;
  readonly by: PrincipalRef;
}

/** What people write may name people: only which facts changed is on record. */
function recordChange(change: Change, { before, changes, by }: Recorded): void {
  const { classification } = changes.resource;
  const { owner_id: ownerId, is_archived: isArchived } = changes.model;
  const names = Object.keys({ ...changes.resource, ...changes.model }).filter((name) => name !== 'owner_kind');
  change.record({
    class: 'entity-management',
    activity: isArchived === undefined ? 'model.change' : isArchived === 1 ? 'model.archive' : 'model.restore',
    actor: by,
    object: { kind: 'model', id: before.id },
    outcome: 'success',
    severity: isLowered(before.classification, classification) ? 'medium' : 'low',
    data: {
      changed: names.map((name) => recordedNames[name] ?? name).toSorted(),
      ...(classification === undefined ? {} : { classification: { from: before.classification, to: classification } }),
      ...(ownerId === undefined ? {} : { owner: { from: before.owner_id, to: ownerId } }),
    },
  });
}

const recordedNames: Readonly<Record<string, string>> = { owner_id: 'owner', is_archived: 'isArchived' };

function isLowered(before: Classification, after: Classification | undefined): boolean {
  return after !== undefined && classifications.indexOf(after) < classifications.indexOf(before);
}
