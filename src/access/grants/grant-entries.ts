import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Change } from '../../store/store.ts';
import { type Grant, scopeKey } from './grant.ts';
import { timeText } from '../../contract/time-text.ts';

const SERVER_ACTOR = { kind: 'system', id: 'server' } as const;

export interface GrantEvent {
  readonly activity: 'grant.give' | 'grant.take';
  /** Null: the server itself. */
  readonly actor: PrincipalRef | null;
  readonly grant: Grant;
  /** What people write may name people, so it is kept as personal data. */
  readonly reason: string;
}

export function recordGrant(change: Change, { activity, actor, grant, reason }: GrantEvent): void {
  const { id, principal, role, scope, conditions, expiresAtMs } = grant;
  change.record({
    class: 'user-access',
    activity,
    actor: actor ?? SERVER_ACTOR,
    object: { kind: 'grant', id },
    outcome: 'success',
    severity: role === 'administrator' ? 'high' : 'medium',
    data: {
      principal: { kind: principal.kind, id: principal.id },
      role,
      scope: scopeKey(scope),
      conditions: Object.keys(conditions).toSorted(),
      ...(expiresAtMs === null ? {} : { expiresAt: timeText(expiresAtMs) }),
    },
    ...(reason === '' ? {} : { personal: { reason } }),
  });
}
