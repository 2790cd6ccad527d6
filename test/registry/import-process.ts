/** A process that runs imports until it is killed: begins one where it is told of a repository, and says when everything is here. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openContents } from '../../src/registry/contents/open-contents.ts';
import { LocalKeyProvider, ROOT_BYTES } from '../../src/registry/keys/local-key-provider.ts';
import { examineJob } from '../../src/registry/pipeline/job-kinds.ts';
import type { Registry } from '../../src/registry/registry.ts';
import { registrySettings } from '../../src/registry/settings.ts';
import { importJob } from '../../src/registry/upstream/import-job.ts';
import { importModel } from '../../src/registry/upstream/import-model.ts';
import { importVersion } from '../../src/registry/upstream/import-version.ts';
import { openBlobs } from '../../src/store/blobs/open-blobs.ts';
import { LocalBus } from '../../src/store/bus/local-bus.ts';
import { openQueue, type JobPlace } from '../build/jobs.ts';
import { upstreamOf } from './upstream-fixture.ts';

interface Told {
  readonly place: JobPlace;
  readonly blobs: string;
  readonly endpoint: string;
  /** Begin this import; only work where absent. */
  readonly begin?: { readonly repository: string; readonly projectId: string; readonly by: string };
}

const { place, blobs, endpoint, begin } = JSON.parse(process.argv[2] ?? '') as Told;
const queue = await openQueue(place, { kinds: [importJob, examineJob] });
const { limits, recentDays } = registrySettings.parse({});
const unused = async (): Promise<never> => Promise.reject(new Error('an import signs nothing and asks for no rights'));
const parts: Omit<Registry, 'contents'> = {
  store: queue.store,
  blobs: await openBlobs({ folder: { path: blobs } }),
  bus: new LocalBus(),
  jobs: queue.jobs,
  authorizer: { decide: unused },
  clock: Date.now,
  limits,
  recentDays,
  hasWebhook: false,
  masterKey: new LocalKeyProvider([new Uint8Array(ROOT_BYTES)]),
  signer: unused,
  workFolder: blobs,
  upstream: upstreamOf({ endpoint }),
  onFault: (error) => {
    throw error;
  },
};
const registry: Registry = { ...parts, contents: openContents(parts) };
if (begin !== undefined) {
  const { repository, projectId, by } = begin;
  const request = { repository, revision: 'main', projectId };
  await importModel(registry, { request, by: { kind: 'person', id: by }, signal: AbortSignal.timeout(10_000) });
}
await queue.jobs.start({ [importJob]: (context) => importVersion(registry, context) });
const uploading = registry.store.read.selectFrom('registry_versions').select('id').where('state', '=', 'uploading');
while ((await uploading.executeTakeFirst()) !== undefined) await sleep(50);
process.stdout.write('submitted\n');
