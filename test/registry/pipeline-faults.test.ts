import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalKeyProvider, ROOT_BYTES } from '../../src/registry/keys/local-key-provider.ts';
import { wantAllExaminations } from '../../src/registry/pipeline/again/want-examination.ts';
import { keepVersionsMoving } from '../../src/registry/pipeline/again/upkeep.ts';
import { S3StandIn } from '../build/s3-stand-in.ts';
import { jobPlaces, type JobPlace } from '../build/jobs.ts';
import { safetensorsWith } from '../build/tensors.ts';
import { type Files, openPipeline, type Pipeline, type PipelineOptions } from './pipeline-fixture.ts';

const good: Files = { 'model.safetensors': safetensorsWith(), 'README.md': '# A model\n' };
const WAIT_MS = 50_000;

describe.each(jobPlaces())('faults of the pipeline ($name)', ({ makePlace }) => {
  let place: JobPlace;
  let remove: () => Promise<void>;
  let pipeline: Pipeline;
  beforeEach(async () => {
    ({ place, remove } = await makePlace());
  });
  afterEach(async () => {
    await pipeline.end();
    await remove();
  });

  const begin = async (options: PipelineOptions = {}): Promise<string> => {
    pipeline = await openPipeline(place, options);
    return pipeline.submit(await pipeline.model('acme/fault'), good);
  };
  const jobOf = async (versionId: string) => {
    const { job_id: id } = await pipeline.row(versionId);
    return pipeline.queue.jobs.find(id ?? '');
  };
  const isTriedAgain = (versionId: string, why: RegExp): Promise<void> =>
    expect.poll(async () => (await jobOf(versionId))?.error ?? '', { timeout: WAIT_MS, interval: 20 }).toMatch(why);

  it('waits for a key service that does not answer, and releases nothing meanwhile', async () => {
    const keys = new LocalKeyProvider([randomBytes(ROOT_BYTES)]);
    let isDown = true;
    const versionId = await begin({
      over: {
        masterKey: {
          id: keys.id,
          wrap: async (...given) => {
            if (isDown) throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
            return keys.wrap(...given);
          },
          unwrap: async (...given) => keys.unwrap(...given),
        },
      },
    });
    await pipeline.start();
    await isTriedAgain(versionId, /./);
    expect((await pipeline.row(versionId)).state).toBe('releasing');
    isDown = false;
    await pipeline.reaches(versionId, 'released');
  });

  it('waits for a store of contents that does not answer', async () => {
    const s3 = new S3StandIn();
    const endpoint = await s3.start();
    try {
      const { bucket, accessKeyId, secretAccessKey } = s3;
      const secretAccessKeyFile = join(mkdtempSync(join(tmpdir(), 'vouchsafe-s3-')), 'secret');
      writeFileSync(secretAccessKeyFile, secretAccessKey, { mode: 0o600 });
      const where = { endpoint, bucket, accessKeyId, secretAccessKeyFile };
      const blobs = { s3: { ...where, region: 'us-east-1', prefix: '', pathStyle: true } };
      const versionId = await begin({ blobs });
      const fault = { when: () => true, outcome: { status: 503 }, times: 1_000_000 } as const;
      const faults = [{ ...fault }];
      s3.faults.push(...faults);
      await pipeline.start();
      await isTriedAgain(versionId, /store of (blobs|contents)/);
      expect((await pipeline.row(versionId)).state).toBe('examining');
      s3.faults.length = 0;
      await pipeline.reaches(versionId, 'released');
    } finally {
      await pipeline.end();
      await s3.stop();
    }
  });

  it('fails, with a reason, where it cannot write into its folder, and can be submitted again', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'vouchsafe-nowhere-'));
    const workFolder = join(parent, 'missing');
    const versionId = await begin({ over: { workFolder } });
    await pipeline.start();
    const row = await pipeline.reaches(versionId, 'failed');
    expect(row.failure).toMatch(/the work on this version failed: .*ENOENT/);
    expect(await pipeline.notices(versionId)).toMatchObject([
      { kind: 'failed', principal_id: pipeline.test.owner.id, text: row.failure },
    ]);
    expect(pipeline.faults).not.toEqual([]);
    mkdirSync(workFolder);
    const { submitVersion } = await import('../../src/registry/pipeline/submit.ts');
    await pipeline.queue.store.change((change) =>
      submitVersion(change, pipeline.registry, { versionId, by: pipeline.test.owner, atMs: Date.now() }),
    );
    await pipeline.reaches(versionId, 'released');
    rmSync(parent, { recursive: true, force: true });
  });

  it('waits where the disk is full', async () => {
    const versionId = await begin();
    const { failOrRetry } = await import('../../src/registry/pipeline/failures.ts');
    const { RegistryError } = await import('../../src/registry/errors.ts');
    const at = { versionId, jobId: (await pipeline.row(versionId)).job_id ?? '', signal: new AbortController().signal };
    const full = RegistryError.of('no-room', '9 bytes are needed, 1 is free');
    await expect(failOrRetry(pipeline.registry, { ...at, attempt: 1 }, full)).rejects.toBe(full);
    expect((await pipeline.row(versionId)).state).toBe('examining');
    await failOrRetry(pipeline.registry, { ...at, attempt: 8 }, full);
    expect(await pipeline.row(versionId)).toMatchObject({
      state: 'failed',
      failure: expect.stringContaining('1 is free'),
    });
  });

  it('says of a version whose job ended without an answer that it failed, and of no other', async () => {
    const versionId = await begin();
    await keepVersionsMoving(pipeline.registry);
    expect((await pipeline.row(versionId)).state).toBe('examining');
    const { job_id: jobId } = await pipeline.row(versionId);
    await pipeline.queue.jobs.cancel(jobId ?? '', pipeline.test.owner);
    await keepVersionsMoving(pipeline.registry);
    const row = await pipeline.row(versionId);
    expect(row).toMatchObject({ state: 'failed', failure: expect.stringContaining('cancelled') });
  });

  describe('of an examination that kills its workers', () => {
    let nowMs: number;
    let versionId: string;
    const DAY_MS = 86_400_000;
    beforeEach(async () => {
      nowMs = Date.now();
      versionId = await begin({ over: { clock: () => nowMs } });
      await pipeline.start(['registry.examine', 'registry.release']);
      await pipeline.reaches(versionId, 'released');
      const { owner: by } = pipeline.test;
      await pipeline.queue.store.change((change) => wantAllExaminations(change, { by, atMs: nowMs }));
    });
    const rechecks = () =>
      pipeline.queue.store.read
        .selectFrom('job')
        .select(['id', 'state', 'max_attempts'])
        .where('kind', '=', 'registry.reexamine')
        .orderBy('id')
        .execute();
    /** As the queue has it once the last of its workers is dead. */
    const allKilled = async (): Promise<void> => {
      await keepVersionsMoving(pipeline.registry);
      const { recheck_job_id: id } = await pipeline.row(versionId);
      const dead = { state: 'failed', error: 'its worker ended without an answer', ended_at: nowMs } as const;
      await pipeline.queue.store.change(({ sql }) =>
        sql
          .updateTable('job')
          .set(dead)
          .where('id', '=', id ?? '')
          .execute(),
      );
      await keepVersionsMoving(pipeline.registry);
    };

    it('lets it rest, longer each time, and tells people', async () => {
      await allKilled();
      const failure = 'it could not be examined again: its worker ended without an answer';
      expect(await pipeline.row(versionId)).toMatchObject({ state: 'released', failure, recheck_failures: 1 });
      expect(await pipeline.notices(versionId)).toContainEqual(
        expect.objectContaining({ kind: 'not-examined', principal_id: pipeline.test.owner.id, text: failure }),
      );
      expect(await pipeline.entriesOf(versionId)).toContain('model.reexamine');
      nowMs += 3_600_000 - 1;
      await keepVersionsMoving(pipeline.registry);
      expect(await rechecks()).toMatchObject([{ state: 'failed', max_attempts: 8 }]);
      nowMs += 1;
      await allKilled();
      nowMs += 3_600_000;
      await keepVersionsMoving(pipeline.registry);
      expect(await rechecks()).toMatchObject([{ state: 'failed' }, { state: 'failed', max_attempts: 2 }]);
      nowMs += 3_600_000;
      await keepVersionsMoving(pipeline.registry);
      await pipeline.start(['registry.reexamine']);
      await expect
        .poll(async () => (await pipeline.row(versionId)).recheck_job_id, { timeout: WAIT_MS, interval: 50 })
        .toBeNull();
      const rested = { recheck_at: null, recheck_failures: null, recheck_after: null };
      expect(await pipeline.row(versionId)).toMatchObject({ state: 'released', failure: null, ...rested });
    });

    it('recalls it where the policy denies what was examined too long ago', async () => {
      const body = 'rules:\n- { id: stale, effect: deny, when: { examinedDaysAgo: { moreThan: 30 } } }\n';
      const row = { version: 1, body, comment: 't', created_by_kind: null, created_by_id: null, created_at: 0 };
      await pipeline.queue.store.change(({ sql }) => sql.insertInto('registry_policies').values(row).execute());
      nowMs += DAY_MS;
      await allKilled();
      expect((await pipeline.row(versionId)).state).toBe('released');
      nowMs += 30 * DAY_MS;
      await allKilled();
      expect((await pipeline.row(versionId)).recall_reason).toMatch(/^stale: /);
    });
  });

  it('takes nothing from a job that is no longer the one of the version', async () => {
    const versionId = await begin();
    await pipeline.queue.store.change(({ sql }) =>
      sql.updateTable('registry_versions').set({ job_id: 'job_other' }).where('id', '=', versionId).execute(),
    );
    await pipeline.start();
    await expect
      .poll(() => pipeline.queue.jobs.counts(), { timeout: WAIT_MS, interval: 50 })
      .toMatchObject({ waiting: 0, running: 0 });
    expect(await pipeline.row(versionId)).toMatchObject({ state: 'examining', verdict: null, decision: null });
  });
});
