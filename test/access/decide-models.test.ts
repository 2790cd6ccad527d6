import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Access } from '../../src/access/access.ts';
import type { Caller } from '../../src/access/caller.ts';
import { giveGrant, type GrantDraft } from '../../src/access/grants/give-grant.ts';
import { makeProject } from '../../src/access/grants/projects.ts';
import { approvePolicies, proposePolicies } from '../../src/access/policies/change-policies.ts';
import { defaultPolicies } from '../../src/access/policies/default-policies.ts';
import type { ModelPlace } from '../../src/access/policies/decide-models.ts';
import { classifications } from '../../src/access/policies/request.ts';
import type { ActionId } from '../../src/contract/actions.ts';
import { makeModel } from '../../src/registry/models/make-model.ts';
import { LocalBus } from '../../src/store/bus/local-bus.ts';
import { makeTestStore, type TestStore } from '../build/store.ts';
import { addPerson, callerOf, openTestAccess, testClock } from './fixture.ts';

let at: TestStore;
let access: Access;
const clock = testClock();
let models: ModelPlace[];
let projects: string[];

beforeEach(async () => {
  at = await makeTestStore({ clock });
  access = await openTestAccess({ store: at.store, bus: new LocalBus(), clock });
  projects = [];
  models = [];
  const by = { kind: 'person', id: await addPerson(at.store, { name: 'Maker' }) } as const;
  for (const name of ['one', 'two', 'three']) {
    const facts = { name, description: '', classification: 'public' } as const;
    const { value: projectId } = await at.store.change((tx) => makeProject(tx, facts, { by, atMs: clock() }));
    projects.push(projectId);
    for (const classification of [...classifications, ...classifications]) {
      const model = { name: `${name}-${models.length}`, projectId, description: '', tags: [], licence: null };
      const making = { ...model, classification, by, atMs: clock() };
      const { value: id } = await at.store.change((tx) => makeModel(tx, making));
      models.push({ id, projectId, classification });
    }
  }
});

afterEach(async () => {
  await access.close();
  await at.end();
});

async function holder(grants: readonly Partial<GrantDraft>[]): Promise<string> {
  const id = await addPerson(at.store, { name: 'Holder' });
  for (const grant of grants) {
    const draft = {
      principal: { kind: 'person', id },
      role: 'member',
      scope: { kind: 'server' },
      reason: 'test',
    } as const;
    await at.store.change((tx) => giveGrant(tx, { ...draft, ...grant }, clock()));
  }
  access.bus.publish('access', id);
  return id;
}

/** As the authorizer decides about each of them. */
async function oneByOne(caller: Caller, action: ActionId): Promise<readonly boolean[]> {
  const decided: boolean[] = [];
  for (const { id } of models) {
    decided.push((await access.authorizer.decide(caller, action, { kind: 'model', id })).allowed);
  }
  return decided;
}

async function allTogether(caller: Caller, action: ActionId): Promise<readonly boolean[]> {
  const { allows } = await access.decideModels(caller, action);
  return models.map(allows);
}

async function expectTheSame(caller: Caller): Promise<readonly boolean[]> {
  for (const action of ['models.read', 'models.write', 'models.approve'] as const) {
    expect(await allTogether(caller, action), action).toEqual(await oneByOne(caller, action));
  }
  return allTogether(caller, 'models.read');
}

test('decides as the authorizer does about each, whatever the grants', async () => {
  const [first = '', second = ''] = projects;
  const grants: readonly (readonly Partial<GrantDraft>[])[] = [
    [],
    [{}],
    [{ role: 'engineer', scope: { kind: 'project', id: first } }],
    [{ scope: { kind: 'model', id: models[5]?.id ?? '' } }, { scope: { kind: 'project', id: second } }],
    [
      { conditions: { maxClassification: 'internal' } },
      { role: 'administrator', scope: { kind: 'project', id: second } },
    ],
  ];
  const seen: number[] = [];
  for (const some of grants) {
    const caller = callerOf('person', await holder(some));
    seen.push((await expectTheSame(caller)).filter(Boolean).length);
    await expectTheSame({ ...caller, level: 1 });
    await expectTheSame({ ...caller, verifiedAtMs: clock() });
  }
  expect(seen).toEqual([0, 24, 8, 9, 16]);
});

test('a model or project that a policy names is decided about by itself', async () => {
  const [ann, bob] = [await holder([{ role: 'administrator' }]), await holder([{ role: 'administrator' }])];
  const text = `${defaultPolicies}
@id("not-this-one") forbid (principal, action, resource == Model::"${models[3]?.id}");
@id("nor-there") forbid (principal, action == Action::"models.read", resource)
when { resource in Project::"${projects[1]}" };
`;
  const actor = (id: string) => ({ principal: { kind: 'person', id } as const, address: '192.0.2.1' });
  await proposePolicies(access, actor(ann), { text, comment: 'because', basedOn: 1 });
  await approvePolicies(access, actor(bob), { version: 2, comment: 'good' });
  const seen = await expectTheSame(callerOf('person', await holder([{}])));
  expect(seen.filter(Boolean)).toHaveLength(15);
  expect(seen[3]).toBe(false);
});

test('nobody sees anything without a name, before he enrolled, or with a key for something else', async () => {
  const caller = callerOf('person', await holder([{}]));
  const barred: readonly Caller[] = [
    { ...caller, principal: null },
    { ...caller, enrolmentRequired: true },
    { ...caller, scopes: ['ledger.read'] },
  ];
  for (const one of barred) expect((await expectTheSame(one)).some(Boolean)).toBe(false);
});

test('no grant is used by asking what somebody could do', async () => {
  const id = await holder([{ role: 'engineer' }]);
  const caller = callerOf('person', id);
  const lastUses = async () => {
    await access.usage.flush();
    return at.store.read.selectFrom('grants').select('last_used_at').where('principal_id', '=', id).execute();
  };
  for (const one of [caller, { ...caller, credential: { kind: 'key', id: 'key_1' } } as const]) {
    const { allows } = await access.decideModels(one, 'models.write', { isVerified: true });
    expect(models.every(allows)).toBe(true);
  }
  expect(await lastUses()).toEqual([{ last_used_at: null }]);
  expect(models.every((await access.decideModels(caller, 'models.write')).allows)).toBe(true);
  expect(await lastUses()).not.toEqual([{ last_used_at: null }]);
});

test('what somebody could do once he proved again who he is, is told apart from what he may', async () => {
  const caller = callerOf('person', await holder([{ role: 'security' }]));
  const model = models[0] ?? { id: '', projectId: '', classification: 'public' as const };
  expect((await access.decideModels(caller, 'models.approve')).allows(model)).toBe(false);
  expect((await access.decideModels(caller, 'models.approve', { isVerified: true })).allows(model)).toBe(true);
  const key = { ...caller, credential: { kind: 'key', id: 'key_1' } } as const;
  expect((await access.decideModels(key, 'models.approve', { isVerified: true })).allows(model)).toBe(false);
});
