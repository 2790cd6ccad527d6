import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Json } from './job.ts';

/** An attempt that has begun. */
export interface ClaimedJob {
  readonly id: string;
  readonly kind: string;
  readonly data: Readonly<Record<string, Json>>;
  /** 1 for the first. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Whoever writes about the job names it; with an older one nothing is written. */
  readonly claim: number;
  readonly requestedBy: PrincipalRef | null;
}
