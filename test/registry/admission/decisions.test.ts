import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { PrincipalRef } from '../../../src/contract/types/common.ts';
import type { AdmissionDecision, VersionState } from '../../../src/contract/types/registry.ts';
import { activePolicy } from '../../../src/registry/admission/active-policy.ts';
import { decideWaiting } from '../../../src/registry/admission/decide-again.ts';
import { decideVersion } from '../../../src/registry/admission/decide-version.ts';
import { tryAdmissionPolicy } from '../../../src/registry/admission/dry-run.ts';
import type { AdmissionFacts } from '../../../src/registry/admission/facts.ts';
import { listPolicies, putPolicy, showActivePolicy } from '../../../src/registry/admission/policy-versions.ts';
import { writeFacts } from '../../../src/registry/admission/read-facts.ts';
import { type ApprovalRequest, decideApproval } from '../../../src/registry/approvals/decide-approval.ts';
import { approvalsOf, listDecided, listWaiting } from '../../../src/registry/approvals/list-approvals.ts';
import { makeModel } from '../../../src/registry/models/make-model.ts';
import { wantExamination } from '../../../src/registry/pipeline/again/want-examination.ts';
import type { Registry } from '../../../src/registry/registry.ts';
import { declareVersion } from '../../../src/registry/versions/declare-version.ts';
import { moveVersion } from '../../../src/registry/versions/move-version.ts';
import { endWaiver } from '../../../src/registry/waivers/end-waiver.ts';
import { listWaivers } from '../../../src/registry/waivers/list-waivers.ts';
import { watchWaivers } from '../../../src/registry/waivers/watch-waivers.ts';
import type { JobRequest } from '../../../src/store/jobs/job.ts';
import { addService, testClock } from '../../access/fixture.ts';
import { describeEachStore, type TestStore } from '../../build/store.ts';
import { openTestRegistry, type TestRegistry } from '../fixture.ts';
import { cleanFacts, pickleFacts } from './facts.ts';

const DAY_MS = 86_400_000;
const suspicious = cleanFacts({ verdict: 'suspicious' });
const malicious = cleanFacts({ verdict: 'malicious' });
const signal = new AbortController().signal;
const allowing = 'rules: [{ id: all, effect: allow, when: { always: true, verdictAtMost: suspicious } }]';
const denying = 'rules: [{ id: none, effect: deny, when: { always: true } }]';

