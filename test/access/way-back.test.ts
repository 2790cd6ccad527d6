import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Access } from '../../src/access/access.ts';
import { giveGrant, type GrantDraft } from '../../src/access/grants/give-grant.ts';
import { takeGrantAs } from '../../src/access/grants/take-grant.ts';
import { approvePolicies, proposePolicies } from '../../src/access/policies/change-policies.ts';
import { defaultPolicies } from '../../src/access/policies/default-policies.ts';
import type { WayBackView } from '../../src/access/policies/way-back.ts';
import { grantPorts, policiesInForce } from '../../src/access/ports.ts';
import { decideItems } from '../../src/access/reviews/decide.ts';
import { Reviews } from '../../src/access/reviews/reviews.ts';
import { newId } from '../../src/store/new-id.ts';
import { describeEachStore, type TestStore } from '../build/store.ts';
import { addPerson, callerOf, openTestAccess, testBus, testClock } from './fixture.ts';

const server = { kind: 'server' } as const;
const refusal = { code: 'grant-last-way-back', httpStatus: 409 };

/** Others than these people change no policies, whatever their role. */
const onlyBy = (...ids: readonly string[]) => `${defaultPolicies}
@id("only-by")
forbid (principal, action in [Action::"policies.propose", Action::"policies.decide"], resource)
unless { ${ids.map((id) => `principal == Person::"${id}"`).join(' || ')} };`;

describeEachStore('whoever can change the policies', ({ makeStore }) => {
  let testStore: TestStore;
  let access: Access;
  const clock = testClock();
  let ann: string;
  let bob: string;
  let annGrant: string;
  let bobGrant: string;
  let before: WayBackView;

  beforeEach(async () => {
    testStore = await makeStore({ clock, enqueue: async () => newId('job') });
    const { store } = testStore;
    access = await openTestAccess({ store, bus: testBus(), clock });
    [ann, bob] = [await addPerson(store, { name: 'Ann' }), await addPerson(store, { name: 'Bob' })];
    [annGrant, bobGrant] = [await give(ann, 'administrator'), await give(bob, 'administrator')];
    before = view();
    await putIntoForce(onlyBy(ann), 1);
  });

  afterEach(async () => {
    await access.close();
    await testStore.end();
  });

  async function give(id: string, role: GrantDraft['role'], more: Partial<GrantDraft> = {}): Promise<string> {
    const draft = { principal: { kind: 'person', id } as const, role, scope: server, reason: 'test', ...more };
    const { value } = await testStore.store.change((change) => giveGrant(change, draft, clock()));
    return value.id;
  }

  const actor = (id: string) => ({ principal: { kind: 'person', id } as const, address: '192.0.2.1' });

  async function putIntoForce(text: string, basedOn: number): Promise<void> {
    const { version } = await proposePolicies(access, actor(ann), { text, comment: 'test', basedOn });
    await approvePolicies(access, actor(bob), { version, comment: '' });
    await access.records.fresh();
  }

  const view = (): WayBackView => ({ policies: access.records.policies, address: '192.0.2.1', atMs: clock() });

  const take = (grantId: string, seen = view()) =>
    testStore.store.change((change) =>
      takeGrantAs(change, callerOf('person', bob), { grantId, reason: 'test', view: seen }),
    );

  const goes = (id: string) =>
    testStore.store.change((change) => grantPorts(access).requireOthers(change, id, callerOf('person', bob)));

  test('keeps the grant that lets him, until somebody else can', async () => {
    await expect(take(annGrant)).rejects.toMatchObject(refusal);
    const eve = await addPerson(testStore.store, { name: 'Eve' });
    await give(eve, 'security', { expiresAtMs: clock() + 1000 });
    await putIntoForce(onlyBy(ann, eve), 2);
    await expect(take(annGrant)).rejects.toMatchObject(refusal);
    await give(eve, 'security');
    await take(annGrant);
  });

  test('is judged by the policies in force, not by those that were seen before', async () => {
    await expect(take(annGrant, before)).rejects.toMatchObject(refusal);
  });

  test('is neither disabled nor erased', async () => {
    await expect(goes(ann)).rejects.toMatchObject(refusal);
    await goes(bob);
  });

  test('keeps it in a review too', async () => {
    const { store, bus } = { ...testStore, bus: access.bus };
    const parts = { store, bus, clock, policies: policiesInForce(access), unusedDays: 90, hasWebhook: false };
    const reviews = new Reviews(parts);
    const caller = callerOf('person', bob);
    const { id: campaignId } = await reviews.start(caller, {
      name: 'all',
      dueAt: new Date(clock() + 86_400_000).toISOString(),
      reviewers: [bob],
      remindDaysBefore: [],
      filter: { principals: [{ kind: 'person', id: ann }] },
    });
    const { items } = await reviews.items(campaignId, { limit: 10 });
    const itemId = items.find(({ principal }) => principal.id === ann)?.id ?? '';
    const decisions = [{ itemId, decision: 'revoke', comment: '' }] as const;
    await expect(decideItems(parts, { caller, campaignId, decisions })).rejects.toMatchObject(refusal);
  });

  test('others lose what they have, who could not anyway', async () => {
    await take(bobGrant);
  });
});
