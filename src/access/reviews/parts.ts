import type { Store } from '../../store/store.ts';
import type { ReviewGround } from './ground.ts';

export interface ReviewParts {
  readonly store: Store;
  readonly ground: ReviewGround;
  /** ms since 1970. */
  readonly clock: () => number;
  /** Days without use after which a grant is proposed for removal. */
  readonly unusedDays: number;
  /** Whether reminders are sent to a webhook too. */
  readonly hasWebhook: boolean;
}
