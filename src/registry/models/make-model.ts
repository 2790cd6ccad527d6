import type { z } from 'zod';
import { nextEpoch } from '../../access/grants/access-epoch.ts';
import type { Classification } from '../../access/policies/request.ts';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { modelRequest } from '../../contract/types/registry.ts';
import { newId } from '../../store/new-id.ts';
import type { Change } from '../../store/store.ts';
import { RegistryError } from '../errors.ts';
import { requireAtLeast } from './classification.ts';
import { findModelByName } from './find-model.ts';
import { modelNameKey } from './name-key.ts';
import { writeSearchText } from './search-text.ts';

export interface ModelMaking extends z.output<typeof modelRequest> {
  /** Who owns it then; null: the server itself, for somebody who asked through the hub interface, and nobody owns it. */
  readonly by: PrincipalRef | null;
  readonly atMs: number;
}

/**
 * Makes a model, and the place that grants hold on. Answers with its id.
 * @throws RegistryError `project-unknown`, `model-name-taken`, `classification-below-project`.
 */
export async function makeModel(change: Change, making: ModelMaking): Promise<string> {
  // First: whoever changes the project, or takes the name, at the same time waits.
  const epoch = await nextEpoch(change);
  const project = await readProject(change, making.projectId);
  const classification = making.classification ?? project.classification;
  requireAtLeast(classification, project.classification);
  const taken = await findModelByName(change.sql, making.name);
  if (taken !== undefined) throw RegistryError.of('model-name-taken', making.name);
  const id = newId('model', making.atMs);
  await insertModel(change, making, { id, classification, epoch });
  await writeSearchText(change, id);
  change.record({
    class: 'entity-management',
    activity: 'model.make',
    actor: making.by ?? { kind: 'system', id: 'server' },
    object: { kind: 'model', id },
    outcome: 'success',
    severity: 'low',
    data: { name: making.name, project: project.id, classification },
  });
  return id;
}

async function readProject({ sql }: Change, id: string): Promise<Pick<Made, 'id' | 'classification'>> {
  const project = await sql
    .selectFrom('resources')
    .select(['id', 'classification'])
    .where('id', '=', id)
    .where('kind', '=', 'project')
    .executeTakeFirst();
  if (project === undefined) throw RegistryError.of('project-unknown', id);
  return project;
}

interface Made {
  readonly id: string;
  readonly classification: Classification;
  readonly epoch: number;
}

async function insertModel(
  { sql }: Change,
  { name, projectId, description, tags, licence, by, atMs }: ModelMaking,
  { id, classification, epoch }: Made,
): Promise<void> {
  await sql
    .insertInto('resources')
    .values({
      id,
      kind: 'model',
      parent_id: projectId,
      name,
      name_key: null,
      description,
      classification,
      created_at: atMs,
      changed_epoch: epoch,
    })
    .execute();
  await sql
    .insertInto('registry_models')
    .values({
      id,
      project_id: projectId,
      name,
      name_key: modelNameKey(name),
      tags: JSON.stringify([...new Set(tags)].toSorted()),
      licence: licence === '' ? null : licence,
      owner_kind: by?.kind ?? null,
      owner_id: by?.id ?? null,
      created_at: atMs,
      changed_at: atMs,
      is_archived: 0,
      versions: 0,
      latest_version_id: null,
      released_version_id: null,
    })
    .execute();
}
