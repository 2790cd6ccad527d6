import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Change } from '../../store/store.ts';
import type { VersionRow } from './policy-versions.ts';

export interface PolicyEvent {
  readonly activity: 'policy.load' | 'policy.propose' | 'policy.approve' | 'policy.refuse' | 'policy.withdraw';
  /** Null: the server itself. */
  readonly actor: PrincipalRef | null;
  readonly version: Pick<VersionRow, 'version' | 'digest' | 'based_on'>;
  readonly comment: string;
  readonly data?: Readonly<Record<string, string | number | boolean>>;
}

export function recordPolicy(change: Change, { activity, actor, version, comment, data = {} }: PolicyEvent): void {
  const decision = activity === 'policy.approve' ? 'allow' : activity === 'policy.refuse' ? 'deny' : undefined;
  change.record({
    class: 'entity-management',
    activity,
    actor: actor ?? { kind: 'system', id: 'server' },
    object: { kind: 'policies', id: String(version.version), digest: version.digest },
    ...(decision === undefined ? {} : { decision }),
    outcome: 'success',
    severity: activity === 'policy.approve' || activity === 'policy.load' ? 'high' : 'medium',
    policy: { id: 'policies', version: version.version },
    data: { basedOn: version.based_on, ...data },
    ...(comment === '' ? {} : { personal: { comment } }),
  });
}
