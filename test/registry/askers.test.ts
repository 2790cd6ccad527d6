import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PrincipalRef } from '../../src/contract/types/common.ts';
import { decideApproval } from '../../src/registry/approvals/decide-approval.ts';
import { RegistryError } from '../../src/registry/errors.ts';
import { summarise } from '../../src/registry/models/summary.ts';
import { listNotices } from '../../src/registry/notices/own-notices.ts';
import { importModel } from '../../src/registry/upstream/import-model.ts';
import { pullThrough, type PullOutcome } from '../../src/registry/upstream/pull-through.ts';
import { recordAsker } from '../../src/registry/versions/askers.ts';
import { showVersion } from '../../src/registry/versions/show-version.ts';
import { addService, callerOf, entriesOf } from '../access/fixture.ts';
import { type HubStandIn, startHubStandIn } from '../build/hub-stand-in.ts';
import { describeEachStore } from '../build/store.ts';
import { openUpstreamPlace, TOKEN, type UpstreamPlace } from './upstream-fixture.ts';

/** What waits for a person once it was examined. */
const ODD = 'acme/odd';
const patient = { timeout: 15_000, interval: 20 };

describeEachStore('who asked for a model of a hub', (column) => {
  let hub: HubStandIn;
  let place: UpstreamPlace;
  beforeEach(async () => {
    hub = await startHubStandIn({ token: TOKEN });
    place = await openUpstreamPlace(column, hub);
    hub.put(ODD, { files: { 'odd.bin': 'x' } });
  });
  afterEach(async () => {
    await place.end();
    await hub.end();
  });

  const pull = ({ kind, id }: PrincipalRef, revision = 'main'): Promise<PullOutcome> =>
    pullThrough(place.registry, {
      name: ODD,
      revision,
      signal: new AbortController().signal,
      caller: callerOf(kind, id),
    });
  const importBy = (by: PrincipalRef, projectId = place.projectId): Promise<string> => {
    const request = { repository: ODD, revision: 'main', projectId };
    return importModel(place.registry, { request, by, signal: new AbortController().signal });
  };
  const askers = async (): Promise<readonly string[]> => {
    const rows = await place.store.read.selectFrom('registry_askers').select('principal_id').execute();
    return rows.map((row) => row.principal_id).toSorted();
  };
  const hubModel = () => place.store.read.selectFrom('registry_models').select('project_id').executeTakeFirstOrThrow();
  const onlyVersion = async (): Promise<string> => {
    const all = await place.versions();
    expect(all).toHaveLength(1);
    return all[0]?.id ?? '';
  };
  const stateOf = async (): Promise<string | undefined> => (await place.versions())[0]?.state;
  const decide = (by: PrincipalRef, versionId: string, decision: 'approve' | 'refuse'): Promise<string> =>
    decideApproval(place.registry, { versionId, decision, reason: 'I want it', by }).then(
      () => 'done',
      (error: unknown) => (error instanceof RegistryError ? error.code : `unexpected ${String(error)}`),
    );
  const idsOf = (refs: readonly PrincipalRef[]): readonly string[] => refs.map(({ id }) => id).toSorted();

  it('decides nothing about it, also where others asked first, or where he asked as a service', async () => {
    const [ann, bob, eve, fay, dan] = [
      await place.person('Ann'),
      await place.person('Bob'),
      await place.person('Eve'),
      await place.person('Fay'),
      await place.person('Dan'),
    ];
    const service = {
      kind: 'service',
      id: await addService(place.store, { ownerId: eve.id, keyShownTo: fay.id }),
    } as const;
    const pulls = [pull(ann), pull(bob), pull(service)];
    await expect.poll(askers, patient).toEqual(idsOf([ann, bob, service]));
    await place.work();
    expect((await Promise.all(pulls)).map(({ kind }) => kind)).toEqual(['refused', 'refused', 'refused']);
    const id = await onlyVersion();
    expect(await place.versions()).toMatchObject([{ state: 'review', created_by_id: null }]);
    for (const own of [ann, bob, eve, fay]) {
      expect(await decide(own, id, 'approve')).toBe('own-upload');
      expect(await decide(own, id, 'refuse')).toBe('own-upload');
    }
    expect(await stateOf()).toBe('review');
    expect(await decide(dan, id, 'refuse')).toBe('done');
    expect(await stateOf()).toBe('denied');
  });

  it('is told on the version, and in the ledger, once each', async () => {
    const [ann, bob] = [await place.person('Ann'), await place.person('Bob')];
    const pulls = [pull(ann), pull(ann), pull(bob)];
    await expect.poll(askers, patient).toHaveLength(2);
    await place.work();
    await Promise.all(pulls);
    const version = await showVersion(place.registry, await onlyVersion());
    expect(version.createdBy).toBeNull();
    expect(version.askedBy.map(({ name }) => name).toSorted()).toEqual(['Ann', 'Bob']);
    const asked = (await entriesOf(place.store)).filter(({ activity }) => activity === 'model.ask');
    expect(idsOf(asked.map(({ actor }) => actor as PrincipalRef))).toEqual(idsOf([ann, bob]));
    expect(asked.map(({ object }) => object)).toEqual([
      { kind: 'version', id: version.id },
      { kind: 'version', id: version.id },
    ]);
  });

  it('is whoever imported it, and whoever wanted the same import meanwhile', async () => {
    const bob = await place.person('Bob');
    const id = await importBy(place.owner);
    expect(await importBy(bob)).toBe(id);
    await place.work();
    await expect.poll(stateOf, patient).toBe('review');
    expect(idsOf((await showVersion(place.registry, id)).askedBy)).toEqual(idsOf([place.owner, bob]));
    expect(await decide(place.owner, id, 'approve')).toBe('own-upload');
    expect(await decide(bob, id, 'approve')).toBe('own-upload');
  });

  it('is asked by name or by commit, while it is fetched and while it is examined', async () => {
    const commit = hub.put(ODD, { files: { 'odd.bin': 'y' } });
    const [ann, bob, eve] = [await place.person('Ann'), await place.person('Bob'), await place.person('Eve')];
    const pulls = [pull(ann)];
    await expect.poll(askers, patient).toEqual([ann.id]);
    pulls.push(pull(bob, commit));
    await expect.poll(askers, patient).toEqual(idsOf([ann, bob]));
    await place.store.change(({ sql }) => sql.updateTable('registry_versions').set({ state: 'examining' }).execute());
    pulls.push(pull(eve, commit));
    await expect.poll(askers, patient).toEqual(idsOf([ann, bob, eve]));
    await place.store.change(({ sql }) => sql.updateTable('registry_versions').set({ state: 'denied' }).execute());
    expect((await Promise.all(pulls)).map(({ kind }) => kind)).toEqual(['refused', 'refused', 'refused']);
  });

  it('is not who only looks at what was decided about, or waits for somebody: he may decide', async () => {
    const [ann, sam] = [await place.person('Ann'), await place.person('Sam')];
    await place.work();
    await pull(ann);
    expect(await pull(sam)).toMatchObject({ kind: 'refused' });
    expect(await askers()).toEqual([ann.id]);
    expect(await decide(sam, await onlyVersion(), 'refuse')).toBe('done');
  });

  it('is whoever imports what waits for a person already', async () => {
    const [ann, sam] = [await place.person('Ann'), await place.person('Sam')];
    await place.work();
    await pull(ann);
    expect(await stateOf()).toBe('review');
    const id = await importBy(sam, (await hubModel()).project_id);
    expect(id).toBe(await onlyVersion());
    expect(await askers()).toEqual(idsOf([ann, sam]));
    expect(await decide(sam, id, 'approve')).toBe('own-upload');
  });

  it('is named in the order of asking, as far as there is room', async () => {
    const id = await importBy(place.owner);
    const others = Array.from({ length: 25 }, (_, at) => ({ kind: 'person', id: `psn_${100 + at}` }) as const);
    await place.store.change(async (change) => {
      for (const [at, principal] of others.entries()) {
        await recordAsker(change, { versionId: id, principal, atMs: Date.now() + 1000 + at });
      }
    });
    const { askedBy } = await showVersion(place.registry, id);
    expect(askedBy.map((one) => one.id)).toEqual([place.owner, ...others].slice(0, 20).map((one) => one.id));
    await place.store.change(({ sql }) => sql.updateTable('registry_versions').set({ state: 'review' }).execute());
    expect(await decide({ kind: 'person', id: 'psn_124' }, id, 'approve')).toBe('own-upload');
  });

  it('has nothing waiting for him where he only asked', async () => {
    const [ann, sam] = [await place.person('Ann'), await place.person('Sam')];
    await place.work();
    await pull(ann);
    const all = { allows: () => true, alone: new Set<string>() };
    const waiting = async (principal: PrincipalRef): Promise<number> =>
      (await summarise(place.store.read, { principal, reading: all, approving: all })).waitingForMe;
    expect([await waiting(ann), await waiting(sam)]).toEqual([0, 1]);
  });

  it('is not forgotten where it failed or was given up, and is fetched anew', async () => {
    const [ann, bob] = [await place.person('Ann'), await place.person('Bob')];
    hub.fail({ fault: 'wrong-hash', at: 'file' });
    await place.work();
    await pull(ann);
    expect(await stateOf()).toBe('failed');
    hub.heal();
    const id = await importBy(bob, (await hubModel()).project_id);
    expect((await place.versions()).map((version) => version.id)).toContain(id);
    expect(await place.versions()).toHaveLength(2);
    await expect.poll(async () => (await place.versions())[1]?.state, patient).toBe('review');
    expect((await showVersion(place.registry, id)).askedBy.map(({ name }) => name)).toEqual(['Ann', 'Bob']);
    expect(await decide(ann, id, 'approve')).toBe('own-upload');
  });

  it('is told why, where fetching it fails', async () => {
    const [ann, bob] = [await place.person('Ann'), await place.person('Bob')];
    const told = async (principal: PrincipalRef) =>
      (await listNotices(place.store.read, { principal, limit: 10 })).items.map(({ kind, text }) => ({ kind, text }));
    hub.fail({ fault: 'wrong-hash', at: 'file' });
    const pulls = [pull(ann), pull(bob)];
    await expect.poll(askers, patient).toHaveLength(2);
    await place.work();
    await Promise.all(pulls);
    const failed = [{ kind: 'failed', text: expect.stringContaining('is not what its list of files says') }];
    expect([await told(ann), await told(bob)]).toEqual([failed, failed]);
  });
});
