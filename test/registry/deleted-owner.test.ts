import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PrincipalRef } from '../../src/contract/types/common.ts';
import { decideApproval } from '../../src/registry/approvals/decide-approval.ts';
import { openDownload } from '../../src/registry/contents/open-download.ts';
import { changeModel } from '../../src/registry/models/change-model.ts';
import { showModel } from '../../src/registry/models/show-model.ts';
import { recallVersion } from '../../src/registry/pipeline/recall.ts';
import { abandonVersion } from '../../src/registry/uploads/abandon-version.ts';
import { giveUpOld } from '../../src/registry/uploads/give-up-old.ts';
import { putPart } from '../../src/registry/uploads/put-part.ts';
import { requireOwnUpload } from '../../src/registry/uploads/require-own-upload.ts';
import { declareVersion } from '../../src/registry/versions/declare-version.ts';
import { describeEachStore, type TestStore } from '../build/store.ts';
import { digestOf } from './contents-fixture.ts';
import { openTestRegistry, type TestRegistry } from './fixture.ts';
import { releaseVersion } from './released.ts';

const DAY_MS = 86_400_000;
const name = 'acme/left';

describeEachStore('what somebody leaves who is erased', ({ makeStore }) => {
  let at: TestStore;
  let test: TestRegistry;
  let gone: PrincipalRef;
  let laterMs = 0;
  beforeEach(async () => {
    laterMs = 0;
    at = await makeStore({ enqueue: async () => 'job_01J8Z3J8Z3J8Z3J8Z3J8Z3J8Z3' });
    test = await openTestRegistry({ store: at.store, clock: () => Date.now() + laterMs });
    gone = await test.person('Gone');
  });
  afterEach(async () => {
    await test.end();
    await at.end();
  });

  const erase = (): Promise<unknown> =>
    at.store.change(async ({ sql }) => {
      await sql.deleteFrom('people_data').where('person_id', '=', gone.id).execute();
      await sql.updateTable('people').set({ state: 'erased' }).where('id', '=', gone.id).execute();
    });
  const make = (content: string, over: { readonly stays?: 'review' } = {}) =>
    releaseVersion(test.registry, { name, projectId: test.projectId, by: gone, files: { a: content }, ...over });
  const told = async (): Promise<readonly string[]> => {
    const rows = await at.store.read.selectFrom('registry_notices').select('principal_id').execute();
    return rows.map(({ principal_id: id }) => id);
  };
  const stateOf = async (versionId: string) => {
    const versions = at.store.read.selectFrom('registry_versions').select('state').where('id', '=', versionId);
    return (await versions.executeTakeFirst())?.state;
  };

  it('stays released and can be had and recalled; nobody is told in his place', async () => {
    const { modelId, versionId } = await make('one');
    await erase();
    const principal = await test.person('Reader');
    const signal = new AbortController().signal;
    const { digest } = await openDownload(test.registry, { versionId, path: 'a', principal, signal });
    expect(digest).toBe(digestOf(Buffer.from('one')));
    expect(await showModel(at.store.read, modelId)).toMatchObject({ owner: { id: gone.id, name: gone.id } });
    const recall = { versionId, by: test.owner, reason: 'found wanting', atMs: test.registry.clock() };
    await at.store.change((change) => recallVersion(change, test.registry, recall));
    expect(await stateOf(versionId)).toBe('recalled');
    expect(await told()).toEqual([]);
  });

  it('gets another owner, who is told from then on', async () => {
    const { modelId, versionId } = await make('one');
    await erase();
    const { registry, owner: by } = test;
    const next = await test.person('Next');
    const atMs = registry.clock();
    const changing = { modelId, facts: { ownerId: next.id }, by, atMs };
    await at.store.change((change) => changeModel(change, registry.bus, changing));
    await at.store.change((change) => recallVersion(change, registry, { versionId, by, reason: 'wanting', atMs }));
    expect(await told()).toEqual([next.id]);
  });

  it('waits for a decision that others make', async () => {
    const { versionId } = await make('one', { stays: 'review' });
    await erase();
    const by = await test.person('Approver');
    await decideApproval(test.registry, { versionId, decision: 'refuse', reason: 'nobody answers for it', by });
    expect(await stateOf(versionId)).toBe('denied');
    expect(await told()).toEqual([]);
  });

  it('is no upload that anybody else goes on with: it is given up by hand, or once it rested long enough', async () => {
    const { modelId } = await make('one');
    const { registry } = test;
    const begin = async (): Promise<string> => {
      const facts = { modelId, files: [{ path: 'a', bytes: 3 }], message: '', source: { kind: 'upload' } as const };
      const { value } = await at.store.change((change) =>
        declareVersion(change, registry, { ...facts, by: gone, atMs: registry.clock() }),
      );
      await putPart(registry, { versionId: value, path: 'a', part: 0, content: Readable.from([Buffer.from('two')]) });
      return value;
    };
    const [byHand, resting] = [await begin(), await begin()];
    await erase();
    const other = await test.person('Other');
    await expect(requireOwnUpload(at.store.read, byHand, other)).rejects.toMatchObject({ code: 'not-your-upload' });
    const abandonment = { versionId: byHand, by: other, atMs: registry.clock() };
    await at.store.change((change) => abandonVersion(change, registry, abandonment));
    expect(await giveUpOld(registry)).toBe(0);
    expect([await stateOf(byHand), await stateOf(resting)]).toEqual(['abandoned', 'uploading']);
    expect(await registry.blobs.stat(digestOf(Buffer.from('two')))).toBeDefined();
    laterMs = (registry.limits.uploadDays + 1) * DAY_MS;
    expect(await giveUpOld(registry)).toBe(1);
    expect(await stateOf(resting)).toBe('abandoned');
    expect(await registry.blobs.stat(digestOf(Buffer.from('two')))).toBeUndefined();
  });
});