describeEachStore('decisions about versions', ({ makeStore }) => {
  let at: TestStore;
  let test: TestRegistry;
  let registry: Registry;
  let approver: PrincipalRef;
  let jobs: JobRequest[];
  let clock: ReturnType<typeof testClock>;

  beforeEach(async () => {
    jobs = [];
    clock = testClock();
    at = await makeStore({
      enqueue: async (_, request) => {
        jobs.push(request);
        return `job_${String(jobs.length).padStart(26, '0')}`;
      },
    });
    test = await openTestRegistry({ store: at.store, clock });
    registry = test.registry;
    approver = await test.person('Approver');
  });
  afterEach(async () => {
    await test.end();
    await at.end();
  });

  let models = 0;
  async function model(): Promise<string> {
    models += 1;
    const facts = { name: `m${models}`, projectId: test.projectId, description: '', tags: [], licence: null };
    const { value } = await at.store.change((change) => makeModel(change, { ...facts, by: test.owner, atMs: clock() }));
    return value;
  }

  /** A version that is where it is, with what was found and decided about it. */
  async function version(
    facts: AdmissionFacts,
    { state = 'review', by = test.owner }: { readonly state?: VersionState; readonly by?: PrincipalRef } = {},
  ): Promise<string> {
    const modelId = await model();
    const source = { kind: 'upload' } as const;
    const { value: id } = await at.store.change((change) =>
      declareVersion(change, registry, {
        modelId,
        files: [{ path: 'model.safetensors', bytes: 3 }],
        message: '',
        source,
        by,
        atMs: clock(),
      }),
    );
    await set(id, { state, facts: writeFacts(facts) });
    await show(id);
    return id;
  }

  /** With what stands against it now. */
  async function show(id: string): Promise<void> {
    const decided = await decideVersion(at.store.read, await row(id), clock());
    await set(id, { decision: JSON.stringify(decided?.decision) });
  }

  async function set(id: string, values: object): Promise<void> {
    await at.store.change(({ sql }) => sql.updateTable('registry_versions').set(values).where('id', '=', id).execute());
  }

  const row = (id: string) =>
    at.store.read.selectFrom('registry_versions').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const stateOf = async (id: string): Promise<string> => (await row(id)).state;
  const decisionOf = async (id: string) => JSON.parse((await row(id)).decision ?? 'null') as AdmissionDecision;
  const notices = () => at.store.read.selectFrom('registry_notices').selectAll().orderBy('id').execute();
  const waivers = (isActive?: boolean) => listWaivers(at.store.read, { limit: 10, isActive }, clock());

  const approve = (versionId: string, over: Partial<ApprovalRequest> = {}) =>
    decideApproval(registry, { versionId, decision: 'approve', reason: 'looked at it', by: approver, ...over });
  const waiverOf = (days: number, ...rules: string[]) => ({
    rules,
    expiresAtMs: clock() + days * DAY_MS,
    ownerId: undefined,
  });
  const put = (body: string, basedOn: number) =>
    putPolicy(registry, { body, comment: 'better', basedOn, by: approver });

  async function activities(): Promise<string[]> {
    const rows = await at.store.read.selectFrom('ledger_entry').select('activity').orderBy('entry_index').execute();
    return rows.map(({ activity }) => activity);
  }

  /** The newest entry about an object, as it was hashed. */
  async function lastEntry(id: string): Promise<Readonly<Record<string, unknown>>> {
    const { bytes } = await at.store.read
      .selectFrom('ledger_entry')
      .select('bytes')
      .where('object_id', '=', id)
      .orderBy('entry_index', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow();
    return JSON.parse(Buffer.from(bytes ?? []).toString()) as Record<string, unknown>;
  }

  it('the policy that comes with the program is in force until another is put', async () => {
    expect(await showActivePolicy(at.store.read)).toMatchObject({ version: 0, isActive: true, createdBy: null });
    await put(allowing, 0);
    expect(await showActivePolicy(at.store.read)).toMatchObject({
      version: 1,
      comment: 'better',
      createdBy: { name: 'Approver' },
    });
    expect((await activePolicy(at.store.read)).policy.rules[0]?.id).toBe('all');
    const all = await listPolicies(at.store.read, { limit: 1 });
    expect(all).toMatchObject({ items: [{ version: 1, isActive: true }], next: '1' });
    const rest = await listPolicies(at.store.read, { limit: 1, cursor: '1' });
    expect(rest).toMatchObject({ items: [{ version: 0, isActive: false }], next: null });
    expect(jobs).toMatchObject([{ kind: 'registry.decide-again' }]);
  });

  it('nobody approves what he was not shown', async () => {
    const id = await version(suspicious);
    const further = 'rules: [{ id: exported, effect: review, when: { tags: [exported] } }]';
    await put(further, 0);
    await show(id);
    const { model_id: modelId } = await row(id);
    await at.store.change(({ sql }) =>
      sql.updateTable('registry_models').set({ tags: '["exported"]' }).where('id', '=', modelId).execute(),
    );
    const published = vi.spyOn(registry.bus, 'publish');
    await expect(approve(id)).rejects.toMatchObject({ code: 'not-as-shown' });
    expect(published.mock.calls).toEqual([['models', modelId]]);
    expect(await stateOf(id)).toBe('review');
    expect((await decisionOf(id)).reasons.map(({ rule }) => rule)).toContain('exported');
    await approve(id);
    expect(await stateOf(id)).toBe('releasing');
  });

  it('a policy that is based on another than the one in force is refused, and one that is not well made', async () => {
    await put(allowing, 0);
    await expect(put(denying, 0)).rejects.toMatchObject({ code: 'policy-outdated' });
    await expect(put('rules: 1', 1)).rejects.toMatchObject({ code: 'policy-invalid' });
    const both = await Promise.allSettled([put(denying, 1), put(denying, 1)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('a new policy decides about what waits, but brings nothing back', async () => {
    const waits = await version(suspicious);
    const denied = await version(suspicious);
    await at.store.change((change) =>
      moveVersion(change, registry.bus, { versionId: denied, to: 'denied', by: null, atMs: clock() }),
    );
    await set(denied, { state: 'review' });
    const refused = await version(suspicious);
    await approve(refused, { decision: 'refuse' });
    await set(refused, { state: 'review' });
    const released = await version(suspicious, { state: 'released' });
    await put(allowing, 0);
    await decideWaiting(registry, signal);
    expect(await Promise.all([waits, denied, refused, released].map(stateOf))).toEqual([
      'releasing',
      'review',
      'review',
      'released',
    ]);
    const later = await version(malicious);
    expect((await decisionOf(later)).outcome).toBe('review');
    await put(denying, 1);
    await decideWaiting(registry, signal);
    expect(await stateOf(later)).toBe('denied');
    expect(await lastEntry(later)).toMatchObject({
      decision: 'deny',
      policy: { id: 'admission', version: 2 },
      reasons: [expect.stringMatching(/^none: /)],
    });
    expect(await notices()).toContainEqual(
      expect.objectContaining({ version_id: later, kind: 'denied', principal_id: test.owner.id }),
    );
    expect(await stateOf(denied)).toBe('review');
    expect((await decisionOf(denied)).outcome).toBe('deny');
    await decideWaiting(registry, signal);
  });

  it('what was denied comes to a person, however often it is examined again', async () => {
    const id = await version(cleanFacts());
    await approve(id, { decision: 'refuse' });
    const again = async (): Promise<void> => {
      const wish = { versionId: id, by: test.owner, atMs: clock() };
      await at.store.change((change) => wantExamination(change, registry, wish));
    };
    for (const state of ['denied', 'review', 'failed'] as const) {
      await set(id, { state });
      await again();
      expect(jobs.at(-1)).toMatchObject({ kind: 'registry.examine', data: { versionId: id, wantsReview: true } });
    }
    const fresh = await version(cleanFacts(), { state: 'failed' });
    await at.store.change((change) =>
      wantExamination(change, registry, { versionId: fresh, by: test.owner, atMs: clock() }),
    );
    expect(jobs.at(-1)).toMatchObject({ data: { versionId: fresh, wantsReview: false } });
  });

  it('a dry run counts and lists what would change, released versions first, and changes nothing', async () => {
    await version(suspicious);
    const released = await version(cleanFacts(), { state: 'released' });
    await version(malicious, { state: 'denied' });
    await version(cleanFacts(), { state: 'examining' });
    const run = (body: string) => tryAdmissionPolicy(at.store.read, { body, nowMs: clock() });
    const denied = await run(denying);
    expect(denied).toMatchObject({
      versions: 3,
      changes: [{ version: { id: released }, from: { outcome: 'allow' }, to: { outcome: 'deny' } }, {}],
      isCut: false,
    });
    expect(denied.counts.map((one) => Object.values(one))).toEqual([
      ['allow', 1, 0],
      ['review', 1, 0],
      ['deny', 1, 3],
    ]);
    expect(await run('rules: 1')).toMatchObject({ versions: 0, problems: [{ line: 1, column: 8 }] });
    expect(await stateOf(released)).toBe('released');
    expect((await activePolicy(at.store.read)).version).toBe(0);
  });

  it('facts are asked with what the model is now', async () => {
    const id = await version(cleanFacts(), { state: 'released' });
    await put('rules: [{ id: secret, effect: deny, when: { not: { tags: [vetted] } } }]', 0);
    expect((await decideVersion(at.store.read, await row(id), clock()))?.decision.outcome).toBe('deny');
    const { model_id: modelId } = await row(id);
    await at.store.change(({ sql }) =>
      sql.updateTable('registry_models').set({ tags: '["vetted"]' }).where('id', '=', modelId).execute(),
    );
    expect((await decideVersion(at.store.read, await row(id), clock()))?.decision.outcome).toBe('review');
  });

  it('somebody else approves, and the version is released next', async () => {
    const id = await version(suspicious);
    await approve(id);
    expect(await stateOf(id)).toBe('releasing');
    expect(jobs.at(-1)).toMatchObject({ kind: 'registry.release', data: { versionId: id } });
    expect(await approvalsOf(registry, id)).toMatchObject([
      { decision: 'approve', by: { name: 'Approver' }, reason: 'looked at it' },
    ]);
    expect((await activities()).slice(-2)).toEqual(['model.approve', 'model.releasing']);
  });

  it('a refusal denies, and tells whoever sent it', async () => {
    const id = await version(suspicious);
    await approve(id, { decision: 'refuse', reason: 'not for us' });
    expect(await stateOf(id)).toBe('denied');
    expect(await notices()).toMatchObject([{ kind: 'denied', principal_id: test.owner.id, text: 'not for us' }]);
  });

  it('nobody decides about his own upload, nor about that of a service of his', async () => {
    const own = await version(suspicious, { by: approver });
    await expect(approve(own)).rejects.toMatchObject({ code: 'own-upload' });
    const serviceId = await addService(at.store, { ownerId: approver.id });
    const pushed = await version(suspicious, { by: { kind: 'service', id: serviceId } });
    await expect(approve(pushed)).rejects.toMatchObject({ code: 'own-upload' });
    await expect(approve(pushed, { by: { kind: 'service', id: serviceId } })).rejects.toMatchObject({
      code: 'people-only',
    });
    expect(await Promise.all([own, pushed].map(stateOf))).toEqual(['review', 'review']);
  });

  it('what the policy denies cannot be approved, nor what was never examined', async () => {
    const id = await version(malicious);
    await expect(approve(id)).rejects.toMatchObject({ code: 'policy-denies' });
    await expect(approve(id, { waiver: waiverOf(10, 'malicious') })).rejects.toMatchObject({ code: 'waiver-wrong' });
    await set(id, { facts: null });
    await expect(approve(id)).rejects.toMatchObject({ code: 'policy-denies' });
    expect(await stateOf(id)).toBe('review');
  });

  it('of two approvers at the same time, one decides', async () => {
    const id = await version(suspicious);
    const other = await test.person('Other');
    const both = await Promise.allSettled([approve(id), approve(id, { by: other, decision: 'refuse' })]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(both.find((one) => one.status === 'rejected')).toMatchObject({ reason: { code: 'not-waiting' } });
    expect(await approvalsOf(registry, id)).toHaveLength(1);
  });

  it('the queue shows what waits longest first, to whoever may decide', async () => {
    const first = await version(suspicious);
    clock.now += 1;
    const second = await version(suspicious);
    await version(cleanFacts(), { state: 'released' });
    const page = await listWaiting(registry, { limit: 1, mayAct: () => true });
    expect(page).toMatchObject({ items: [{ version: { id: first }, decision: null }], next: first });
    const rest = await listWaiting(registry, { limit: 1, cursor: first, mayAct: () => true });
    expect(rest).toMatchObject({ items: [{ version: { id: second } }], next: null });
    expect(await listWaiting(registry, { limit: 1, mayAct: () => false })).toEqual({ items: [], next: null });
    await approve(second);
    const decided = await listDecided(registry, { limit: 5, mayAct: () => true });
    expect(decided).toMatchObject({
      items: [{ version: { id: second }, decision: 'approve', by: { name: 'Approver' } }],
      next: null,
    });
  });

  const waived = `rules:
  - { id: large, effect: review, waiver: required, when: { files: { moreThan: 1 } } }
  - { id: licence, effect: deny, waiver: allowed, when: { licences: { any: [Apache-2.0] } } }
  - { id: clean, effect: allow, when: { always: true } }`;

  it('rules that are marked so are approved only for a time', async () => {
    await put(waived, 0);
    const id = await version(cleanFacts());
    await expect(approve(id)).rejects.toMatchObject({ code: 'waiver-needed' });
    await expect(approve(id, { waiver: waiverOf(10, 'large') })).rejects.toMatchObject({ code: 'waiver-needed' });
    const wrong = { code: 'waiver-wrong' };
    await expect(approve(id, { waiver: waiverOf(10, 'large', 'clean') })).rejects.toMatchObject(wrong);
    await expect(approve(id, { waiver: waiverOf(-1, 'large', 'licence') })).rejects.toMatchObject(wrong);
    await expect(approve(id, { waiver: waiverOf(400, 'large', 'licence') })).rejects.toMatchObject(wrong);
    const stranger = { ...waiverOf(10, 'large', 'licence'), ownerId: 'per_00000000000000000000000000' };
    await expect(approve(id, { waiver: stranger })).rejects.toMatchObject({ code: 'owner-unknown' });
    expect((await waivers()).items).toEqual([]);
    await approve(id, { waiver: waiverOf(10, 'large', 'licence') });
    expect(await stateOf(id)).toBe('releasing');
    const { items } = await waivers(true);
    expect(items).toMatchObject([{ versionId: id, rules: ['large', 'licence'], owner: { name: 'Approver' } }]);
    const { outcome, reasons } = await decisionOf(id);
    expect(outcome).toBe('allow');
    expect(reasons.map(({ waiverId }) => waiverId)).toEqual([items[0]?.id, items[0]?.id, null]);
    expect(jobs.find(({ kind }) => kind === 'registry.waivers')?.runAt).toBe(clock() + 10 * DAY_MS);
  });

  it('what must be converted is given out as it is only as long as a waiver holds', async () => {
    const id = await version(pickleFacts({ verdict: 'suspicious' }));
    await approve(id, { waiver: waiverOf(10, 'pickles', 'not-clean') });
    expect(await decisionOf(id)).toMatchObject({ outcome: 'review', convert: false });
    await set(id, { state: 'released', release_facts: (await row(id)).facts });
    clock.now += 11 * DAY_MS;
    await watchWaivers(registry, signal);
    expect(await row(id)).toMatchObject({ recall_reason: 'the waiver of not-clean, pickles ended' });
  });

  it('whoever approves decides about what is given out too', async () => {
    const id = await version(cleanFacts());
    await set(id, { release_facts: writeFacts(malicious) });
    await expect(approve(id)).rejects.toMatchObject({ code: 'policy-denies' });
    await set(id, { release_facts: writeFacts(suspicious) });
    await show(id);
    await approve(id);
    expect((await decisionOf(id)).reasons.map(({ rule }) => rule)).toContain('not-clean');
  });

  async function releasedWithWaiver(days: number): Promise<string> {
    await put(waived, 0);
    const id = await version(cleanFacts());
    await approve(id, { waiver: waiverOf(days, 'large', 'licence') });
    await set(id, { state: 'released' });
    return id;
  }

  it('the ledger has the reasons that are in force, not those that a waiver takes the force from', async () => {
    await put(waived, 0);
    const id = await version(cleanFacts());
    await approve(id, { waiver: waiverOf(10, 'large', 'licence') });
    const { bytes } = await at.store.read
      .selectFrom('ledger_entry')
      .select('bytes')
      .where('activity', '=', 'model.approve')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(Buffer.from(bytes ?? []).toString())).toMatchObject({
      decision: 'allow',
      reasons: [expect.stringMatching(/^clean: /)],
    });
  });

  it('a waiver of more rules than an entry has room for ends too', async () => {
    const ids = Array.from({ length: 50 }, (_, n) => `rule-${String(n).padStart(58, '0')}`);
    const rules = ids.map((one) => `- { id: ${one}, effect: deny, waiver: allowed, when: { always: true } }`);
    await put(
      `rules:\n${rules.join('\n')}\n- { id: clean, effect: allow, when: { always: true, verdictAtMost: clean } }`,
      0,
    );
    const id = await version(cleanFacts());
    await approve(id, { waiver: waiverOf(10, ...ids) });
    expect(await stateOf(id)).toBe('releasing');
    clock.now += 11 * DAY_MS;
    await watchWaivers(registry, signal);
    expect(await stateOf(id)).toBe('denied');
    expect(await activities()).toContain('waiver.expire');
  });

  it('the owner of a waiver hears of its end before, once', async () => {
    await releasedWithWaiver(30);
    await watchWaivers(registry, signal);
    expect(await notices()).toEqual([]);
    clock.now += 24 * DAY_MS;
    await watchWaivers(registry, signal);
    await watchWaivers(registry, signal);
    expect(await notices()).toMatchObject([{ kind: 'waiver-ends', principal_id: approver.id }]);
  });

  it('at its end what rests on it goes out of service, also when the server slept through it', async () => {
    const id = await releasedWithWaiver(10);
    clock.now += 300 * DAY_MS;
    await watchWaivers(registry, signal);
    expect(await row(id)).toMatchObject({
      state: 'recalled',
      recalled_by_id: null,
      recall_reason: 'the waiver of licence, large ended',
    });
    expect((await decisionOf(id)).outcome).toBe('deny');
    expect((await waivers(true)).items).toEqual([]);
    expect((await waivers(false)).items).toHaveLength(1);
    const told = (await notices()).map(({ kind, principal_id: to }) => `${kind} ${to === approver.id}`);
    expect(told).toContain('waiver-ends true');
    expect(await activities()).toContain('waiver.expire');
    await watchWaivers(registry, signal);
  });

  it('what no longer rests on a waiver stays', async () => {
    const id = await releasedWithWaiver(10);
    await put(allowing, 1);
    clock.now += 11 * DAY_MS;
    await watchWaivers(registry, signal);
    expect(await stateOf(id)).toBe('released');
  });

  it('what was approved does not take in rules that came since, when a waiver ends that it does not need', async () => {
    const id = await releasedWithWaiver(10);
    await put('rules: [{ id: added, effect: review, when: { always: true } }]', 1);
    await set(id, { state: 'releasing' });
    const before = await decisionOf(id);
    clock.now += 11 * DAY_MS;
    await watchWaivers(registry, signal);
    expect((await waivers(true)).items).toEqual([]);
    expect(await stateOf(id)).toBe('releasing');
    expect(await decisionOf(id)).toEqual(before);
  });

  it('a dry run tells of what was converted as it would be decided about: by the worse of both sides', async () => {
    const id = await version(cleanFacts({}), { state: 'released' });
    await set(id, { release_facts: writeFacts(suspicious) });
    const { changes } = await tryAdmissionPolicy(at.store.read, { body: allowing, nowMs: clock() });
    expect(changes).toMatchObject([{ version: { id }, from: { outcome: 'review' }, to: { outcome: 'allow' } }]);
  });

  it('somebody ends a waiver, and what was about to be released is denied', async () => {
    const id = await releasedWithWaiver(10);
    await set(id, { state: 'releasing' });
    const waiverId = (await waivers()).items[0]?.id ?? '';
    const end = (waiver: string) =>
      at.store.change((change) =>
        endWaiver(change, registry, { waiverId: waiver, by: approver, reason: 'no more', atMs: clock() }),
      );
    await end(waiverId);
    await end(waiverId);
    expect(await stateOf(id)).toBe('denied');
    expect((await activities()).filter((one) => one === 'waiver.end')).toHaveLength(1);
    await expect(end('wvr_00000000000000000000000000')).rejects.toMatchObject({ code: 'waiver-unknown' });
  });
});
