import type { Bus } from '../../store/bus/bus.ts';
import type { Store } from '../../store/store.ts';
import type { ActivePolicies } from '../policies/active-policies.ts';

export interface ReviewParts {
  readonly store: Store;
  readonly bus: Bus;
  /** ms since 1970. */
  readonly clock: () => number;
  /** Those in force now. */
  readonly policies: () => Promise<ActivePolicies>;
  /** Days without use after which a grant is proposed for removal. */
  readonly unusedDays: number;
  /** Whether reminders are sent to a webhook too. */
  readonly hasWebhook: boolean;
}
