import { abandonVersion } from '../../registry/uploads/abandon-version.ts';
import { beginUpload } from '../../registry/uploads/begin-upload.ts';
import { findUpload } from '../../registry/uploads/find-upload.ts';
import { missingParts } from '../../registry/uploads/missing-parts.ts';
import { putPart } from '../../registry/uploads/put-part.ts';
import { requireOwnUpload } from '../../registry/uploads/require-own-upload.ts';
import { submitUpload } from '../../registry/uploads/submit-upload.ts';
import { showVersion } from '../../registry/versions/show-version.ts';
import type { Services } from '../services.ts';
import { bind } from './bind.ts';
import { signedIn } from './signed-in.ts';
import { versionWithActions } from './with-actions.ts';

async function showUpload({ registry, store }: Services, versionId: string) {
  const upload = await findUpload(store.read, versionId);
  return { version: await showVersion(registry, versionId), uploads: await missingParts(store.read, upload) };
}

/** How models come in by upload. */
export const registryUploadBindings = [
  bind('versions.begin', async ({ params, body, caller, services }) => {
    const { store, registry } = services;
    const begun = { ...params, ...body, by: signedIn(caller), atMs: registry.clock() };
    const { value } = await store.change((change) => beginUpload(change, registry, begun));
    return showUpload(services, value);
  }),

  bind('versions.uploads', async ({ params, caller, services }) => {
    await requireOwnUpload(services.store.read, params.versionId, signedIn(caller));
    return showUpload(services, params.versionId);
  }),

  bind('versions.putPart', async ({ params, query, content, caller, services }) => {
    if (content === null) throw new Error('expected a body: the route takes one');
    try {
      await requireOwnUpload(services.store.read, params.versionId, signedIn(caller));
      return await putPart(services.registry, { ...params, ...query, content });
    } catch (error) {
      // What is still under way is let through, so that whoever sends it hears why it was refused.
      content.resume();
      throw error;
    }
  }),

  bind('versions.submit', async ({ params, caller, services }) => {
    const by = signedIn(caller);
    await requireOwnUpload(services.store.read, params.versionId, by);
    await submitUpload(services.registry, params.versionId, by);
    return versionWithActions({ caller, services }, await showVersion(services.registry, params.versionId));
  }),

  bind('versions.abandon', async ({ params, caller, services }) => {
    const { store, registry } = services;
    const abandonment = { ...params, by: signedIn(caller), atMs: registry.clock() };
    await store.change((change) => abandonVersion(change, registry, abandonment));
  }),
] as const;
