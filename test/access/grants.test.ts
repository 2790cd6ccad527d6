import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Access } from '../../src/access/access.ts';
import type { Caller } from '../../src/access/caller.ts';
import { giveGrant, giveGrantAs, type GrantDraft } from '../../src/access/grants/give-grant.ts';
import { listAccess } from '../../src/access/grants/list-access.ts';
import { findGrants } from '../../src/access/grants/list-grants.ts';
import { changeProject, listProjects, makeProject } from '../../src/access/grants/projects.ts';
import { takeGrant, takeGrantAs } from '../../src/access/grants/take-grant.ts';
import { requireNotAbove } from '../../src/access/people/accounts/above.ts';
import type { People } from '../../src/access/people/people.ts';
import { grantPorts } from '../../src/access/ports.ts';
import { actionIds } from '../../src/contract/actions.ts';
import type { Scope } from '../../src/contract/types/common.ts';
import { maxStaleMs } from '../../src/store/bus/bus.ts';
import type { Store } from '../../src/store/store.ts';
import { describeEachStore, type TestStore } from '../build/store.ts';
import { addPerson, callerOf, entriesOf, openTestAccess, testBus, testClock } from './fixture.ts';

const server = { kind: 'server' } as const;
const DAY_MS = 86_400_000;

describeEachStore('grants', ({ makeStore }) => {
  let testStore: TestStore;
  let store: Store;
  let clock: ReturnType<typeof testClock>;
  let access: Access;
  const opened: Access[] = [];

  async function openOne(bus = testBus()): Promise<Access> {
    const one = await openTestAccess({ store, bus, clock });
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

  const person = (name: string) => addPerson(store, { name });

  async function give(personId: string, role: GrantDraft['role'], more: Partial<GrantDraft> = {}): Promise<string> {
    // Ids of one millisecond are in no order.
    clock.now += 1;
    const principal = { kind: 'person', id: personId } as const;
    const draft = { principal, role, scope: server, reason: 'test', ...more };
    const { value } = await store.change(async (change) => {
      const grant = await giveGrant(change, draft, clock());
      change.afterCommit(() => access.bus.publish('access', personId));
      return grant;
    });
    return value.id;
  }

  const giveAs = (caller: Caller, draft: GrantDraft) =>
    store.change((change) => giveGrantAs(change, caller, { draft, atMs: clock() }));

  const view = () => ({ policies: access.records.policies, address: '192.0.2.1', atMs: clock() });

  const takeAs = (caller: Caller, grantId: string) =>
    store.change((change) => takeGrantAs(change, caller, { grantId, reason: 'test', view: view() }));

  async function project(
    name: string,
    classification: 'public' | 'internal' | 'restricted' = 'internal',
  ): Promise<string> {
    clock.now += 1;
    const by = { kind: 'person', id: await person('Maker') } as const;
    const { value } = await store.change((change) =>
      makeProject(change, { name, description: '', classification }, { by, atMs: clock() }),
    );
    return value;
  }

  async function model(parentId: string): Promise<string> {
    const id = `mdl_${parentId.slice(4)}`;
    await store.change(async ({ sql }) => {
      await sql
        .insertInto('resources')
        .values({
          id,
          kind: 'model',
          parent_id: parentId,
          name: 'm',
          name_key: null,
          description: '',
          classification: 'internal',
          created_at: 1,
          changed_epoch: 0,
        })
        .execute();
    });
    return id;
  }

  const decide = (caller: Caller, action: Parameters<Access['authorizer']['decide']>[1], scope: Scope = server) =>
    access.authorizer.decide(caller, action, scope);

  const verified = (caller: Caller): Caller => ({ ...caller, verifiedAtMs: clock() });

  describe('deciding', () => {
    test('without a grant, every action is denied, and the administrator may do every one', async () => {
      const nobody = verified(callerOf('person', await person('Nobody')));
      const boss = await person('Boss');
      await give(boss, 'administrator');
      for (const action of actionIds) {
        expect((await decide(nobody, action)).allowed, action).toBe(false);
        expect((await decide(verified(callerOf('person', boss)), action)).allowed, action).toBe(true);
      }
    });

    test('nobody is allowed who has no name, must enrol first, or shows a key that is not for it', async () => {
      const id = await person('Boss');
      await give(id, 'administrator');
      const boss = callerOf('person', id);
      expect(await decide({ ...boss, principal: null }, 'people.read')).toMatchObject({ allowed: false });
      const enrolling = await decide({ ...boss, enrolmentRequired: true }, 'people.read');
      expect(enrolling).toMatchObject({ allowed: false, demand: 'second-factor' });
      expect((await decide({ ...boss, scopes: ['models.read'] }, 'people.read')).allowed).toBe(false);
      expect((await decide({ ...boss, scopes: ['people.read'] }, 'people.read')).allowed).toBe(true);
    });

    test('a denial says what alone is missing: step-up, a second factor, a purpose', async () => {
      const id = await person('Boss');
      await give(id, 'administrator');
      const boss = callerOf('person', id);
      expect(await decide({ ...boss, level: 1 }, 'people.read')).toMatchObject({ demand: 'second-factor' });
      const stepUp = await decide(boss, 'policies.decide');
      expect(stepUp).toMatchObject({ allowed: false, demand: 'step-up', policies: ['step-up'], policyVersion: 1 });
      expect((await decide({ ...boss, verifiedAtMs: clock() - 301_000 }, 'policies.decide')).demand).toBe('step-up');
      expect((await decide(verified(boss), 'policies.decide')).allowed).toBe(true);

      const clerk = await person('Clerk');
      await give(clerk, 'member', { conditions: { purposes: ['audit'] } });
      const asking = callerOf('person', clerk);
      expect(await decide(asking, 'models.read')).toMatchObject({ allowed: false, demand: 'purpose' });
      expect((await decide({ ...asking, purpose: 'audit' }, 'models.read')).allowed).toBe(true);
      expect(await decide(asking, 'people.read')).not.toHaveProperty('demand');
    });

    test('a program cannot step up, whatever its caller says', async () => {
      const id = await person('Boss');
      await give(id, 'administrator');
      const key: Caller = { ...verified(callerOf('person', id)), credential: { kind: 'key', id: 'key_1' } };
      expect(await decide(key, 'policies.decide')).toMatchObject({ allowed: false, policies: ['step-up'] });
      expect(await decide(key, 'policies.decide')).not.toHaveProperty('demand');
    });

    test('a grant holds where it was given and inside of it, and nowhere else', async () => {
      const [one, other] = [await project('one'), await project('other')];
      const [ownModel, otherModel] = [await model(one), await model(other)];
      const id = await person('Eve');
      const grantId = await give(id, 'engineer', { scope: { kind: 'project', id: one } });
      const eve = callerOf('person', id);
      const may = async (scope: Scope) => (await decide(eve, 'models.write', scope)).allowed;
      expect(await may({ kind: 'project', id: one })).toBe(true);
      expect(await may({ kind: 'model', id: ownModel })).toBe(true);
      expect(await may({ kind: 'project', id: other })).toBe(false);
      expect(await may({ kind: 'model', id: otherModel })).toBe(false);
      expect(await may(server)).toBe(false);
      expect((await decide(eve, 'models.write', { kind: 'model', id: ownModel })).grants).toEqual([grantId]);
      expect((await decide(eve, 'models.approve', { kind: 'model', id: ownModel })).allowed).toBe(false);
    });

    test('an administrator of a project is none of the server', async () => {
      const one = await project('one');
      const id = await person('Ann');
      await give(id, 'administrator', { scope: { kind: 'project', id: one } });
      const ann = verified(callerOf('person', id));
      expect((await decide(ann, 'grants.give', { kind: 'project', id: one })).allowed).toBe(true);
      expect((await decide(ann, 'grants.give')).allowed).toBe(false);
      expect((await decide(ann, 'people.read', { kind: 'project', id: one })).allowed).toBe(false);
    });

    test('a place that does not exist is open to those only who may everywhere', async () => {
      const boss = await person('Boss');
      await give(boss, 'administrator');
      const nowhere = { kind: 'project', id: 'prj_00000000000000000000000009' } as const;
      expect((await decide(callerOf('person', boss), 'projects.read', nowhere)).allowed).toBe(true);
      expect((await decide(callerOf('person', await person('Eve')), 'projects.read', nowhere)).allowed).toBe(false);
    });

    test('a grant ends when it says', async () => {
      const id = await person('Tim');
      await give(id, 'member', { expiresAtMs: clock() + DAY_MS });
      const tim = callerOf('person', id);
      expect((await decide(tim, 'models.read')).allowed).toBe(true);
      clock.now += DAY_MS;
      expect((await decide(tim, 'models.read')).allowed).toBe(false);
    });

    test('notes when a grant was last used, once a minute at most', async () => {
      const id = await person('Tim');
      const grantId = await give(id, 'member');
      await decide(callerOf('person', id), 'models.read');
      await access.usage.flush();
      const { items } = await findGrants(store.read, { principalId: id, limit: 10 }, clock());
      expect(items.map(({ id, lastUsedAtMs }) => ({ id, lastUsedAtMs }))).toEqual([
        { id: grantId, lastUsedAtMs: clock() - (clock() % 60_000) },
      ]);
    });
  });

  describe('revocation', () => {
    test('is effective at once where the message arrives, and within a second where it is lost', async () => {
      const lines = new Set<(topic: string, message: string) => void>();
      const hearing = await openOne(testBus(lines));
      const deaf = await openOne(testBus(lines, { isDeaf: true }));
      const id = await person('Tim');
      await give(await person('Boss'), 'administrator');
      const grantId = await give(id, 'member');
      const tim = callerOf('person', id);
      const may = async (one: Access) => (await one.authorizer.decide(tim, 'models.read', server)).allowed;
      expect([await may(hearing), await may(deaf)]).toEqual([true, true]);
      await store.change(async (change) => {
        await takeGrant(change, null, { grantId, reason: '', view: view() });
        change.afterCommit(() => hearing.bus.publish('access', id));
      });
      expect(await may(hearing)).toBe(false);
      await sleep(maxStaleMs + 50);
      expect(await may(deaf)).toBe(false);
    });

    test('the warm path asks no records', async () => {
      const id = await person('Tim');
      await give(id, 'member');
      const tim = callerOf('person', id);
      await decide(tim, 'models.read');
      const asked = vi.spyOn(store.read, 'selectFrom');
      expect((await decide(tim, 'models.read')).allowed).toBe(true);
      expect(asked).not.toHaveBeenCalled();
      asked.mockRestore();
    });
  });

  describe('giving and taking', () => {
    test('nobody gives himself a grant', async () => {
      const id = await person('Boss');
      await give(id, 'administrator');
      const draft = { principal: { kind: 'person', id }, role: 'member', scope: server, reason: 'x' } as const;
      await expect(giveAs(callerOf('person', id), draft)).rejects.toMatchObject({
        code: 'grant-to-oneself',
        httpStatus: 403,
      });
    });

    test('nobody gives or takes a role above his own, and a role in a project is none on the server', async () => {
      const one = await project('one');
      const [boss, ann, tim] = [await person('Boss'), await person('Ann'), await person('Tim')];
      const bossGrant = await give(boss, 'administrator');
      await give(ann, 'security');
      await give(ann, 'administrator', { scope: { kind: 'project', id: one } });
      const caller = callerOf('person', ann);
      const to = { principal: { kind: 'person', id: tim }, reason: 'x' } as const;
      const above = { code: 'grant-above-own-role' };
      await expect(giveAs(caller, { ...to, role: 'administrator', scope: server })).rejects.toMatchObject(above);
      await giveAs(caller, { ...to, role: 'administrator', scope: { kind: 'project', id: one } });
      const { value: given } = await giveAs(caller, { ...to, role: 'security', scope: server });
      await expect(takeAs(caller, bossGrant)).rejects.toMatchObject(above);
      await takeAs(caller, given.id);
      await expect(takeAs(caller, given.id)).rejects.toMatchObject({ code: 'grant-ended' });
    });

    test.each<[string, Partial<GrantDraft>, Partial<GrantDraft>]>([
      ['an end', { expiresAtMs: Date.UTC(2026, 1, 1) }, { expiresAtMs: Date.UTC(2026, 0, 31) }],
      ['a level', { conditions: { level: 2 } }, { conditions: { level: 2, purposes: ['work'] } }],
      ['networks', { conditions: { networks: ['192.0.2.0/24'] } }, { conditions: { networks: ['192.0.2.128/25'] } }],
      [
        'a classification',
        { conditions: { maxClassification: 'internal' } },
        { conditions: { maxClassification: 'public' } },
      ],
      ['purposes', { conditions: { purposes: ['a', 'b'] } }, { conditions: { purposes: ['b'] } }],
      [
        'hours',
        { conditions: { hours: { days: [1, 2], fromMinute: 0, toMinute: 1440, timeZone: 'UTC' } } },
        { conditions: { hours: { days: [1], fromMinute: 0, toMinute: 1440, timeZone: 'UTC' } } },
      ],
    ])(
      'who has a grant with %s gives none without it: else a second account keeps it for ever',
      async (_, own, narrower) => {
        const [ann, tim] = [await person('Ann'), await person('Tim')];
        await give(await person('Boss'), 'administrator');
        await give(ann, 'administrator', own);
        const caller: Caller = { ...callerOf('person', ann), purpose: 'b' };
        const to = {
          principal: { kind: 'person', id: tim },
          role: 'administrator',
          scope: server,
          reason: 'x',
        } as const;
        const wider: readonly Partial<GrantDraft>[] = [
          {},
          { expiresAtMs: Date.UTC(2026, 1, 2) },
          { conditions: { networks: ['192.0.0.0/16'], purposes: ['c'], maxClassification: 'restricted' } },
        ];
        for (const more of wider) {
          await expect(giveAs(caller, { ...to, ...more })).rejects.toMatchObject({
            code: 'grant-beyond-own',
            httpStatus: 403,
          });
        }
        await giveAs(caller, { ...to, ...own });
        await giveAs(caller, { ...to, ...narrower });
        await give(ann, 'engineer');
        await giveAs(caller, { ...to, role: 'engineer' });
      },
    );

    test('who is administrator of a project acts on no account of somebody with a role on the server', async () => {
      const [boss, ann] = [await person('Boss'), await person('Ann')];
      await give(boss, 'administrator');
      await give(ann, 'member');
      await give(ann, 'administrator', { scope: { kind: 'project', id: await project('sandbox') } });
      const people = { ports: grantPorts(access) } as unknown as People;
      const acting = (callerId: string, personId: string) =>
        store.change((change) => requireNotAbove(people, change, { caller: callerOf('person', callerId), personId }));
      await expect(acting(ann, boss)).rejects.toMatchObject({ code: 'person-above' });
      await acting(boss, ann);
    });

    test('the last administrator keeps the grant; one with an end, conditions or no account is no other', async () => {
      const boss = await person('Boss');
      const bossGrant = await give(boss, 'administrator');
      const caller = callerOf('person', boss);
      await give(await person('Soon gone'), 'administrator', { expiresAtMs: clock() + DAY_MS });
      await give(await person('At times'), 'administrator', { conditions: { level: 2 } });
      await give(await addPerson(store, { name: 'Disabled', state: 'disabled' }), 'administrator');
      await expect(takeAs(caller, bossGrant)).rejects.toMatchObject({ code: 'grant-last-administrator' });
      const ports = grantPorts(access);
      await expect(store.change((change) => ports.requireOthers(change, boss, caller))).rejects.toMatchObject({
        code: 'grant-last-administrator',
      });
      await give(await person('Second'), 'administrator');
      await takeAs(caller, bossGrant);
      expect((await decide(caller, 'people.read')).allowed).toBe(false);
    });

    test('two administrators who take each other’s grant at once leave one', async () => {
      const [ann, bob] = [await person('Ann'), await person('Bob')];
      const [annGrant, bobGrant] = [await give(ann, 'administrator'), await give(bob, 'administrator')];
      const results = await Promise.allSettled([
        takeAs(callerOf('person', ann), bobGrant),
        takeAs(callerOf('person', bob), annGrant),
      ]);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    test.each([
      ['to nobody', { principal: { kind: 'person', id: 'per_00000000000000000000000009' } }, 'principal-unknown'],
      ['on nothing', { scope: { kind: 'model', id: 'mdl_00000000000000000000000009' } }, 'scope-unknown'],
      ['that is over', { expiresAtMs: 1 }, 'grant-expiry'],
      [
        'in no time zone',
        { conditions: { hours: { days: [1], fromMinute: 0, toMinute: 9, timeZone: 'Mars' } } },
        'grant-conditions',
      ],
    ] as const)('no grant %s', async (_, more, code) => {
      const principal = { kind: 'person', id: await person('Tim') } as const;
      const draft = { principal, role: 'member', scope: server, reason: 'x', ...more } as GrantDraft;
      await expect(store.change((change) => giveGrant(change, draft, clock()))).rejects.toMatchObject({ code });
    });

    test('each is in the ledger, and what was written to explain it is not there in clear', async () => {
      const id = await person('Tim');
      const grantId = await give(id, 'member', { reason: 'for the audit of Mrs Miller' });
      await give(await person('Boss'), 'administrator');
      await store.change((change) => takeGrant(change, null, { grantId, reason: 'left', view: view() }));
      const entries = (await entriesOf(store)).filter(({ object }) => object?.id === grantId);
      expect(entries.map(({ activity }) => activity)).toEqual(['grant.give', 'grant.take']);
      expect(entries[0]?.data).toMatchObject({ role: 'member', scope: 'server', principal: { id } });
      expect(JSON.stringify(entries)).not.toContain('Miller');
    });
  });

  test('projects: only those that the caller may see, page by page; names are taken once', async () => {
    const ids = [await project('a'), await project('b'), await project('c')];
    const id = await person('Eve');
    await give(id, 'member', { scope: { kind: 'project', id: ids[0] ?? '' } });
    await give(id, 'member', { scope: { kind: 'project', id: ids[2] ?? '' } });
    const maySee = async (projectId: string) =>
      (await decide(callerOf('person', id), 'projects.read', { kind: 'project', id: projectId })).allowed;
    const first = await listProjects(store.read, { limit: 1, maySee, nowMs: clock() });
    expect(first.items).toMatchObject([{ name: 'a', grants: 1 }]);
    const rest = await listProjects(store.read, { limit: 5, after: first.next ?? undefined, maySee, nowMs: clock() });
    expect(rest).toMatchObject({ items: [{ name: 'c' }], next: null });
    await expect(project('Ａ')).rejects.toMatchObject({ code: 'project-name-taken' });
  });

  test('what a project holds becomes more sensitive at once', async () => {
    const one = await project('one', 'internal');
    const id = await person('Eve');
    await give(id, 'member', { scope: { kind: 'project', id: one }, conditions: { maxClassification: 'internal' } });
    const eve = callerOf('person', id);
    expect((await decide(eve, 'models.read', { kind: 'project', id: one })).allowed).toBe(true);
    await store.change(async (change) => {
      await changeProject(change, { id: one, facts: { classification: 'restricted' } }, { kind: 'person', id });
      change.afterCommit(() => access.bus.publish('access', one));
    });
    expect((await decide(eve, 'models.read', { kind: 'project', id: one })).allowed).toBe(false);
  });

  test('who can do what: actions, policies, last use, conflicts', async () => {
    const [boss, eve] = [await person('Boss'), await person('Eve')];
    await give(boss, 'administrator');
    await give(eve, 'member');
    await access.records.fresh();
    const listing = { read: store.read, policies: access.records.policies, nowMs: clock() };
    const { items } = await listAccess(listing, { limit: 10 });
    expect(items).toMatchObject([
      { principal: { name: 'Boss' }, role: 'administrator', actions: actionIds, policies: ['administrator'] },
      { principal: { name: 'Eve' }, actions: ['models.read', 'projects.read'], policies: ['member'], conflicts: [] },
    ]);
    expect(items[0]?.conflicts).toContain('may upload a model and approve it');
    const unused = await listAccess({ ...listing, nowMs: clock() + 91 * DAY_MS }, { limit: 10, unusedDays: 90 });
    expect(unused.items).toHaveLength(2);
    expect((await listAccess(listing, { limit: 10, unusedDays: 90 })).items).toEqual([]);
  });

  test('pages of unused access are full, whatever was used in between', async () => {
    const ids: string[] = [];
    for (let at = 0; at < 6; at++) ids.push(await give(await person(`P${at}`), 'member'));
    await access.records.fresh();
    const nowMs = clock() + 91 * DAY_MS;
    access.usage.note([ids[0] ?? '', ids[2] ?? '', ids[3] ?? ''], nowMs);
    await access.usage.flush();
    const listing = { read: store.read, policies: access.records.policies, nowMs };
    const first = await listAccess(listing, { limit: 2, unusedDays: 90 });
    expect(first.items.map(({ grantId }) => grantId)).toEqual([ids[1], ids[4]]);
    const rest = await listAccess(listing, { limit: 2, unusedDays: 90, after: first.next ?? undefined });
    expect(rest).toMatchObject({ items: [{ grantId: ids[5] }], next: null });
  });
});
