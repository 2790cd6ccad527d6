import { tryAdmissionPolicy } from '../../registry/admission/dry-run.ts';
import { readAdmissionPolicy } from '../../registry/admission/policy.ts';
import { listPolicies, putPolicy, showActivePolicy } from '../../registry/admission/policy-versions.ts';
import { decideApproval } from '../../registry/approvals/decide-approval.ts';
import { approvalsOf, listDecided, listWaiting } from '../../registry/approvals/list-approvals.ts';
import { showVersion } from '../../registry/versions/show-version.ts';
import { endWaiver } from '../../registry/waivers/end-waiver.ts';
import { listWaivers, waiverScope } from '../../registry/waivers/list-waivers.ts';
import { bind } from './bind.ts';
import { signedIn } from './signed-in.ts';
import { versionWithActions } from './with-actions.ts';

/** What decides whether a version may be released: the policy, approvals, waivers. */
export const admissionBindings = [
  bind('admission.active', ({ services: { store } }) => showActivePolicy(store.read)),

  bind('admission.versions', ({ query, services: { store } }) => listPolicies(store.read, query)),

  bind('admission.check', async ({ body }) => ({ problems: readAdmissionPolicy(body.body).problems })),

  bind('admission.dryRun', ({ body, services: { store, clock } }) =>
    tryAdmissionPolicy(store.read, { body: body.body, nowMs: clock() }),
  ),

  bind('admission.put', async ({ body, caller, services: { registry } }) => {
    await putPolicy(registry, { ...body, by: signedIn(caller) });
    return showActivePolicy(registry.store.read);
  }),

  bind('approvals.list', async ({ query, caller, services: { access, registry } }) => {
    const { state, ...page } = query;
    const isWaiting = state === 'waiting';
    // The queue is for whoever may decide, before he proves it with his passkey.
    const { allows } = await (isWaiting
      ? access.decideModels(caller, 'models.approve', { isVerified: true })
      : access.decideModels(caller, 'models.read'));
    return (isWaiting ? listWaiting : listDecided)(registry, { ...page, mayAct: allows });
  }),

  bind('approvals.ofVersion', async ({ params, services: { registry } }) => ({
    items: await approvalsOf(registry, params.versionId),
  })),

  bind('approvals.decide', async ({ params: { versionId }, body, caller, services }) => {
    const { registry } = services;
    const { waiver, ...rest } = body;
    await decideApproval(registry, {
      ...rest,
      versionId,
      by: signedIn(caller),
      ...(waiver === undefined
        ? {}
        : { waiver: { rules: waiver.rules, expiresAtMs: Date.parse(waiver.expiresAt), ownerId: waiver.ownerId } }),
    });
    return versionWithActions({ caller, services }, await showVersion(registry, versionId));
  }),

  bind('waivers.list', ({ query, services: { store, clock } }) => listWaivers(store.read, query, clock())),

  bind(
    'waivers.end',
    async ({ params: { waiverId }, query: { reason = '' }, caller, services: { registry, clock } }) => {
      const ending = { waiverId, reason, by: signedIn(caller), atMs: clock() };
      await registry.store.change((change) => endWaiver(change, registry, ending));
    },
    ({ params, services: { store } }) => waiverScope(store.read, params.waiverId),
  ),
] as const;
