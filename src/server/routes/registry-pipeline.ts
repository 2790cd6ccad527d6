import { wantAllExaminations, wantExamination } from '../../registry/pipeline/again/want-examination.ts';
import { listRecalls } from '../../registry/pipeline/list-recalls.ts';
import { recallVersion } from '../../registry/pipeline/recall.ts';
import { showVersion } from '../../registry/versions/show-version.ts';
import { bind } from './bind.ts';
import { signedIn } from './signed-in.ts';
import { versionsWithActions, versionWithActions } from './with-actions.ts';

/** Recalls, and examining again. */
export const registryPipelineBindings = [
  bind('versions.recall', async ({ params: { versionId }, body: { reason }, caller, services }) => {
    const { registry } = services;
    const recall = { versionId, by: signedIn(caller), reason, atMs: registry.clock() };
    await registry.store.change((change) => recallVersion(change, registry, recall));
    return versionWithActions({ caller, services }, await showVersion(registry, versionId));
  }),

  bind('versions.reexamine', async ({ params: { versionId }, caller, services }) => {
    const { registry } = services;
    const wish = { versionId, by: signedIn(caller), atMs: registry.clock() };
    await registry.store.change((change) => wantExamination(change, registry, wish));
    return versionWithActions({ caller, services }, await showVersion(registry, versionId));
  }),

  bind('recalls.list', async ({ query, caller, services }) => {
    const { allows: maySee } = await services.access.decideModels(caller, 'models.read');
    const { items, next } = await listRecalls(services.registry, { ...query, maySee });
    return { items: await versionsWithActions({ caller, services }, items), next };
  }),

  bind('registry.reexamine', async ({ caller, services: { registry } }) => {
    const wish = { by: signedIn(caller), atMs: registry.clock() };
    const { value: versions } = await registry.store.change((change) => wantAllExaminations(change, wish));
    return { versions };
  }),
] as const;
