import { afterEach, beforeEach, expect, it } from 'vitest';
import { openContent } from '../../src/registry/contents/open-content.ts';
import { readEvidence } from '../../src/registry/contents/put-evidence.ts';
import type { EvidenceKind } from '../../src/contract/types/registry.ts';
import { describeEachQueue, type JobPlace } from '../build/jobs.ts';
import { asm } from '../build/pickle.ts';
import { safetensorsWith } from '../build/tensors.ts';
import { stateDict, torchZip } from '../build/torch.ts';
import { openPipeline, type Pipeline } from './pipeline-fixture.ts';

const card = '---\nlicense: apache-2.0\n---\n# A model\n';
const good = { 'model.safetensors': safetensorsWith(), 'README.md': card, 'config.json': '{"model_type":"bert"}' };
const runsCode = asm().proto(2).global('os', 'system').binunicode('id').tuple1().reduce().stop().bytes();

describeEachQueue('the pipeline', (makePlace) => {
  let place: JobPlace;
  let remove: () => Promise<void>;
  let pipeline: Pipeline;
  beforeEach(async () => {
    ({ place, remove } = await makePlace());
    pipeline = await openPipeline(place);
  });
  afterEach(async () => {
    await pipeline.end();
    await remove();
  });

  const documentOf = async (versionId: string, kind: EvidenceKind): Promise<unknown> => {
    const evidence = await readEvidence(pipeline.registry, { versionId, kind });
    return evidence === undefined ? undefined : JSON.parse(await evidence.text());
  };

  it('gives out what the policy lets in: examined, signed, sealed, described, in one entry of the ledger each', async () => {
    await pipeline.start();
    const modelId = await pipeline.model('acme/good');
    const versionId = await pipeline.submit(modelId, good);
    const row = await pipeline.reaches(versionId, 'released');
    expect(row).toMatchObject({ verdict: 'clean', failure: null, step: null, file_count: 3 });
    expect(row.revision).toMatch(/^[0-9a-f]{40}$/);
    expect(row.root_digest).toMatch(/^[0-9a-f]{64}$/);
    expect(await pipeline.entriesOf(versionId)).toEqual([
      'model.uploading',
      'model.examining',
      'model.releasing',
      'model.released',
    ]);
    const opened = await openContent(pipeline.registry, { versionId, side: 'release', path: 'README.md' });
    const pieces: Uint8Array[] = [];
    for await (const piece of opened.read()) pieces.push(piece);
    expect(Buffer.concat(pieces).toString()).toBe(card);
  });

  it('converts pickles to safetensors, and gives out nothing else', async () => {
    await pipeline.start();
    const modelId = await pipeline.model('acme/torch');
    const versionId = await pipeline.submit(modelId, { 'pytorch_model.bin': torchZip(), 'README.md': card });
    const row = await pipeline.reaches(versionId, 'released');
    const files = await pipeline.queue.store.read
      .selectFrom('registry_files')
      .select(['path', 'format'])
      .where('version_id', '=', versionId)
      .where('side', '=', 'release')
      .orderBy('path')
      .execute();
    expect(files).toEqual([
      { path: 'README.md', format: 'text' },
      { path: 'model.safetensors', format: 'safetensors' },
    ]);
    expect(row.file_count).toBe(2);
    expect(await documentOf(versionId, 'conversion-record')).toMatchObject({
      sources: [{ path: 'pytorch_model.bin' }],
    });
  });

  it('keeps out what would run code, and says why', async () => {
    await pipeline.start();
    const modelId = await pipeline.model('acme/bad');
    const versionId = await pipeline.submit(modelId, { 'model.pkl': runsCode });
    const row = await pipeline.reaches(versionId, 'denied');
    expect(row.failure).toContain('malicious');
    expect(await pipeline.notices(versionId)).toMatchObject([{ kind: 'denied', principal_id: pipeline.test.owner.id }]);
    void stateDict;
  });
});
