import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Access } from '../../src/access/access.ts';
import { giveGrant, type GrantDraft } from '../../src/access/grants/give-grant.ts';
import { makeProject } from '../../src/access/grants/projects.ts';
import {
  approvePolicies,
  proposePolicies,
  refusePolicies,
  withdrawPolicies,
} from '../../src/access/policies/change-policies.ts';
import { defaultPolicies } from '../../src/access/policies/default-policies.ts';
import { impactOf } from '../../src/access/policies/impact.ts';
import { digestOf, listVersions, readActiveVersion, showVersion } from '../../src/access/policies/policy-versions.ts';
import type { DualControl } from '../../src/access/policies/settings.ts';
import { type SampleRequest, tryPolicies } from '../../src/access/policies/try-policies.ts';
import { whoCould } from '../../src/access/policies/who-could.ts';
import { sampleRequest } from '../../src/contract/types/policies.ts';
import { maxStaleMs } from '../../src/store/bus/bus.ts';
import { newId } from '../../src/store/new-id.ts';
import type { Store } from '../../src/store/store.ts';
import { describeEachStore, type TestStore } from '../build/store.ts';
import { addPerson, addService, callerOf, entriesOf, openTestAccess, testBus, testClock } from './fixture.ts';

const server = { kind: 'server' } as const;
const address = '192.0.2.1';
const stricter = `${defaultPolicies}
@id("no-nights")
forbid (principal, action == Action::"models.write", resource) when { context.hour < 6 };
`;

