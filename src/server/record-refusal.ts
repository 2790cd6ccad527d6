import type { Counters } from '../store/counters/counters.ts';
import type { Store } from '../store/store.ts';
import type { Refusal } from './authorize.ts';

/** Of one principal and action: what comes more often says nothing new, and must not fill the ledger. */
export const recordedRefusals = { count: 5, windowSeconds: 600 } as const;

/** Records that the policies refused somebody something. */
export function refusalRecorder(store: Pick<Store, 'change'>, counters: Pick<Counters, 'take'>) {
  return async ({ caller, action, scope, decision }: Refusal): Promise<void> => {
    if (caller.principal === null) return;
    const { kind, id } = caller.principal;
    const allowance = await counters.take(`refusals:${id}:${action}`, recordedRefusals);
    if (!allowance.allowed) return;
    await store.change(async (change) =>
      change.record({
        class: 'api-activity',
        activity: 'access.refuse',
        actor: { kind, id },
        object: { kind: scope.kind, id: scope.kind === 'server' ? 'server' : scope.id },
        decision: 'deny',
        outcome: 'failure',
        severity: 'low',
        reasons: decision.reasons,
        data: { action, request: caller.requestId, policies: decision.policies, policyVersion: decision.policyVersion },
        // What somebody writes may name people.
        ...(caller.purpose === null ? {} : { personal: { purpose: caller.purpose } }),
      }),
    );
  };
}
