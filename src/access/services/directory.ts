import type { Kysely } from 'kysely';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Database } from '../../store/tables/index.ts';
import { findPrincipals, isActive, named } from '../grants/principals.ts';

/** Gives principals the names they have now. */
export type NamePrincipal = (ref: PrincipalRef) => ReturnType<typeof named>;

/** Looks up the names of principals, all at once. */
export async function namePrincipals(read: Kysely<Database>, refs: readonly PrincipalRef[]): Promise<NamePrincipal> {
  const principals = await findPrincipals(read, refs);
  return (ref) => named(principals, ref);
}

/** Those of the people whose accounts are active. */
export async function activePeople(read: Kysely<Database>, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const refs = ids.map((id) => ({ kind: 'person' as const, id }));
  const people = await findPrincipals(read, refs);
  return new Set(refs.filter((ref) => isActive(people, ref)).map(({ id }) => id));
}
