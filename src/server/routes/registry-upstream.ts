import { findModelByName } from '../../registry/models/find-model.ts';
import { importModel } from '../../registry/upstream/import-model.ts';
import { showVersion } from '../../registry/versions/show-version.ts';
import { bind } from './bind.ts';
import { signedIn } from './signed-in.ts';
import { versionWithActions } from './with-actions.ts';

/** How models come in from a hub. */
export const registryUpstreamBindings = [
  bind(
    'versions.import',
    async ({ body, caller, services, signal }) => {
      const { registry } = services;
      const versionId = await importModel(registry, { request: body, by: signedIn(caller), signal });
      return versionWithActions({ caller, services }, await showVersion(registry, versionId));
    },
    async ({ body: { name, repository, projectId }, services }) => {
      const model = await findModelByName(services.store.read, name ?? repository);
      return model?.project_id === projectId ? { kind: 'model', id: model.id } : { kind: 'project', id: projectId };
    },
  ),
];
