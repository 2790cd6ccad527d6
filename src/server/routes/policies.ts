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

  bind('policies.try', ({ body: { text, ...sample }, services }) => tryPolicies(services.access, sample, text)),

  bind('policies.whoCould', ({ body, services }) => whoCould(services.access, body)),

  bind('policies.impact', ({ body, services }) => impactOf(services.access, body.text)),

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
