import type { Kysely } from 'kysely';
import type { Role } from '../../contract/actions.ts';
import type { Scope } from '../../contract/types/common.ts';
import type { Change } from '../../store/store.ts';
import type { Database } from '../../store/tables/index.ts';
import type { Caller } from '../caller.ts';

interface GivenRole {
  readonly personId: string;
  readonly role: Role;
  readonly scope: Scope;
  readonly reason: string;
  /** Null: the server itself, as for the first administrator. */
  readonly by: Caller | null;
}

/** What accounts need of grants and of the ledger's personal data, which others keep. */
export interface PeoplePorts {
  /** Roles of active grants, on anything, of people and services. */
  rolesOf(sql: Kysely<Database>, principalIds: readonly string[]): Promise<ReadonlyMap<string, readonly Role[]>>;
  /** Roles on the whole server that a caller has at this moment, with the conditions of his grants. */
  rolesOnServer(sql: Kysely<Database>, caller: Caller): Promise<readonly Role[]>;
  /** Whether an active person is administrator of the whole server. */
  hasAdministrator(sql: Kysely<Database>): Promise<boolean>;
  /**
   * Refuses within a change where without this person no active administrator of the server would be left, or nobody who can change the
   * policies; holds others off until it ends.
   */
  requireOthers(change: Change, personId: string, by: Caller): Promise<void>;
  /** Gives a role within a change, and records it; refuses what `by`, where it is a caller, may not give. */
  giveRole(change: Change, given: GivenRole): Promise<void>;
  /** Takes all grants of somebody who is erased, and records it. */
  takeAllRoles(change: Change, personId: string, by: Caller): Promise<void>;
  /** Erases the personal data behind the commitments of entries by or about a person. */
  eraseOpenings(change: Change, personId: string): Promise<void>;
}
