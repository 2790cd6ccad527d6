import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { EvidenceKind } from '../../src/contract/types/registry.ts';
import { contentKeysOf } from '../../src/registry/contents/content-keys.ts';
import { materialise } from '../../src/registry/contents/materialise.ts';
import { putEvidence, readEvidence } from '../../src/registry/contents/put-evidence.ts';
import { releasedPack } from '../../src/registry/oci/released-pack.ts';
import { wantAllExaminations, wantExamination } from '../../src/registry/pipeline/again/want-examination.ts';
import { keepVersionsMoving } from '../../src/registry/pipeline/again/upkeep.ts';
import { beginRelease } from '../../src/registry/pipeline/begin-release.ts';
import { recallVersion } from '../../src/registry/pipeline/recall.ts';
import { verifyModel } from '../../src/node/sign/verify-model.ts';
import { keySigner } from '../../src/sign/signers.ts';
import { newId } from '../../src/store/new-id.ts';
import { addPerson } from '../access/fixture.ts';
import { jobPlaces, type JobPlace } from '../build/jobs.ts';
import { asm } from '../build/pickle.ts';
import { safetensorsWith } from '../build/tensors.ts';
import { torchZip } from '../build/torch.ts';
import { type Files, openPipeline, type Pipeline } from './pipeline-fixture.ts';

const card = '---\nlicense: apache-2.0\n---\n# A model\n';
const good: Files = {
  'model.safetensors': safetensorsWith(),
  'README.md': card,
  'config.json': '{"model_type":"bert"}',
};
const torch: Files = { 'pytorch_model.bin': torchZip(), 'README.md': card };
const runsCode = asm().proto(2).global('os', 'system').binunicode('id').tuple1().reduce().stop().bytes();
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

