import type { z } from 'zod';
import type { Caller } from '../../access/caller.ts';
import type { ModelPlace } from '../../access/policies/decide-models.ts';
import type { callersModel, callersVersion } from '../../contract/types/registry.ts';
import type { Model } from '../../registry/models/show-model.ts';
import { modelPlaces } from '../../registry/models/model-places.ts';
import type { ModelVersion } from '../../registry/versions/show-version.ts';
import type { Services } from '../services.ts';

type CallersModel = z.infer<typeof callersModel>;
type CallersVersion = z.infer<typeof callersVersion>;
type Action = CallersModel['actions'][number];

interface Asking {
  readonly caller: Caller;
  readonly services: Pick<Services, 'access' | 'store'>;
}

const offered: readonly Action[] = ['models.write', 'models.approve', 'models.recall', 'downloads.read'];

/** Asks once for each action, however many models there are. */
async function actionsFor({ caller, services }: Asking): Promise<(model: ModelPlace) => Action[]> {
  const decided = await Promise.all(
    offered.map(async (action) => ({
      action,
      ...(await services.access.decideModels(caller, action, { isVerified: true })),
    })),
  );
  return (model) => decided.filter(({ allows }) => allows(model)).map(({ action }) => action);
}

export async function withActions(asking: Asking, models: readonly Model[]): Promise<CallersModel[]> {
  const actionsOn = await actionsFor(asking);
  return models.map((model) => {
    const { id, project, classification } = model;
    return { ...model, actions: actionsOn({ id, projectId: project.id, classification }) };
  });
}

export async function modelWithActions(asking: Asking, model: Model): Promise<CallersModel> {
  const [own] = await withActions(asking, [model]);
  if (own === undefined) throw new Error('expected one model for one');
  return own;
}

/** Actions on a version are those on its model. */
export async function versionsWithActions(
  asking: Asking,
  versions: readonly ModelVersion[],
): Promise<CallersVersion[]> {
  const actionsOn = await actionsFor(asking);
  const places = await modelPlaces(
    asking.services.store.read,
    versions.map(({ modelId }) => modelId),
  );
  return versions.map((version) => {
    const place = places.get(version.modelId);
    return { ...version, actions: place === undefined ? [] : actionsOn(place) };
  });
}

export async function versionWithActions(asking: Asking, version: ModelVersion): Promise<CallersVersion> {
  const [own] = await versionsWithActions(asking, [version]);
  if (own === undefined) throw new Error('expected one version for one');
  return own;
}
