import { expect, it } from 'vitest';
import { giveGrant } from '../../src/access/grants/give-grant.ts';
import { makeModel } from '../../src/registry/models/make-model.ts';
import { approversOf } from '../../src/registry/pipeline/who-to-tell.ts';
import { describeEachStore } from '../build/store.ts';
import { openTestRegistry } from './fixture.ts';

const HOUR_MS = 3_600_000;

describeEachStore('who is asked for a review', (column) => {
  it('is nobody whose grant has ended', async () => {
    const at = await column.makeStore();
    const { store } = at;
    const test = await openTestRegistry({ store });
    const { owner: by, projectId } = test;
    const atMs = test.registry.clock();
    const [steady, former] = [await test.person('Steady'), await test.person('Former')];
    const { value: modelId } = await store.change(async (change) => {
      const grant = { role: 'security', scope: { kind: 'project', id: projectId }, reason: 'test' } as const;
      await giveGrant(change, { ...grant, principal: steady }, atMs);
      await giveGrant(change, { ...grant, principal: former, expiresAtMs: atMs + HOUR_MS }, atMs);
      const facts = { projectId, description: '', tags: [], licence: null, by, atMs };
      return makeModel(change, { ...facts, name: 'research/secret' });
    });
    const about = { model_id: modelId };
    const asked = async (nowMs: number) => {
      const { value } = await store.change((change) => approversOf(change, about, nowMs));
      return value.map(({ id }) => id).toSorted();
    };
    expect(await asked(atMs)).toEqual([steady.id, former.id].toSorted());
    expect(await asked(atMs + 2 * HOUR_MS)).toEqual([steady.id]);
    await test.end();
    await at.end();
  });
});
