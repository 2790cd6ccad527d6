import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { PrincipalRef } from '../../src/contract/types/common.ts';
import type { VersionState } from '../../src/contract/types/registry.ts';
import { LocalKeyProvider, ROOT_BYTES } from '../../src/registry/keys/local-key-provider.ts';
import { makeModel } from '../../src/registry/models/make-model.ts';
import { RegistryError } from '../../src/registry/errors.ts';
import type { Registry } from '../../src/registry/registry.ts';
import { putPart } from '../../src/registry/uploads/put-part.ts';
import { submitUpload } from '../../src/registry/uploads/submit-upload.ts';
import { declareVersion } from '../../src/registry/versions/declare-version.ts';
import type { VersionRow } from '../../src/registry/versions/move-version.ts';
import { serverConfigSchema } from '../../src/server/config/schema.ts';
import { jobKinds } from '../../src/server/jobs/index.ts';
import { type RunningJobs, startJobs } from '../../src/server/jobs/start-jobs.ts';
import type { Services } from '../../src/server/services.ts';
import type { BlobsConfig } from '../../src/store/blobs/config.ts';
import { openBlobs } from '../../src/store/blobs/open-blobs.ts';
import { type JobPlace, openQueue, type OpenedQueue } from '../build/jobs.ts';
import { openTestRegistry, type TestRegistry } from './fixture.ts';

const MAX_WAIT_MS = 50_000;

export type Files = Readonly<Record<string, Uint8Array | string>>;

/** A registry with its jobs, in this process. */
export interface Pipeline {
  readonly queue: OpenedQueue;
  readonly test: TestRegistry;
  readonly registry: Registry;
  readonly services: Services;
  /** Faults that were told of. */
  readonly faults: unknown[];
  /** Begins to run jobs; may be called again after a stop. */
  start(kinds?: readonly string[]): Promise<RunningJobs>;
  model(name: string): Promise<string>;
  /** Uploads these files as a new version, each in one part. */
  upload(modelId: string, files: Files, by?: PrincipalRef): Promise<string>;
  submitUploaded(versionId: string): Promise<void>;
  /** Both. */
  submit(modelId: string, files: Files, by?: PrincipalRef): Promise<string>;
  row(versionId: string): Promise<VersionRow>;
  /** The row, once it is in this state; fails where it ends in another. */
  reaches(versionId: string, state: VersionState): Promise<VersionRow>;
  entriesOf(versionId: string): Promise<readonly string[]>;
  notices(versionId: string): Promise<readonly { kind: string; principal_id: string; text: string }[]>;
  end(): Promise<void>;
}

export interface PipelineOptions {
  readonly over?: Partial<Registry>;
  /** Where blobs and keys lie; made where absent, and then removed at the end. */
  readonly folder?: string;
  readonly root?: Uint8Array;
  readonly threads?: number;
  /** Default: a folder. */
  readonly blobs?: BlobsConfig;
  readonly partBytes?: number;
}

const moving: ReadonlySet<VersionState> = new Set(['uploading', 'examining', 'releasing']);

export async function openPipeline(place: JobPlace, options: PipelineOptions = {}): Promise<Pipeline> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'vouchsafe-pipeline-'));
  const { threads = 1 } = options;
  const queue = await openQueue(place, { kinds: jobKinds, threads });
  const blobsConfig = options.blobs ?? { folder: { path: join(folder, 'blobs') } };
  const faults: unknown[] = [];
  const test = await openTestRegistry(
    { store: queue.store, project: `research ${randomBytes(4).toString('hex')}` },
    {
      blobs: await openBlobs(blobsConfig),
      jobs: queue.jobs,
      onFault: (error) => void faults.push(error),
      masterKey: new LocalKeyProvider([options.root ?? randomBytes(ROOT_BYTES)]),
      ...options.over,
    },
  );
  const { partBytes = test.registry.limits.partBytes } = options;
  const registry = { ...test.registry, limits: { ...test.registry.limits, partBytes } };
  const facts = { config: serverConfigSchema.parse({ jobs: { threads } }) };
  const services = {
    store: queue.store,
    jobs: queue.jobs,
    blobs: registry.blobs,
    registry,
    facts,
    clock: registry.clock,
  } as unknown as Services;
  const running: RunningJobs[] = [];
  const pipeline: Pipeline = {
    queue,
    test,
    registry,
    services,
    faults,
    start: async (kinds) => {
      const jobs = await startJobs(services, { blobs: blobsConfig, kinds });
      running.push(jobs);
      return jobs;
    },
    model: async (name) => {
      const request = { name, projectId: test.projectId, description: '', tags: [], licence: null };
      const { value } = await queue.store.change((change) =>
        makeModel(change, { ...request, by: test.owner, atMs: registry.clock() }),
      );
      return value;
    },
    upload: (modelId, files, by = test.owner) => uploadFiles(registry, { modelId, files, by }),
    submitUploaded: (versionId) => submitUpload(registry, versionId, test.owner),
    submit: async (modelId, files, by = test.owner) => {
      const versionId = await uploadFiles(registry, { modelId, files, by });
      await submitUpload(registry, versionId, by);
      return versionId;
    },
    row: (versionId) =>
      queue.store.read
        .selectFrom('registry_versions')
        .selectAll()
        .where('id', '=', versionId)
        .executeTakeFirstOrThrow(),
    reaches: async (versionId, state) => {
      await expect
        .poll(async () => moving.has((await pipeline.row(versionId)).state), { timeout: MAX_WAIT_MS, interval: 50 })
        .toBe(moving.has(state));
      const row = await pipeline.row(versionId);
      expect(row.state, row.failure ?? faults.map(String).join()).toBe(state);
      return row;
    },
    entriesOf: async (versionId) =>
      (
        await queue.store.read
          .selectFrom('ledger_entry')
          .select('activity')
          .where('object_id', '=', versionId)
          .orderBy('entry_index')
          .execute()
      ).map(({ activity }) => activity),
    notices: async (versionId) =>
      queue.store.read
        .selectFrom('registry_notices')
        .select(['kind', 'principal_id', 'text'])
        .where('version_id', '=', versionId)
        .orderBy('id')
        .execute(),
    end: async () => {
      for (const jobs of running) await jobs.stop(100);
      await test.end();
      await queue.close();
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
  return pipeline;
}

interface Upload {
  readonly modelId: string;
  readonly files: Files;
  readonly by: PrincipalRef;
}

async function uploadFiles(registry: Registry, { modelId, files, by }: Upload): Promise<string> {
  const contents = Object.entries(files).map(([path, content]) => ({ path, content: Buffer.from(content) }));
  const { value: versionId } = await registry.store.change((change) =>
    declareVersion(change, registry, {
      modelId,
      files: contents.map(({ path, content }) => ({ path, bytes: content.length })),
      message: '',
      source: { kind: 'upload' },
      by,
      atMs: registry.clock(),
    }),
  );
  for (const { path, content } of contents)
    if (content.length > 0) await sendPart(registry, { versionId, path, content });
  return versionId;
}

/** As clients do, it sends again what could not be stored because the same content was being removed. */
async function sendPart(
  registry: Registry,
  { versionId, path, content }: { readonly versionId: string; readonly path: string; readonly content: Buffer },
): Promise<void> {
  for (let left = 20; ; left -= 1) {
    try {
      await putPart(registry, { versionId, path, part: 0, content: Readable.from([Buffer.from(content)]) });
      return;
    } catch (error) {
      if (!(error instanceof RegistryError) || error.code !== 'blobs-unavailable' || left === 0) throw error;
      await sleep(100);
    }
  }
}
