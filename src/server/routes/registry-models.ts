import type { Caller } from '../../access/caller.ts';
import { changeModel } from '../../registry/models/change-model.ts';
import { findModelByName } from '../../registry/models/find-model.ts';
import { listModels } from '../../registry/models/list-models.ts';
import { makeModel } from '../../registry/models/make-model.ts';
import { showModel } from '../../registry/models/show-model.ts';
import { summarise } from '../../registry/models/summary.ts';
import { listNotices, markNoticesSeen } from '../../registry/notices/own-notices.ts';
import { RegistryError } from '../../registry/errors.ts';
import { compareVersions } from '../../registry/versions/compare-versions.ts';
import { lineageOf } from '../../registry/versions/lineage.ts';
import { listDownloads } from '../../registry/versions/list-downloads.ts';
import { listFiles } from '../../registry/versions/list-files.ts';
import { listVersions } from '../../registry/versions/list-versions.ts';
import { setStage } from '../../registry/versions/set-stage.ts';
import { showVersion } from '../../registry/versions/show-version.ts';
import { RequestError } from '../errors.ts';
import { bind } from './bind.ts';
import { signedIn } from './signed-in.ts';
import { modelWithActions, versionsWithActions, versionWithActions, withActions } from './with-actions.ts';

/** No policy decides about notices, but a key that is not for models says nothing about any. */
function requireForModels({ scopes }: Caller): void {
  if (scopes !== null && !scopes.includes('models.read')) {
    throw RequestError.of('forbidden', 'the key is not for models.read');
  }
}

export const registryModelBindings = [
  bind('models.list', async ({ query, caller, services }) => {
    const { allows: maySee } = await services.access.decideModels(caller, 'models.read');
    const { items, next } = await listModels(services.store, { ...query, maySee });
    return { items: await withActions({ caller, services }, items), next };
  }),

  bind(
    'models.make',
    async ({ body, caller, services }) => {
      const { store, bus, clock } = services;
      const by = signedIn(caller);
      const { value } = await store.change(async (change) => {
        const id = await makeModel(change, { ...body, by, atMs: clock() });
        change.afterCommit(() => bus.publish('models', id));
        return id;
      });
      return modelWithActions({ caller, services }, await showModel(store.read, value));
    },
    async ({ body }) => ({ kind: 'project', id: body.projectId }),
  ),

  bind('models.show', async ({ params, caller, services }) =>
    modelWithActions({ caller, services }, await showModel(services.store.read, params.modelId)),
  ),

  bind(
    'models.find',
    async ({ query, caller, services }) => {
      const { read } = services.store;
      const found = await findModelByName(read, query.name);
      if (found === undefined) throw RegistryError.of('model-unknown', query.name);
      return modelWithActions({ caller, services }, await showModel(read, found.id));
    },
    async ({ query, services }) => {
      const found = await findModelByName(services.store.read, query.name);
      return found === undefined ? undefined : { kind: 'model', id: found.id };
    },
  ),

  bind('models.change', async ({ params, body, caller, services }) => {
    const { store, bus, clock } = services;
    const changing = { modelId: params.modelId, facts: body, by: signedIn(caller), atMs: clock() };
    await store.change((change) => changeModel(change, bus, changing));
    return modelWithActions({ caller, services }, await showModel(store.read, params.modelId));
  }),

  bind('notices.list', async ({ query, caller, services }) => {
    requireForModels(caller);
    return listNotices(services.store.read, { ...query, principal: signedIn(caller) });
  }),

  bind('notices.seen', async ({ caller, services }) => {
    requireForModels(caller);
    await services.store.change((change) => markNoticesSeen(change, signedIn(caller), services.clock()));
  }),

  bind('registry.summary', async ({ caller, services }) => {
    const { access, store } = services;
    return summarise(store.read, {
      principal: signedIn(caller),
      reading: await access.decideModels(caller, 'models.read'),
      approving: await access.decideModels(caller, 'models.approve', { isVerified: true }),
    });
  }),

  bind('versions.list', async ({ params, query, caller, services }) => {
    const { items, next } = await listVersions(services, { ...query, modelId: params.modelId });
    return { items: await versionsWithActions({ caller, services }, items), next };
  }),

  bind('versions.show', async ({ params, caller, services }) =>
    versionWithActions({ caller, services }, await showVersion(services, params.versionId)),
  ),

  bind('versions.files', ({ params, query, services }) =>
    listFiles(services.store.read, { ...query, versionId: params.versionId }),
  ),

  bind('versions.compare', ({ params, query, services }) =>
    compareVersions(services, { versionId: params.versionId, withId: query.with }),
  ),

  bind('versions.lineage', ({ params, services }) => lineageOf(services, params.versionId)),

  bind('versions.downloads', ({ params, query, services }) =>
    listDownloads(services.store.read, { ...query, versionId: params.versionId }),
  ),

  bind('versions.setStage', async ({ params, body, caller, services }) => {
    const { store, bus, clock } = services;
    const staging = { ...body, versionId: params.versionId, by: signedIn(caller), atMs: clock() };
    await store.change((change) => setStage(change, bus, staging));
    return versionWithActions({ caller, services }, await showVersion(services, params.versionId));
  }),
] as const;
