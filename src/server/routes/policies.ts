import type { Caller } from '../../access/caller.ts';
import {
  approvePolicies,
  type PolicyActor,
  proposePolicies,
  refusePolicies,
  withdrawPolicies,
} from '../../access/policies/change-policies.ts';
import { cedarSchema } from '../../access/policies/cedar-schema.ts';
import { impactOf } from '../../access/policies/impact.ts';
import { listVersions, readActiveVersion, readVersion, showVersion } from '../../access/policies/policy-versions.ts';
import { tryPolicies } from '../../access/policies/try-policies.ts';
import { whoCould } from '../../access/policies/who-could.ts';
import { checkAction } from '../authorize.ts';
import { refusalRecorder } from '../record-refusal.ts';
import type { Services } from '../services.ts';
import { bind } from './bind.ts';
import { signedIn } from './signed-in.ts';

function actorOf(caller: Caller): PolicyActor {
  return { principal: signedIn(caller), address: caller.address };
}

/** A cursor that is no number begins at the newest. */
function versionOf(cursor: string | undefined): number | null {
  const version = Number(cursor);
  return Number.isSafeInteger(version) ? version : null;
}

/** What the policies mean for others tells who they are and what they hold: whoever reads policies need not see that. */
async function requireSeeingGrants({ authorizer, store, counters }: Services, caller: Caller): Promise<void> {
  const rules = { authorizer, refused: refusalRecorder(store, counters) };
  await checkAction(rules, { caller, action: 'grants.read', scope: { kind: 'server' } });
}

export const policyBindings = [
  bind('policies.list', ({ query, services }) =>
    listVersions(services.store.read, { limit: query.limit, before: versionOf(query.cursor) }),
  ),

  bind('policies.active', async ({ services: { store } }) =>
    showVersion(store.read, await readActiveVersion(store.read)),
  ),

  bind('policies.show', async ({ params, services: { store } }) =>
    showVersion(store.read, await readVersion(store.read, params.version)),
  ),

  bind('policies.schema', () => Promise.resolve({ schema: cedarSchema })),

  bind('policies.check', ({ body, services }) => services.access.examiner.check(body.text)),

  bind('policies.try', async ({ body: { text, ...sample }, caller, services }) => {
    if (sample.principal.id !== caller.principal?.id) await requireSeeingGrants(services, caller);
    return tryPolicies(services.access, sample, text);
  }),

  bind('policies.whoCould', async ({ body, caller, services }) => {
    await requireSeeingGrants(services, caller);
    return whoCould(services.access, body);
  }),

  bind('policies.impact', async ({ body, caller, services }) => {
    await requireSeeingGrants(services, caller);
    return impactOf(services.access, body.text);
  }),

  bind('policies.propose', async ({ body, caller, services: { access, store } }) =>
    showVersion(store.read, await proposePolicies(access, actorOf(caller), body)),
  ),

  bind('policies.approve', async ({ params, body, caller, services: { access, store } }) =>
    showVersion(store.read, await approvePolicies(access, actorOf(caller), { ...params, ...body })),
  ),

  bind('policies.refuse', async ({ params, body, caller, services: { access, store } }) =>
    showVersion(store.read, await refusePolicies(access, actorOf(caller), { ...params, ...body })),
  ),

  bind('policies.withdraw', async ({ params, caller, services: { access, store } }) =>
    showVersion(store.read, await withdrawPolicies(access, actorOf(caller), params.version)),
  ),
] as const;
