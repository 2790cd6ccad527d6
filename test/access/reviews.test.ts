import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeGrant } from '../../src/access/grants/take-grant.ts';
import { defaultPolicies } from '../../src/access/policies/default-policies.ts';
import { putFirstPolicies } from '../../src/access/policies/first-policies.ts';
import { PreparedPolicies } from '../../src/access/policies/prepared-policies.ts';
import { chunks } from '../../src/access/reviews/chunks.ts';
import { actionsByActivity, readActs, recordedActions } from '../../src/access/reviews/recorded-actions.ts';
import { runStep } from '../../src/access/reviews/remind.ts';
import type { ReviewParts } from '../../src/access/reviews/parts.ts';
import { takeSnapshot } from '../../src/access/reviews/snapshot.ts';
import { Reviews } from '../../src/access/reviews/reviews.ts';
import { openServiceAccess } from '../../src/access/services/open-services.ts';
import type { Role } from '../../src/contract/actions.ts';
import type { JobRequest } from '../../src/store/jobs/job.ts';
import { newId } from '../../src/store/new-id.ts';
import { describeEachStore, type TestStore } from '../build/store.ts';
import {
  addPerson,
  addService,
  callerOf,
  entriesOf,
  testAuthorizer,
  testBus,
  testClock,
  testCounters,
} from './fixture.ts';

const DAY_MS = 86_400_000;

