import type { Role } from '../../contract/actions.ts';
import type { Scope } from '../../contract/types/common.ts';

export interface HeldGrant {
  readonly role: Role;
  readonly scope: Scope;
}

/** Grants that principals hold now, by the id of the principal. */
export type GrantsOf = (principalIds: readonly string[]) => Promise<ReadonlyMap<string, readonly HeldGrant[]>>;