describeEachStore('policies', ({ makeStore }) => {
  let testStore: TestStore;
  let store: Store;
  let clock: ReturnType<typeof testClock>;
  let access: Access;
  const opened: Access[] = [];

  async function openOne(dualControl: DualControl = 'always', bus = testBus()): Promise<Access> {
    const one = await openTestAccess({ store, bus, clock, dualControl });
    opened.push(one);
    return one;
  }

  beforeEach(async () => {
    clock = testClock();
    testStore = await makeStore({ clock });
    store = testStore.store;
    access = await openOne();
  });

  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
    await testStore.end();
  });

  async function holder(name: string, role: GrantDraft['role'], more: Partial<GrantDraft> = {}): Promise<string> {
    clock.now += 1;
    const id = await addPerson(store, { name });
    const principal = { kind: 'person', id } as const;
    await store.change(async (change) => {
      await giveGrant(change, { principal, role, scope: server, reason: 'test', ...more }, clock());
      change.afterCommit(() => access.bus.publish('access', id));
    });
    return id;
  }

  async function inProjects(id: string, count: number): Promise<void> {
    await store.change(async (change) => {
      for (let at = 0; at < count; at += 1) {
        const facts = { name: `project ${at}`, classification: 'internal', description: '' } as const;
        const projectId = await makeProject(change, facts, { by: actor(id).principal, atMs: clock() });
        const scope = { kind: 'project', id: projectId } as const;
        const grant = { principal: { kind: 'person', id }, role: 'member', scope, reason: 'test' } as const;
        await giveGrant(change, grant, clock());
      }
    });
  }

  async function addPeople(count: number): Promise<void> {
    const ids = Array.from({ length: count }, () => newId('person'));
    const times = { created_at: 1, activated_at: 1, last_seen_at: null, locked_until: null };
    const rows = ids.map((id) => ({ id, state: 'active' as const, webauthn_id: id, ...times }));
    await store.change(({ sql }) => sql.insertInto('people').values(rows).execute());
  }

  const actor = (id: string) => ({ principal: { kind: 'person', id } as const, address });

  const propose = (id: string, text: string, basedOn = 1) =>
    proposePolicies(access, actor(id), { text, comment: 'because', basedOn });

  test('a new server has the policies of the program, once, whoever starts first', async () => {
    await Promise.all([openOne(), openOne()]);
    const { items } = await listVersions(store.read, { limit: 10, before: null });
    expect(items).toMatchObject([{ version: 1, state: 'active', proposedBy: null }]);
    const loads = (await entriesOf(store)).filter(({ activity }) => activity === 'policy.load');
    expect(loads).toMatchObject([{ object: { id: '1', digest: items[0]?.digest }, actor: { kind: 'system' } }]);
  });

  describe('changing', () => {
    test('one proposes, another approves, and every process decides by it within a second', async () => {
      const lines = new Set<(topic: string, message: string) => void>();
      access = await openOne('always', testBus(lines));
      const deaf = await openOne('always', testBus(lines, { isDeaf: true }));
      const [ann, bob] = [await holder('Ann', 'administrator'), await holder('Bob', 'security')];
      const proposal = await propose(ann, stricter);
      expect(proposal).toMatchObject({ version: 2, state: 'proposed', based_on: 1 });
      const night = Date.UTC(2026, 0, 5, 3);
      clock.now = night;
      const write = (one: Access) => one.authorizer.decide(callerOf('person', ann), 'models.write', server);
      expect((await write(access)).allowed).toBe(true);
      expect((await write(deaf)).allowed).toBe(true);
      await approvePolicies(access, actor(bob), { version: 2, comment: 'good' });
      expect(await write(access)).toMatchObject({ allowed: false, policies: ['no-nights'], policyVersion: 2 });
      await sleep(maxStaleMs + 50);
      expect(await write(deaf)).toMatchObject({ allowed: false, policyVersion: 2 });
      const shown = await showVersion(store.read, await readActiveVersion(store.read));
      expect(shown).toMatchObject({ proposedBy: { name: 'Ann' }, decidedBy: { name: 'Bob' }, decisionComment: 'good' });
      const steps = (await entriesOf(store)).filter(({ object }) => object?.kind === 'policies' && object.id === '2');
      expect(steps.map(({ activity, object }) => [activity, object?.digest])).toEqual([
        ['policy.propose', proposal.digest],
        ['policy.approve', proposal.digest],
      ]);
    });

    test('nobody approves his own proposal, not even the only administrator', async () => {
      const ann = await holder('Ann', 'administrator');
      await propose(ann, stricter);
      await expect(approvePolicies(access, actor(ann), { version: 2, comment: '' })).rejects.toMatchObject({
        code: 'policy-own-proposal',
        httpStatus: 403,
      });
    });

    test('the only one who could decide may, where the configuration says so, and the ledger tells', async () => {
      access = await openOne('single-administrator-may');
      const ann = await holder('Ann', 'administrator');
      await propose(ann, stricter);
      const bob = await holder('Bob', 'security');
      const own = { version: 2, comment: '' };
      await expect(approvePolicies(access, actor(ann), own)).rejects.toMatchObject({ code: 'policy-own-proposal' });
      await store.change(async ({ sql }) => {
        await sql.updateTable('people').set({ state: 'disabled' }).where('id', '=', bob).execute();
      });
      await approvePolicies(access, actor(ann), own);
      const approved = (await entriesOf(store)).find(({ activity }) => activity === 'policy.approve');
      expect(approved?.data).toMatchObject({ ownProposal: true });
    });

    test.each([
      ['at some hours', { hours: { days: [2], fromMinute: 0, toMinute: 1440, timeZone: 'UTC' } }],
      ['from elsewhere', { networks: ['198.51.100.0/24'] }],
      ['for a purpose', { purposes: ['governance'] }],
    ])('nor does he approve his own while somebody else may decide %s', async (_, conditions) => {
      access = await openOne('single-administrator-may');
      const ann = await holder('Ann', 'administrator');
      await holder('Bob', 'security', { conditions });
      await propose(ann, stricter);
      await expect(approvePolicies(access, actor(ann), { version: 2, comment: '' })).rejects.toMatchObject({
        code: 'policy-own-proposal',
      });
    });

    test('nor while a policy lets somebody else decide at some hours', async () => {
      const [ann, bob] = [await holder('Ann', 'administrator'), await holder('Bob', 'administrator')];
      const days = `${defaultPolicies}@id("x") forbid (principal == Person::"${bob}", action, resource) when { context.hour < 12 };`;
      await propose(ann, days);
      await approvePolicies(access, actor(bob), { version: 2, comment: '' });
      access = await openOne('single-administrator-may');
      await propose(ann, stricter, 2);
      await expect(approvePolicies(access, actor(ann), { version: 3, comment: '' })).rejects.toMatchObject({
        code: 'policy-own-proposal',
      });
    });

    test('what his service proposed, or one whose key he was shown, is his own', async () => {
      const [ann, bob, cem] = [
        await holder('Ann', 'administrator'),
        await holder('Bob', 'administrator'),
        await holder('Cem', 'administrator'),
      ];
      const id = await addService(store, { ownerId: ann, keyShownTo: bob });
      const service = { principal: { kind: 'service', id } as const, address };
      await proposePolicies(access, service, { text: stricter, comment: 'because', basedOn: 1 });
      for (const own of [ann, bob]) {
        await expect(approvePolicies(access, actor(own), { version: 2, comment: '' })).rejects.toMatchObject({
          code: 'policy-own-proposal',
        });
      }
      await approvePolicies(access, actor(cem), { version: 2, comment: '' });
    });

    test('a text that is changed in the records, by whoever can, decides nothing and is not approved', async () => {
      const [ann, bob] = [await holder('Ann', 'administrator'), await holder('Bob', 'administrator')];
      await propose(ann, stricter);
      const open = '@id("open") permit (principal, action, resource);';
      const smuggle = (version: number, more: object) =>
        store.change(async ({ sql }) => {
          await sql
            .updateTable('policy_versions')
            .set({ body: open, ...more })
            .where('version', '=', version)
            .execute();
        });
      await smuggle(2, {});
      await expect(approvePolicies(access, actor(bob), { version: 2, comment: '' })).rejects.toMatchObject({
        code: 'policy-invalid',
      });
      await smuggle(2, { body: stricter });
      await approvePolicies(access, actor(bob), { version: 2, comment: '' });
      await smuggle(2, { digest: digestOf(open) });
      const other = openOne();
      await expect(other).rejects.toMatchObject({ code: 'policies-unavailable', httpStatus: 503 });
    });

    test('two who approve two proposals at once put one into force', async () => {
      const [ann, bob] = [await holder('Ann', 'administrator'), await holder('Bob', 'administrator')];
      await propose(ann, stricter);
      await propose(bob, `${stricter}// other`);
      const results = await Promise.allSettled([
        approvePolicies(access, actor(bob), { version: 2, comment: '' }),
        approvePolicies(access, actor(ann), { version: 3, comment: '' }),
      ]);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const { items } = await listVersions(store.read, { limit: 10, before: null });
      expect(items.filter(({ state }) => state === 'active')).toHaveLength(1);
    });

    test.each([
      ['ends', { expiresAtMs: Date.UTC(2026, 0, 6) }],
      ['holds at some hours', { conditions: { hours: { days: [1], fromMinute: 0, toMinute: 1440, timeZone: 'UTC' } } }],
    ])('a way back by a grant that %s is none', async (_, more) => {
      const ann = await holder('Ann', 'administrator');
      await holder('Sue', 'security', more);
      const text = `${defaultPolicies}@id("x") forbid (principal in Role::"administrator", action == Action::"policies.decide", resource);`;
      await expect(propose(ann, text)).rejects.toMatchObject({ code: 'policy-lock-out' });
      await holder('Tom', 'security');
      await propose(ann, text);
    });

    test('a proposal for another version than the one in force is outdated, before and after', async () => {
      const [ann, bob] = [await holder('Ann', 'administrator'), await holder('Bob', 'administrator')];
      await propose(ann, stricter);
      await propose(bob, `${stricter}// other`);
      await approvePolicies(access, actor(bob), { version: 2, comment: '' });
      const outdated = { code: 'policy-outdated', httpStatus: 409 };
      await expect(approvePolicies(access, actor(ann), { version: 3, comment: '' })).rejects.toMatchObject(outdated);
      await expect(propose(ann, defaultPolicies)).rejects.toMatchObject(outdated);
      await expect(propose(ann, stricter, 2)).rejects.toMatchObject({ code: 'policy-unchanged' });
    });

    test('is refused by another, withdrawn by oneself, and decided once', async () => {
      const [ann, bob] = [await holder('Ann', 'administrator'), await holder('Bob', 'administrator')];
      await propose(ann, stricter);
      await expect(withdrawPolicies(access, actor(bob), 2)).rejects.toMatchObject({ code: 'policy-not-yours' });
      await withdrawPolicies(access, actor(ann), 2);
      await propose(ann, stricter);
      await refusePolicies(access, actor(bob), { version: 3, comment: 'no' });
      for (const version of [1, 2, 3]) {
        await expect(approvePolicies(access, actor(bob), { version, comment: '' })).rejects.toMatchObject({
          code: 'policy-decided',
        });
      }
      const { items } = await listVersions(store.read, { limit: 2, before: null });
      expect(items.map(({ state }) => state)).toEqual(['refused', 'withdrawn']);
      expect((await listVersions(store.read, { limit: 2, before: 2 })).items.map(({ version }) => version)).toEqual([
        1,
      ]);
    });

    test.each([
      ['nothing at all', ''],
      ['no step-up possible', `${defaultPolicies}@id("x") forbid (principal, action in Action::"step-up", resource);`],
      [
        'nobody proposes',
        `${defaultPolicies}@id("x") forbid (principal, action == Action::"policies.propose", resource);`,
      ],
      [
        'only somebody who is not here',
        '@id("x") permit (principal == Person::"per_00000000000000000000000009", action, resource);',
      ],
    ])('policies that would lock everybody out are refused: %s', async (_, text) => {
      const ann = await holder('Ann', 'administrator');
      await expect(propose(ann, text)).rejects.toMatchObject({ code: 'policy-lock-out' });
    });

    test('policies that are not valid are refused', async () => {
      const ann = await holder('Ann', 'administrator');
      await expect(propose(ann, 'permit (')).rejects.toMatchObject({ code: 'policy-invalid', httpStatus: 422 });
    });
  });

  describe('trying', () => {
    const sample = (id: string, more: Partial<SampleRequest>): SampleRequest =>
      sampleRequest.parse({ principal: { kind: 'person', id }, action: 'models.read', scope: server, ...more });

    test('says why, by which policies and grants', async () => {
      const id = await holder('Tim', 'member');
      clock.now += 1;
      await store.change((change) =>
        giveGrant(
          change,
          {
            principal: { kind: 'person', id },
            role: 'engineer',
            scope: server,
            conditions: { networks: ['10.0.0.0/8'] },
            reason: 'x',
          },
          clock(),
        ),
      );
      const answer = await tryPolicies(access, sample(id, {}));
      expect(answer).toMatchObject({ decision: 'allow', policies: ['member'], ways: [] });
      expect(answer.reasons).toEqual(['allowed by policy member', 'he is member on the server']);
      expect(answer.grants.map(({ role, used, why }) => [role, used, why])).toEqual([
        ['member', true, 'its role is in a policy that decided'],
        ['engineer', false, 'it holds only from 10.0.0.0/8'],
      ]);
      const inside = sample(id, { action: 'models.write', context: { address: '10.1.2.3' } });
      expect((await tryPolicies(access, inside)).policies).toEqual(['engineer']);
    });

    test('why not, and the shortest ways out: what he has before what he would have to be given', async () => {
      const id = await holder('Tim', 'engineer', { conditions: { purposes: ['training'] } });
      const answer = await tryPolicies(access, sample(id, { action: 'models.write' }));
      expect(answer.decision).toBe('deny');
      expect(answer.reasons[0]).toBe('denied: no policy allows to upload and change a model here');
      expect(answer.reasons).toContain(
        'his grant as engineer on the server does not count: it holds only for the purpose training',
      );
      expect(answer.ways.slice(0, 3)).toEqual([
        'name the purpose training',
        'use his grant as engineer on the server for the purpose training',
        'be given the role engineer on the server',
      ]);
    });

    test('names combinations where one thing alone is not enough', async () => {
      const id = await addPerson(store, { name: 'Tim' });
      const { ways } = await tryPolicies(access, sample(id, { action: 'policies.decide' }));
      expect(ways).toEqual([
        'prove with a passkey who he is (step-up), and be given the role security on the server',
        'prove with a passkey who he is (step-up), and be given the role administrator on the server',
      ]);
    });

    test('asks policies that are not in force, in the same way', async () => {
      const id = await holder('Tim', 'engineer');
      const at = new Date(Date.UTC(2026, 0, 5, 3)).toISOString();
      const night = sample(id, { action: 'models.write', context: { at } });
      expect((await tryPolicies(access, night)).decision).toBe('allow');
      expect(await tryPolicies(access, night, stricter)).toMatchObject({
        decision: 'deny',
        policies: ['no-nights'],
        ways: [],
      });
      await expect(tryPolicies(access, night, 'permit (')).rejects.toMatchObject({ code: 'policy-invalid' });
    });
  });

  test('who could, and what each of them would need', async () => {
    const ann = await holder('Ann', 'administrator');
    const sam = await holder('Sam', 'security', { conditions: { networks: ['10.0.0.0/8'] } });
    await holder('Tim', 'member');
    const { principals } = await whoCould(access, { action: 'policies.decide', scope: server });
    const needs = ['proves with a passkey who he is (step-up)', 'signs in with a second factor'];
    expect(principals).toMatchObject([
      { principal: { id: ann, name: 'Ann' }, under: needs, policies: ['administrator'] },
      { principal: { id: sam, name: 'Sam' }, under: [...needs, 'from 10.0.0.0/8'], policies: ['security-act'] },
    ]);
    const readers = await whoCould(access, { action: 'models.read', scope: server });
    expect(readers.principals.map(({ principal, under }) => [principal.name, under])).toContainEqual(['Tim', []]);
  });

  test('says when there are more than it looks at', async () => {
    const ann = await holder('Ann', 'administrator');
    const open = `${defaultPolicies}@id("open") permit (principal is Person, action == Action::"people.read", resource);`;
    const question = { action: 'people.read', scope: server, text: open } as const;
    expect(await whoCould(access, question)).toMatchObject({ complete: true });
    expect(await impactOf(access, stricter)).toMatchObject({ complete: true });
    await inProjects(ann, 11);
    expect(await impactOf(access, stricter)).toMatchObject({ complete: false });
    await addPeople(499);
    expect(await whoCould(access, question)).toMatchObject({ complete: true, principals: { length: 500 } });
    await addPeople(1);
    expect(await whoCould(access, question)).toMatchObject({ complete: false, principals: { length: 500 } });
  });

  describe('a policy that names somebody, everybody, or a purpose', () => {
    const naming = (id: string, more = '') => `${defaultPolicies}
      @id("named") permit (principal == Person::"${id}", action == Action::"grants.give", resource) ${more};`;
    const gives = { action: 'grants.give', scope: server } as const;

    test('who could finds him, without any grant, and not who is not there', async () => {
      const [ann, eve] = [await holder('Ann', 'administrator'), await addPerson(store, { name: 'Eve' })];
      const gone = await addPerson(store, { name: 'Gone', state: 'disabled' });
      const who = async (text: string) =>
        (await whoCould(access, { ...gives, text })).principals.map(({ principal }) => principal.id).toSorted();
      expect(await who(defaultPolicies)).toEqual([ann]);
      expect(await who(naming(eve))).toEqual([ann, eve].toSorted());
      expect(await who(naming(gone))).toEqual([ann]);
      expect(await who(naming('per_00000000000000000000000009'))).toEqual([ann]);
      const { changes } = await impactOf(access, naming(eve));
      expect(changes).toMatchObject([{ principal: { id: eve, name: 'Eve' }, action: 'grants.give', after: 'allow' }]);
    });

    test('in force, it shows without a text too', async () => {
      const [ann, bob] = [await holder('Ann', 'administrator'), await holder('Bob', 'administrator')];
      const eve = await addPerson(store, { name: 'Eve' });
      await propose(ann, naming(eve));
      await approvePolicies(access, actor(bob), { version: 2, comment: '' });
      const { principals } = await whoCould(access, gives);
      expect(principals.map(({ principal }) => principal.id)).toContain(eve);
      const { changes } = await impactOf(access, defaultPolicies);
      expect(changes).toMatchObject([{ principal: { id: eve }, action: 'grants.give', after: 'deny' }]);
    });

    test('what it takes no role for is open to everybody who is active', async () => {
      const [ann, eve] = [await holder('Ann', 'administrator'), await addPerson(store, { name: 'Eve' })];
      await addPerson(store, { name: 'Gone', state: 'disabled' });
      const text = `${defaultPolicies}@id("open") permit (principal is Person, action == Action::"people.read", resource);`;
      const { principals } = await whoCould(access, { action: 'people.read', scope: server, text });
      expect(principals.map(({ principal }) => principal.id).toSorted()).toEqual([ann, eve].toSorted());
      const { changes } = await impactOf(access, text);
      expect(changes.map(({ principal, action }) => [principal.id, action])).toContainEqual([eve, 'people.read']);
    });

    test('who could only for one purpose could, and is told which; so is who is denied', async () => {
      const ann = await holder('Ann', 'administrator');
      const text = `${defaultPolicies}
        @id("why") forbid (principal, action == Action::"people.read", resource) unless { context.purpose == "incident" };`;
      const { principals } = await whoCould(access, { action: 'people.read', scope: server, text });
      expect(principals).toMatchObject([
        { principal: { id: ann }, under: [expect.any(String), 'names the purpose incident'] },
      ]);
      const sample = sampleRequest.parse({
        principal: { kind: 'person', id: ann },
        action: 'people.read',
        scope: server,
      });
      expect((await tryPolicies(access, sample, text)).ways).toEqual(['name the purpose incident']);
      const bob = await holder('Bob', 'administrator');
      await propose(ann, text);
      await approvePolicies(access, actor(bob), { version: 2, comment: '' });
      await access.records.fresh();
      const denied = await access.authorizer.decide(callerOf('person', ann), 'people.read', server);
      expect(denied).toMatchObject({ allowed: false, demand: 'purpose' });
    });
  });

  test('who would gain and who would lose, a new demand being a loss', async () => {
    const [ann, tim] = [await holder('Ann', 'administrator'), await holder('Tim', 'member')];
    const text = `${defaultPolicies}
      @id("members-write") permit (principal in Role::"member", action == Action::"models.write", resource);
      @id("verified") forbid (principal, action == Action::"people.read", resource) unless { context.recentlyVerified };`;
    const { examined, changes } = await impactOf(access, text);
    expect(examined).toBe(2);
    expect(changes.map(({ principal, action, before, after }) => [principal.id, action, before, after])).toEqual([
      [ann, 'people.read', 'allow', 'deny'],
      [tim, 'models.write', 'deny', 'allow'],
    ]);
  });
});