describeEachStore('access reviews', ({ column, makeStore }) => {
  let testStore: TestStore;
  let clock: ReturnType<typeof testClock>;
  let jobs: JobRequest[];
  let heard: string[];
  let parts: ReviewParts;
  let reviews: Reviews;
  let ada: string;
  let bob: string;
  let eve: string;

  const policies = { version: 1, text: defaultPolicies, prepared: new PreparedPolicies(defaultPolicies) };

  beforeEach(async () => {
    clock = testClock();
    jobs = [];
    testStore = await makeStore({
      clock,
      enqueue: async (_change, request) => {
        jobs.push(request);
        return newId('job');
      },
    });
    heard = [];
    const bus = testBus(new Set([(_topic: string, message: string) => void heard.push(message)]));
    parts = { store: testStore.store, bus, policies: async () => policies, clock, unusedDays: 90, hasWebhook: false };
    reviews = new Reviews(parts);
    ada = await addPerson(testStore.store, { name: 'Ada' });
    bob = await addPerson(testStore.store, { name: 'Bob' });
    eve = await addPerson(testStore.store, { name: 'Eve' });
    await putFirstPolicies(testStore.store, clock.now);
    await giveGrant(ada, 'administrator');
  });

  afterEach(() => testStore.end());

  interface GrantOptions {
    readonly kind?: 'person' | 'service';
    readonly givenDaysAgo?: number;
    readonly usedDaysAgo?: number;
    readonly givenBy?: string;
    readonly expiresAt?: number;
  }

  async function giveGrant(principalId: string, role: Role, options: GrantOptions = {}): Promise<string> {
    const { kind = 'person', givenDaysAgo = 0, usedDaysAgo, givenBy, expiresAt } = options;
    const id = newId('grant');
    await testStore.store.change(async ({ sql }) => {
      await sql
        .insertInto('grants')
        .values({
          id,
          principal_kind: kind,
          principal_id: principalId,
          role,
          scope_kind: 'server',
          scope_id: '',
          conditions: '{}',
          reason: '',
          given_by_kind: givenBy === undefined ? null : 'person',
          given_by_id: givenBy ?? null,
          created_at: clock.now - givenDaysAgo * DAY_MS,
          expires_at: expiresAt ?? null,
          revoked_at: null,
          last_used_at: usedDaysAgo === undefined ? null : clock.now - usedDaysAgo * DAY_MS,
          changed_epoch: 1,
        })
        .execute();
    });
    return id;
  }

  const serviceOf = (ownerId: string): Promise<string> => addService(testStore.store, { ownerId });

  const start = (more: Partial<Parameters<Reviews['start']>[1]> = {}) =>
    reviews.start(callerOf('person', ada), {
      name: 'first quarter',
      dueAt: new Date(clock.now + 14 * DAY_MS).toISOString(),
      reviewers: [ada, bob],
      remindDaysBefore: [7, 1],
      filter: {},
      ...more,
    });

  const itemOf = async (campaignId: string, grantId: string) => {
    const { items } = await reviews.items(campaignId, { limit: 200 });
    const found = items.find((item) => item.grantId === grantId);
    if (found === undefined) throw new Error(`no item for ${grantId}`);
    return found;
  };

  const entries = async (activity: string) =>
    (await entriesOf(testStore.store)).filter((entry) => entry.activity === activity);
  const isRevoked = async (grantId: string) => {
    const row = await testStore.store.read
      .selectFrom('grants')
      .select('revoked_at')
      .where('id', '=', grantId)
      .executeTakeFirstOrThrow();
    return row.revoked_at !== null;
  };
  const certify = (itemId: string, comment = '') => [{ itemId, decision: 'certify' as const, comment }];
  const revoke = (itemId: string, comment = '') => [{ itemId, decision: 'revoke' as const, comment }];

  test('a campaign holds the grants of the moment, each with what speaks for taking it away', async () => {
    const gil = await addPerson(testStore.store, { name: 'Gil', state: 'disabled' });
    const fresh = await giveGrant(eve, 'member', { givenDaysAgo: 1 });
    const idle = await giveGrant(eve, 'engineer', { givenDaysAgo: 200, usedDaysAgo: 100 });
    const never = await giveGrant(eve, 'auditor', { givenDaysAgo: 95 });
    const broad = await giveGrant(bob, 'engineer', { givenDaysAgo: 200, usedDaysAgo: 2 });
    const left = await giveGrant(gil, 'member', { givenDaysAgo: 1 });
    const orphan = await giveGrant(await serviceOf(gil), 'service', { kind: 'service', givenDaysAgo: 1 });
    const campaign = await start();
    expect(campaign).toMatchObject({ state: 'open', items: 7, decided: 0 });
    expect(campaign.reviewers.map(({ name }) => name).sort()).toEqual(['Ada', 'Bob']);
    const kindsOf = async (grantId: string) => (await itemOf(campaign.id, grantId)).proposals.map(({ kind }) => kind);
    expect(await kindsOf(fresh)).toEqual([]);
    expect(await kindsOf(idle)).toEqual(['unused']);
    expect(await kindsOf(never)).toEqual(['unused']);
    expect((await itemOf(campaign.id, never)).proposals[0]?.why).toBe('never used since it was given 95 days ago');
    expect((await itemOf(campaign.id, broad)).proposals).toEqual([
      {
        kind: 'excessive',
        why: expect.stringMatching(/no act that changes anything: the role member would do/) as string,
      },
    ]);
    expect(await kindsOf(left)).toEqual(['expired-owner']);
    expect(await kindsOf(orphan)).toEqual(['expired-owner']);
    const { items } = await reviews.items(campaign.id, { limit: 200 });
    const administrator = items.find(({ role }) => role === 'administrator');
    expect(administrator?.proposals).toContainEqual({
      kind: 'conflict',
      why: 'may give access and certify it in a review',
    });
    await giveGrant(eve, 'security');
    expect(await reviews.show(campaign.id)).toMatchObject({ items: 7 });
    expect(await entries('review.start')).toMatchObject([
      { object: { id: campaign.id }, data: { items: 7, reviewers: [ada, bob] } },
    ]);
  });

  test('a conflict counts by whatever lets somebody do both: his roles together, or a policy that names him', async () => {
    const robot = newId('service');
    const text = `${defaultPolicies}
      @id("eve") permit (principal == Person::"${eve}", action == Action::"models.approve", resource);
      @id("programs") permit (principal is Service, action == Action::"models.approve", resource);`;
    const named = { version: 2, text, prepared: new PreparedPolicies(text) };
    for (const id of [eve, bob]) await giveGrant(id, 'engineer');
    await giveGrant(bob, 'security');
    await giveGrant(robot, 'engineer', { kind: 'service' });
    const conflictsIn = async (policy: typeof named) => {
      const rows = await takeSnapshot({ ...parts, policies: async () => policy }, { roles: ['engineer'] }, clock.now);
      return rows
        .filter(({ proposals }) => proposals.some(({ why }) => why === 'may upload a model and approve it'))
        .map(({ grant }) => grant.principal.id)
        .toSorted();
    };
    expect(await conflictsIn(policies)).toEqual([bob]);
    expect(await conflictsIn(named)).toEqual([bob, eve].toSorted());
  });

  test('what somebody did is read from the ledger', async () => {
    await testStore.store.change(async (change) => {
      const actor = { kind: 'person', id: bob } as const;
      change.record({ class: 'entity-management', activity: 'key.issue', actor, outcome: 'success' });
      change.record({ class: 'entity-management', activity: 'people.invite', actor, outcome: 'failure' });
      change.record({ class: 'authentication', activity: 'session.sign-in', actor, outcome: 'success' });
    });
    expect(await readActs(testStore.store.read, clock.now)).toEqual(new Map([[bob, new Set(['keys.issue'])]]));
    expect(await readActs(testStore.store.read, clock.now + 1)).toEqual(new Map());
  });

  test('every act is recorded that nothing but an act of its own can do', () => {
    const seen = ['jobs.retry', 'ledger.reveal', 'sessions.revoke', 'people.change', 'policies.propose'] as const;
    for (const action of seen) expect(recordedActions, action).toContain(action);
    expect(actionsByActivity).toMatchObject({
      'people.rename': 'people.change',
      'policy.withdraw': 'policies.propose',
    });
  });

  test('a filter narrows by role, principal and use', async () => {
    await giveGrant(eve, 'member', { givenDaysAgo: 200, usedDaysAgo: 1 });
    await giveGrant(eve, 'engineer', { givenDaysAgo: 200, usedDaysAgo: 31 });
    expect(await start({ filter: { roles: ['member', 'engineer'] } })).toMatchObject({ items: 2 });
    expect(await start({ filter: { principals: [{ kind: 'person', id: eve }], unusedDays: 30 } })).toMatchObject({
      items: 1,
    });
    expect(await start({ filter: { scopes: [{ kind: 'server' }] } })).toMatchObject({ items: 3 });
    await expect(start({ filter: { roles: ['auditor'] } })).rejects.toMatchObject({ code: 'nothing-to-review' });
  });

  test('reviewers are active people, somebody else decides about each, and the time is one to work in', async () => {
    const gone = await addPerson(testStore.store, { name: 'Gil', state: 'disabled' });
    await expect(start({ reviewers: [ada, gone] })).rejects.toMatchObject({ code: 'reviewer-unacceptable' });
    await expect(start({ escalateTo: gone })).rejects.toMatchObject({ code: 'reviewer-unacceptable' });
    await expect(start({ reviewers: [ada] })).rejects.toMatchObject({ code: 'nobody-may-decide' });
    for (const dueAt of [clock.now, clock.now + 400 * DAY_MS]) {
      await expect(start({ dueAt: new Date(dueAt).toISOString() })).rejects.toMatchObject({ code: 'due-unacceptable' });
    }
  });

  test('certifying keeps a grant, revoking takes it away in the same change, with both entries', async () => {
    const kept = await giveGrant(eve, 'member');
    const taken = await giveGrant(eve, 'engineer');
    const campaign = await start();
    const [one, two] = [await itemOf(campaign.id, kept), await itemOf(campaign.id, taken)];
    const items = await reviews.decide(callerOf('person', bob), campaign.id, [
      ...revoke(two.id, 'changed teams'),
      ...certify(one.id),
    ]);
    expect(items.map(({ id, decision, comment, decidedBy }) => [id, decision, comment, decidedBy?.name])).toEqual([
      [two.id, 'revoke', 'changed teams', 'Bob'],
      [one.id, 'certify', '', 'Bob'],
    ]);
    expect([await isRevoked(kept), await isRevoked(taken)]).toEqual([false, true]);
    expect(heard).toEqual([eve]);
    expect(await reviews.show(campaign.id)).toMatchObject({ decided: 2, revoked: 1 });
    expect(await entries('grant.take')).toMatchObject([{ actor: { id: bob }, object: { id: taken } }]);
    const decided = await entries('review.decide');
    const found = new Set(
      decided.map(({ object, decision, data }) => `${object?.id} ${decision} ${String(data?.['found'])}`),
    );
    expect(found).toEqual(new Set([`${one.id} allow kept`, `${two.id} deny taken`]));
    expect(JSON.stringify(decided)).not.toContain('changed teams');
    expect((await reviews.items(campaign.id, { limit: 9, open: true })).items).toHaveLength(1);
    expect((await reviews.items(campaign.id, { limit: 9, open: false })).items).toHaveLength(2);
  });

  test('nobody decides about himself or a service of his own, and only reviewers decide', async () => {
    const own = await giveGrant(bob, 'member');
    const serviceGrant = await giveGrant(await serviceOf(bob), 'service', { kind: 'service' });
    const other = await giveGrant(eve, 'member');
    const campaign = await start();
    for (const grantId of [own, serviceGrant]) {
      const { id } = await itemOf(campaign.id, grantId);
      await expect(reviews.decide(callerOf('person', bob), campaign.id, revoke(id))).rejects.toMatchObject({
        code: 'own-access',
        httpStatus: 403,
      });
      expect(await isRevoked(grantId)).toBe(false);
    }
    const { principal } = await itemOf(campaign.id, serviceGrant);
    const { accounts } = openServiceAccess({
      store: testStore.store,
      bus: testBus(),
      clock,
      counters: testCounters(clock),
      authorizer: testAuthorizer(() => true),
      grantsOf: async () => new Map(),
      elapsedMs: () => 0,
      onFault: (error) => {
        throw error;
      },
    });
    await accounts.change(callerOf('person', bob), principal.id, { ownerId: eve });
    const handedOver = certify((await itemOf(campaign.id, serviceGrant)).id);
    await expect(reviews.decide(callerOf('person', bob), campaign.id, handedOver)).rejects.toMatchObject({
      code: 'own-access',
    });
    const { id } = await itemOf(campaign.id, other);
    await expect(reviews.decide(callerOf('person', eve), campaign.id, revoke(id))).rejects.toMatchObject({
      code: 'reviewer-required',
    });
    await expect(reviews.decide(callerOf('service', 'svc_x'), campaign.id, revoke(id))).rejects.toMatchObject({
      code: 'reviewer-required',
    });
    await expect(reviews.decide(callerOf('person', bob), newId('campaign'), revoke(id))).rejects.toMatchObject({
      code: 'campaign-unknown',
    });
    await expect(reviews.decide(callerOf('person', bob), campaign.id, revoke(newId('item')))).rejects.toMatchObject({
      code: 'item-unknown',
    });
    await expect(
      reviews.decide(callerOf('person', bob), campaign.id, [...revoke(id), ...certify(id)]),
    ).rejects.toMatchObject({ code: 'item-repeated' });
    expect(await reviews.show(campaign.id)).toMatchObject({ decided: 0 });
    expect(await entries('review.decide')).toHaveLength(0);
  });

  test('of two who decide an item at once one is told; nothing of his request is kept', async () => {
    const [first, second] = [await giveGrant(eve, 'member'), await giveGrant(eve, 'engineer')];
    const campaign = await start();
    const [one, two] = [await itemOf(campaign.id, first), await itemOf(campaign.id, second)];
    const both = await Promise.allSettled([
      reviews.decide(callerOf('person', ada), campaign.id, certify(one.id)),
      reviews.decide(callerOf('person', bob), campaign.id, [...revoke(one.id), ...revoke(two.id)]),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const loser = both.find((one) => one.status === 'rejected');
    expect(loser?.reason).toMatchObject({ code: 'item-decided', httpStatus: 409 });
    const { decided, revoked } = await reviews.show(campaign.id);
    const taken = [await isRevoked(first), await isRevoked(second)].filter(Boolean).length;
    expect([decided, revoked, taken]).toEqual(both[0]?.status === 'fulfilled' ? [1, 0, 0] : [2, 2, 2]);
  });

  test.runIf(column === 'postgres')(
    'two processes decide and close at once: every decision is before the record or refused',
    async () => {
      const grants = await Promise.all(Array.from({ length: 12 }, () => giveGrant(eve, 'member')));
      const campaign = await start({ filter: { roles: ['member'] } });
      const items = (await reviews.items(campaign.id, { limit: 50 })).items.map(({ id }) => id);
      const other = await testStore.place.open({ clock, enqueue: async () => newId('job') });
      const elsewhere = new Reviews({ ...parts, store: other });
      try {
        const attempts = await Promise.allSettled([
          ...items.flatMap((id) => [
            reviews.decide(callerOf('person', ada), campaign.id, revoke(id)),
            elsewhere.decide(callerOf('person', bob), campaign.id, certify(id)),
          ]),
          elsewhere.close(callerOf('person', ada), campaign.id),
        ]);
        const refused = attempts.flatMap((one) => (one.status === 'rejected' ? [String(one.reason?.code)] : []));
        const known = new Set(['item-decided', 'campaign-closed', 'grant-ended']);
        expect(refused.filter((code) => !known.has(code))).toEqual([]);
        const { decided, revoked } = await reviews.show(campaign.id);
        const rows = await testStore.store.read
          .selectFrom('review_items')
          .selectAll()
          .where('campaign_id', '=', campaign.id)
          .execute();
        expect(decided).toBe(rows.filter(({ decision }) => decision !== null).length);
        expect(decided).toBe(attempts.length - 1 - refused.length);
        expect(await entries('review.decide')).toHaveLength(decided);
        expect((await Promise.all(grants.map(isRevoked))).filter(Boolean)).toHaveLength(revoked);
        const record = await reviews.report(campaign.id, 'json');
        const digest = `sha256:${createHash('sha256').update(record).digest('hex')}`;
        expect(await entries('review.close')).toMatchObject([
          { object: { digest }, data: { undecided: 12 - decided } },
        ]);
      } finally {
        await other.close();
      }
    },
  );

  test('a grant that was taken away meanwhile is gone: to revoke it is recorded so, to certify it is refused', async () => {
    const [first, second] = [
      await giveGrant(eve, 'member'),
      await giveGrant(eve, 'engineer', { expiresAt: clock.now + DAY_MS }),
    ];
    const campaign = await start();
    const view = { policies, address: '192.0.2.1', atMs: clock.now };
    await testStore.store.change((change) => takeGrant(change, null, { grantId: first, reason: '', view }));
    clock.now += 2 * DAY_MS;
    const [one, two] = [await itemOf(campaign.id, first), await itemOf(campaign.id, second)];
    for (const { id } of [one, two]) {
      await expect(reviews.decide(callerOf('person', bob), campaign.id, certify(id))).rejects.toMatchObject({
        code: 'grant-ended',
      });
    }
    await reviews.decide(callerOf('person', bob), campaign.id, [...revoke(one.id), ...revoke(two.id)]);
    const found = (await entries('review.decide')).map(({ object, data }) => [object?.id, data?.['found']]);
    expect(new Map(found as [string, string][])).toEqual(
      new Map([
        [one.id, 'gone'],
        [two.id, 'taken'],
      ]),
    );
  });

  test('the last administrator is not taken away, and the decisions beside it are not kept either', async () => {
    const other = await giveGrant(eve, 'member');
    const campaign = await start();
    const last = (await reviews.items(campaign.id, { limit: 9 })).items.find(({ role }) => role === 'administrator');
    const { id } = await itemOf(campaign.id, other);
    await expect(
      reviews.decide(callerOf('person', bob), campaign.id, [...revoke(id), ...revoke(last?.id ?? '')]),
    ).rejects.toMatchObject({
      code: 'grant-last-administrator',
    });
    expect(await isRevoked(other)).toBe(false);
    expect(await reviews.show(campaign.id)).toMatchObject({ decided: 0, revoked: 0 });
  });

  test('a closed campaign takes no decision; the ledger holds the digest of its record', async () => {
    const grantId = await giveGrant(eve, 'member');
    const campaign = await start();
    const { id } = await itemOf(campaign.id, grantId);
    await reviews.decide(callerOf('person', bob), campaign.id, certify(id, 'needs it'));
    const [closing, deciding] = await Promise.allSettled([
      reviews.close(callerOf('person', ada), campaign.id),
      reviews.close(callerOf('person', bob), campaign.id),
    ]);
    expect([closing.status, deciding.status].sort()).toEqual(['fulfilled', 'rejected']);
    const rest = (await reviews.items(campaign.id, { limit: 9, open: true })).items[0];
    await expect(reviews.decide(callerOf('person', bob), campaign.id, certify(rest?.id ?? ''))).rejects.toMatchObject({
      code: 'campaign-closed',
    });
    expect(await reviews.show(campaign.id)).toMatchObject({ state: 'closed', decided: 1 });
    const record = await reviews.report(campaign.id, 'json');
    const digest = `sha256:${createHash('sha256').update(record).digest('hex')}`;
    expect(await entries('review.close')).toMatchObject([{ object: { digest }, data: { certified: 1, undecided: 1 } }]);
    // Erasing somebody changes what is shown, never what was closed.
    await testStore.store.change(async ({ sql }) => {
      await sql.deleteFrom('people_data').where('person_id', 'in', [bob, eve]).execute();
      await sql.updateTable('people').set({ state: 'erased' }).where('id', 'in', [bob, eve]).execute();
    });
    expect(await reviews.report(campaign.id, 'json')).toBe(record);
    // By id: those made in the same millisecond are in no order.
    const shown = [
      { id: ada, name: 'Ada' },
      { id: bob, name: bob },
    ].toSorted((a, b) => (a.id < b.id ? -1 : 1));
    expect((await reviews.show(campaign.id)).reviewers.map(({ name }) => name)).toEqual(shown.map(({ name }) => name));
    expect(await reviews.report(campaign.id, 'html')).toContain(
      `<dt>Reviewers</dt><dd>${shown.map(({ id, name }) => `${name} (${id})`).join(', ')}</dd>`,
    );
  });

  test('whoever decides while a campaign is closed is in its record, or told that it is closed', async () => {
    const grants = [];
    for (let at = 0; at < 20; at++) grants.push(await giveGrant(eve, 'member'));
    const campaign = await start();
    const { items } = await reviews.items(campaign.id, { limit: 50 });
    const mine = items.filter(({ principal }) => principal.id === eve);
    const deciding = mine.map(({ id }) => reviews.decide(callerOf('person', bob), campaign.id, certify(id)));
    const [closing] = await Promise.allSettled([reviews.close(callerOf('person', ada), campaign.id), ...deciding]);
    if (closing.status === 'rejected') expect(closing.reason).toMatchObject({ code: 'campaign-busy' });
    const [closed] = await Promise.allSettled([reviews.close(callerOf('person', ada), campaign.id)]);
    expect([closing.status, closed.status]).toContain('fulfilled');
    const record = await reviews.report(campaign.id, 'json');
    const digest = `sha256:${createHash('sha256').update(record).digest('hex')}`;
    const parsed = JSON.parse(record) as { items: { decision: string | null }[] };
    const certified = parsed.items.filter(({ decision }) => decision === 'certify').length;
    expect(await entries('review.close')).toMatchObject([{ object: { digest }, data: { certified } }]);
    expect(await reviews.show(campaign.id)).toMatchObject({ state: 'closed', decided: certified });
  });

  test('closing the largest campaign lets others write meanwhile', async () => {
    const campaign = await start();
    const [one] = await testStore.store.read.selectFrom('review_items').selectAll().limit(1).execute();
    await testStore.store.change(async ({ sql }) => {
      const rows = Array.from({ length: 9_999 }, () => ({ ...one, id: newId('item') })) as (typeof one & object)[];
      for (const some of chunks(rows)) await sql.insertInto('review_items').values(some).execute();
    });
    const closing = reviews.close(callerOf('person', bob), campaign.id);
    let longestMs = 0;
    let isClosed = false;
    void closing.finally(() => {
      isClosed = true;
    });
    while (!isClosed) {
      const startedAt = performance.now();
      await testStore.store.change(async () => undefined);
      longestMs = Math.max(longestMs, performance.now() - startedAt);
    }
    const startedAt = performance.now();
    await reviews.report(campaign.id, 'json');
    expect(longestMs, 'a write that waits').toBeLessThan((performance.now() - startedAt) / 2 + 100);
  });

  test('reminders come before it is due, then it is escalated, then daily; each once, none when all is decided', async () => {
    const grantId = await giveGrant(eve, 'member');
    const campaign = await start({ filter: { roles: ['member'] }, escalateTo: eve, remindDaysBefore: [30, 7, 1, 7] });
    expect(jobs.map(({ data, runAt }) => [data['step'], ((runAt ?? 0) - clock.now) / DAY_MS])).toEqual([
      ['due-7', 7],
      ['due-1', 13],
      ['due', 14],
    ]);
    expect(await reviews.noticesFor(bob)).toMatchObject([
      { kind: 'review-requested', open: 1, campaignId: campaign.id },
    ]);
    for (let i = 0; i < 3; i++) await runStep(parts, campaign.id, 'due-7');
    expect(await entries('review.remind')).toHaveLength(1);
    expect(await reviews.noticesFor(bob)).toMatchObject([{ kind: 'review-due' }]);
    clock.now += 14 * DAY_MS;
    await runStep(parts, campaign.id, 'due');
    expect(await entries('review.escalate')).toMatchObject([{ actor: { kind: 'system' }, data: { to: eve, open: 1 } }]);
    expect(await reviews.noticesFor(eve)).toMatchObject([{ kind: 'review-escalated' }]);
    expect(await reviews.noticesFor(bob)).toMatchObject([{ kind: 'review-overdue' }]);
    expect(await reviews.show(campaign.id)).toMatchObject({ state: 'overdue', reviewers: [{}, {}, { name: 'Eve' }] });
    expect(jobs.at(-1)).toMatchObject({
      kind: 'reviews.remind',
      data: { step: 'overdue-1' },
      runAt: clock.now + DAY_MS,
    });
    const { id } = await itemOf(campaign.id, grantId);
    await expect(reviews.decide(callerOf('person', eve), campaign.id, certify(id))).rejects.toMatchObject({
      code: 'own-access',
    });
    await reviews.decide(callerOf('person', bob), campaign.id, certify(id));
    expect(await reviews.noticesFor(bob)).toEqual([]);
    await runStep(parts, campaign.id, 'overdue-1');
    expect(await entries('review.remind')).toHaveLength(2);
    expect(jobs).toHaveLength(4);
  });

  test('a closed campaign reminds nobody', async () => {
    const campaign = await start();
    await reviews.close(callerOf('person', ada), campaign.id);
    await runStep(parts, campaign.id, 'due');
    expect(await entries('review.remind')).toHaveLength(0);
    expect(await reviews.noticesFor(bob)).toEqual([]);
  });

  test('the report names who decided what and when, what was not decided, and where the ledger says so', async () => {
    const hostile = await addPerson(testStore.store, { name: '=HYPERLINK("http://evil")<script>' });
    const given = await giveGrant(hostile, 'member', { givenBy: bob });
    await giveGrant(eve, 'engineer');
    const campaign = await start({ filter: { roles: ['member', 'engineer'] } });
    const { id } = await itemOf(campaign.id, given);
    await reviews.decide(callerOf('person', bob), campaign.id, revoke(id, '@SUM(1+1)'));
    await reviews.close(callerOf('person', ada), campaign.id);
    const csv = await reviews.report(campaign.id, 'csv');
    const lines = csv.split('\r\n');
    expect(lines).toHaveLength(4);
    const row = lines.find((line) => line.includes(id)) ?? '';
    const index = (await entriesOf(testStore.store)).findIndex(({ activity }) => activity === 'review.decide');
    expect(row).toContain(`"'=HYPERLINK(""http://evil"")<script>"`);
    expect(row).toContain(`"'@SUM(1+1)"`);
    expect(
      row.endsWith(
        `"revoke","taken","${bob}","Bob","${new Date(clock.now).toISOString()}","yes","'@SUM(1+1)",${index}`,
      ),
    ).toBe(true);
    expect(csv).toContain('"undecided"');
    const html = await reviews.report(campaign.id, 'html');
    expect(html).not.toContain('<script');
    expect(html).toContain('=HYPERLINK(&quot;http://evil&quot;)&lt;script&gt;');
    expect(html).toContain('What was not decided');
    expect(html).toContain('who had given it');
    expect(html).toContain(`<td class="number" data-label="Ledger">${index}</td>`);
    expect(html).toMatch(/review\.close names it: <code>sha256sum report\.json/);
  });

  test('campaigns are listed newest first, by state and by page', async () => {
    const old = await start({ name: 'old', dueAt: new Date(clock.now + 2 * DAY_MS).toISOString() });
    clock.now += 3 * DAY_MS;
    const open = await start({ name: 'open' });
    const named = async (state?: 'open' | 'overdue' | 'closed') =>
      (await reviews.list({ limit: 9, state })).items.map(({ name }) => name);
    expect(await named()).toEqual(['open', 'old']);
    expect(await named('overdue')).toEqual(['old']);
    expect(await named('open')).toEqual(['open']);
    await reviews.close(callerOf('person', ada), old.id);
    expect(await named('closed')).toEqual(['old']);
    expect(await named('overdue')).toEqual([]);
    expect(await reviews.list({ limit: 1 })).toMatchObject({ items: [{ id: open.id }], next: open.id });
  });
});
