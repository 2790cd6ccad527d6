import type { Caller } from '../../access/caller.ts';
import type { Registry } from '../registry.ts';

export type PullOutcome =
  /** The version with what was asked for can be had. */
  | { readonly kind: 'ready'; readonly versionId: string }
  | {
      readonly kind: 'wait';
      readonly retryAfterSeconds: number;
      /** What is done now, for the person who waits. */
      readonly message: string;
      /** From 0 to 1; null where it is not known. */
      readonly progress: number | null;
    }
  /** Plain words that a client may print. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Neither here nor on the hub, or not for this caller. */
  | { readonly kind: 'unknown' };

export interface PullRequest {
  readonly name: string;
  /** A branch, a tag or a commit, as the hub names it. */
  readonly revision: string;
  /** Aborted when the caller goes away. */
  readonly signal: AbortSignal;
  readonly caller: Caller;
}

/** Fetches what a client of the hub interface asks for and is not here yet, if the configuration and the policies allow that. */
export async function pullThrough(registry: Registry, _request: PullRequest): Promise<PullOutcome> {
  if (registry.upstream === null || !registry.upstream.pullThrough) return { kind: 'unknown' };
  throw new Error('not ready');
}