describe.each(jobPlaces())('the pipeline ($name)', ({ makePlace }) => {
  let place: JobPlace;
  let remove: () => Promise<void>;
  let pipeline: Pipeline;
  beforeAll(async () => {
    ({ place, remove } = await makePlace());
    pipeline = await openPipeline(place, { over: { signer: async () => keySigner(privateKey) } });
    await pipeline.start();
  });
  afterAll(async () => {
    await pipeline.end();
    await remove();
  });

  let models = 0;
  const submit = async (files: Files): Promise<string> => {
    models += 1;
    return pipeline.submit(await pipeline.model(`acme/model-${models}`), files);
  };
  const released = async (files: Files): Promise<string> => {
    const versionId = await submit(files);
    await pipeline.reaches(versionId, 'released');
    return versionId;
  };
  const change: Pipeline['queue']['store']['change'] = (run) => pipeline.queue.store.change(run);
  const documentOf = async (versionId: string, kind: EvidenceKind): Promise<string | undefined> =>
    (await readEvidence(pipeline.registry, { versionId, kind }))?.text();
  const filesOf = async (versionId: string, side: 'source' | 'release') => {
    const query = pipeline.queue.store.read
      .selectFrom('registry_files')
      .select(['path', 'format', 'verdict', 'wrapped_key']);
    return query.where('version_id', '=', versionId).where('side', '=', side).orderBy('path').execute();
  };
  const tellings = async (versionId: string, kind: string): Promise<readonly string[]> =>
    (await pipeline.notices(versionId)).filter((one) => one.kind === kind).map((one) => one.principal_id);
  /** All that anybody can read about a version. */
  const everythingSaid = async (versionId: string): Promise<string> => {
    const { read } = pipeline.queue.store;
    const documents = await read
      .selectFrom('registry_evidence')
      .select('kind')
      .where('version_id', '=', versionId)
      .execute();
    const texts = await Promise.all(documents.map(({ kind }) => documentOf(versionId, kind)));
    const envelopes = texts.flatMap((text) =>
      [...(text ?? '').matchAll(/"payload":\s*"([^"]+)"/g)].map(([, payload = '']) => atob(payload)),
    );
    const entries = await read.selectFrom('ledger_entry').selectAll().where('object_id', '=', versionId).execute();
    const rows = [await pipeline.row(versionId), await pipeline.notices(versionId), entries];
    return [JSON.stringify(rows), ...texts, ...envelopes].join('\n');
  };
  let policies = 0;
  const putPolicy = async (body: string): Promise<void> => {
    policies += 1;
    const facts = { body, comment: 'test', created_by_kind: null, created_by_id: null, created_at: Date.now() };
    await change(({ sql }) =>
      sql
        .insertInto('registry_policies')
        .values({ version: policies, ...facts })
        .execute(),
    );
  };
  const usualPolicy = (): Promise<void> =>
    putPolicy(
      'version: 1\ndefault: review\nrules:\n' +
        '  - { id: malicious, effect: deny, when: { verdictAtLeast: malicious } }\n' +
        '  - { id: clean, effect: allow, when: { always: true, verdictAtMost: clean } }\n' +
        '  - { id: pickles, effect: convert, when: { conversion: [possible] } }\n',
    );
  const approve = async (versionId: string): Promise<void> => {
    const by = await pipeline.test.person('Approver');
    const atMs = pipeline.registry.clock();
    const facts = { version_id: versionId, decision: 'approve', reason: 'looked at it', at: atMs } as const;
    const row = { id: newId('request', atMs), by_kind: by.kind, by_id: by.id, ...facts };
    await change(async (change) => {
      await change.sql.insertInto('registry_approvals').values(row).execute();
      await beginRelease(change, pipeline.registry, { versionId, by, atMs, from: ['review'] });
    });
  };

  it('gives out what the policy lets in, examined, sealed and described, with an entry of the ledger for each step', async () => {
    const versionId = await released(good);
    const row = await pipeline.row(versionId);
    expect(row).toMatchObject({ verdict: 'clean', failure: null, step: null, file_count: 3 });
    expect(row.revision).toMatch(/^[0-9a-f]{40}$/);
    expect(await pipeline.entriesOf(versionId)).toEqual([
      'model.uploading',
      'model.examining',
      'model.releasing',
      'model.released',
    ]);
    for (const file of await filesOf(versionId, 'release')) expect(file.wrapped_key, file.path).not.toBeNull();
    const packed = await releasedPack(
      pipeline.registry,
      { name: `acme/model-${models}` },
      { ...row, revision: row.revision ?? '' },
    );
    expect(packed.manifest).toMatchObject({ digest: row.oci_manifest, bytes: { length: row.oci_manifest_bytes } });
    expect(packed.config.digest).toBe(row.oci_config);
    expect(await documentOf(versionId, 'bom-cyclonedx')).toContain(row.root_digest);
    expect(await documentOf(versionId, 'bom-spdx')).toContain('apache-2.0'.toUpperCase().replace('APACHE', 'Apache'));
    expect(await tellings(versionId, 'released')).toEqual([pipeline.test.owner.id]);
    expect(pipeline.faults).toEqual([]);
  });

  it('converts pickles, and signs so that anybody can verify what was given out, and how it came to be', async () => {
    const versionId = await released(torch);
    expect(await filesOf(versionId, 'release')).toMatchObject([
      { path: 'README.md', format: 'text', verdict: 'clean' },
      { path: 'model.safetensors', format: 'safetensors', verdict: 'clean' },
    ]);
    const parent = mkdtempSync(join(tmpdir(), 'vouchsafe-verify-'));
    onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
    const folder = join(parent, 'model');
    const keys = await contentKeysOf(pipeline.registry, versionId, 'release');
    const means = { ...pipeline.registry, keys };
    await materialise(means, { versionId, side: 'release', folder, signal: new AbortController().signal });
    writeFileSync(join(folder, 'model.sig'), (await documentOf(versionId, 'signature')) ?? '');
    writeFileSync(join(folder, 'model.intoto.jsonl'), (await documentOf(versionId, 'attestations')) ?? '');
    writeFileSync(join(parent, 'key.pem'), createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }));
    const report = await verifyModel(folder, { publicKeys: [join(parent, 'key.pem')], attestations: true });
    expect(report.problems).toEqual([]);
    expect(report).toMatchObject({ ok: true, coveredFiles: 2, attestations: [{}, {}] });
    expect(report.model?.rootDigest).toBe((await pipeline.row(versionId)).root_digest);
  });

  it('gives nothing out where a conversion is called what some file systems take for another file', async () => {
    const versionId = await submit({ ...torch, 'Model.safetensors/notes.md': 'mine' });
    const row = await pipeline.reaches(versionId, 'failed');
    expect(row.failure).toContain('"model.safetensors" is a file, and the folder of "Model.safetensors/notes.md"');
    expect(await filesOf(versionId, 'release')).toEqual([]);
  });

  it('keeps out what would run code, and tells its owner why', async () => {
    const versionId = await submit({ 'model.pkl': runsCode });
    const row = await pipeline.reaches(versionId, 'denied');
    expect(row.failure).toMatch(/^malicious: /);
    expect(await filesOf(versionId, 'release')).toEqual([]);
    expect(await tellings(versionId, 'denied')).toEqual([pipeline.test.owner.id]);
  });

  it('says nowhere where the files lay on the server while it worked on them', async () => {
    const noTensors = asm().proto(2).emptyDict().binunicode('a').binunicode('b').setitem().stop().bytes();
    const cut = Buffer.from(torchZip()).subarray(0, 300);
    const signed = { 'model.sig': '{}', 'vouchsafe.conversion.json': '{', 'broken.safetensors': 'no header' };
    const [refused, broken] = [
      await submit({ 'weights.bin': torchZip({ pickle: noTensors }) }),
      await submit({ 'w.bin': cut, ...signed }),
    ];
    await pipeline.reaches(refused, 'review');
    await pipeline.reaches(broken, 'review');
    const before = await pipeline.row(refused);
    expect(before.decision).toContain('weights.bin: the model holds no tensors to convert');
    await approve(refused);
    await expect.poll(async () => (await pipeline.row(refused)).state, { timeout: 50_000 }).not.toBe('releasing');
    const converted = await released(torch);
    for (const versionId of [refused, broken, converted]) {
      const told = await everythingSaid(versionId);
      expect(told).toContain('clean');
      expect(told).not.toContain(pipeline.registry.workFolder);
      expect(told).not.toMatch(/version-\w{6}\b/);
    }
    expect(await documentOf(converted, 'conversion-record')).toContain('"pytorch_model.bin"');
  });

  it('asks for a review of a pickle that nothing converts, and gives it out as it came once that was approved', async () => {
    const versionId = await submit({ ...good, 'labels.pkl': asm().proto(2).emptyDict().stop().bytes() });
    expect((await pipeline.reaches(versionId, 'review')).decision).toContain(
      'labels.pkl: no reader of tensors knows it',
    );
    await approve(versionId);
    await pipeline.reaches(versionId, 'released');
    expect((await filesOf(versionId, 'release')).map(({ path }) => path)).toContain('labels.pkl');
  });

  it('lets a person decide about what is not clean, and releases what he approved as it is', async () => {
    const versionId = await submit({ ...good, 'modeling.py': 'import os\nos.system("id")\n' });
    await pipeline.reaches(versionId, 'review');
    expect(await tellings(versionId, 'review-wanted')).toContain(pipeline.test.owner.id);
    // As of an attempt that converted it, and was sent back.
    const record = { versionId, kind: 'conversion-record', name: 'conversion.json', content: '{}' } as const;
    await putEvidence(pipeline.registry, record);
    await approve(versionId);
    await pipeline.reaches(versionId, 'released');
    expect(await documentOf(versionId, 'conversion-record')).toBeUndefined();
    expect((await filesOf(versionId, 'release')).map(({ path }) => path)).toContain('modeling.py');
  });

  it('lets nothing in that it could not examine: bombs, what is cut off', async () => {
    const bomb = gzipSync(Buffer.alloc(512 * 1024 * 1024));
    const cut = Buffer.from(torchZip()).subarray(0, 300);
    const versionId = await submit({ 'weights.bin.gz': bomb, 'other.bin': cut });
    const row = await pipeline.reaches(versionId, 'review');
    expect(row.verdict).not.toBe('clean');
  });

  it('releases two versions of the same contents at once, each with keys of its own', async () => {
    const ids = await Promise.all([submit(good), submit(good)]);
    const rows = await Promise.all(ids.map((id) => pipeline.reaches(id, 'released')));
    expect(rows[0]?.revision).toBe(rows[1]?.revision);
    expect(rows[0]?.wrapped_key).not.toBe(rows[1]?.wrapped_key);
  });

  it('recalls one version while another is released, and tells whoever downloaded it lately', async () => {
    const versionId = await released(good);
    const [lately, longAgo] = [await pipeline.test.person('Lately'), await pipeline.test.person('Long ago')];
    const nowMs = pipeline.registry.clock();
    const seen = (id: string, at: number) => ({
      version_id: versionId,
      principal_kind: 'person' as const,
      principal_id: id,
      files: 1,
      bytes: 1,
      first_at: at,
      last_at: at,
    });
    const downloads = [seen(lately.id, nowMs), seen(longAgo.id, nowMs - 100 * 86_400_000)];
    await change(({ sql }) => sql.insertInto('registry_downloads').values(downloads).execute());
    const other = await submit(torch);
    const by = await pipeline.test.person('Officer');
    await change((change) =>
      recallVersion(change, pipeline.registry, { versionId, by, reason: 'a backdoor was found', atMs: nowMs }),
    );
    const row = await pipeline.row(versionId);
    expect(row).toMatchObject({ state: 'recalled', recall_reason: 'a backdoor was found', recalled_by_id: by.id });
    expect((await tellings(versionId, 'recalled')).toSorted()).toEqual([lately.id, pipeline.test.owner.id].toSorted());
    await pipeline.reaches(other, 'released');
  });

  it('releases a version whose owner was deleted meanwhile, and tells nobody', async () => {
    const ghost = { kind: 'person', id: await addPerson(pipeline.queue.store, { name: 'Ghost' }) } as const;
    const modelId = await pipeline.model('acme/orphan');
    await change(async ({ sql }) => {
      await sql
        .updateTable('registry_models')
        .set({ owner_kind: 'person', owner_id: ghost.id })
        .where('id', '=', modelId)
        .execute();
    });
    const versionId = await pipeline.submit(modelId, torch, ghost);
    await change(({ sql }) =>
      sql.updateTable('people').set({ state: 'disabled' }).where('id', '=', ghost.id).execute(),
    );
    await pipeline.reaches(versionId, 'released');
    expect(await pipeline.notices(versionId)).toEqual([]);
  });

  it('recalls what a new policy denies, leaves what it wants reviewed, and brings back nothing by itself', async () => {
    const [plain, scripted] = [await released(good), await released({ 'w.safetensors': safetensorsWith() })];
    await putPolicy(
      'version: 1\ndefault: review\nrules:\n' +
        '  - { id: no-cards, effect: deny, why: we give out no cards, when: { formats: { any: [text] } } }\n',
    );
    const by = await pipeline.test.person('Officer');
    await change((change) => wantAllExaminations(change, { by, atMs: pipeline.registry.clock() }));
    await keepVersionsMoving(pipeline.registry);
    await expect.poll(async () => (await pipeline.row(plain)).state, { timeout: 50_000 }).toBe('recalled');
    await expect.poll(() => tellings(scripted, 'review-wanted'), { timeout: 50_000 }).not.toEqual([]);
    expect((await pipeline.row(plain)).recall_reason).toMatch(/^no-cards: /);
    expect((await pipeline.row(scripted)).state).toBe('released');
    await usualPolicy();
    await change((change) => wantExamination(change, pipeline.registry, { versionId: plain, by, atMs: Date.now() }));
    await expect.poll(async () => (await pipeline.row(plain)).state, { timeout: 50_000 }).toBe('review');
    await approve(plain);
    const row = await pipeline.reaches(plain, 'released');
    expect(row).toMatchObject({ recalled_at: null, recall_reason: null });
  });

  it('examines again what a converted version came as, and recalls it for that', async () => {
    const versionId = await released(torch);
    const facts = JSON.parse((await pipeline.row(versionId)).facts ?? '') as object;
    // As a program found it that did not know what this is.
    const unknown = JSON.stringify({ ...facts, formats: { items: [], total: 0 } });
    await change(async ({ sql }) => {
      await sql.updateTable('registry_versions').set({ facts: unknown }).where('id', '=', versionId).execute();
      const files = sql.updateTable('registry_files').set({ format: null, verdict: null });
      await files.where('version_id', '=', versionId).execute();
    });
    await putPolicy(
      'version: 1\ndefault: review\nrules:\n' +
        '  - { id: no-torch, effect: deny, when: { formats: { any: [torch-zip] } } }\n' +
        '  - { id: clean, effect: allow, when: { always: true, verdictAtMost: clean } }\n',
    );
    const by = await pipeline.test.person('Officer');
    await change((change) => wantExamination(change, pipeline.registry, { versionId, by, atMs: Date.now() }));
    await expect.poll(async () => (await pipeline.row(versionId)).state, { timeout: 50_000 }).toBe('recalled');
    expect((await pipeline.row(versionId)).recall_reason).toMatch(/^no-torch: /);
    expect(await filesOf(versionId, 'source')).toMatchObject([{ format: 'text' }, { format: 'torch-zip' }]);
    expect(await filesOf(versionId, 'release')).toMatchObject([{ format: 'text' }, { format: 'safetensors' }]);
    await usualPolicy();
  });

  it('renews what is on record of a released version that is examined again, and tells open pages', async () => {
    const versionId = await released(good);
    const { model_id: modelId } = await pipeline.row(versionId);
    const longAgo = { made_at: 1 };
    await change(({ sql }) =>
      sql.updateTable('registry_evidence').set(longAgo).where('version_id', '=', versionId).execute(),
    );
    const told: string[] = [];
    onTestFinished(pipeline.registry.bus.subscribe('models', (id) => told.push(id)));
    const by = await pipeline.test.person('Officer');
    await change((change) => wantExamination(change, pipeline.registry, { versionId, by, atMs: Date.now() }));
    await expect.poll(() => told, { timeout: 50_000 }).toContain(modelId);
    for (const kind of ['scan-report', 'inspection', 'facts'] as const) {
      expect((await readEvidence(pipeline.registry, { versionId, kind }))?.madeAtMs, kind).toBeGreaterThan(1);
    }
    expect((await readEvidence(pipeline.registry, { versionId, kind: 'signature' }))?.madeAtMs).toBe(1);
    expect(JSON.parse((await documentOf(versionId, 'inspection')) ?? '')).toMatchObject({ files: [{}] });
  });

  it('lets a person look at what was denied once, whatever the policy says by then', async () => {
    await putPolicy(
      'version: 1\ndefault: review\nrules:\n  - { id: closed, effect: deny, when: { verdictAtLeast: clean } }\n',
    );
    const versionId = await submit(good);
    await pipeline.reaches(versionId, 'denied');
    await usualPolicy();
    const by = await pipeline.test.person('Officer');
    await change((change) => wantExamination(change, pipeline.registry, { versionId, by, atMs: Date.now() }));
    await pipeline.reaches(versionId, 'review');
  });
});
