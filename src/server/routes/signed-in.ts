import type { Caller } from '../../access/caller.ts';
import type { PrincipalRef } from '../../contract/types/common.ts';

/** The principal of a caller who was allowed an action: the authorizer allows nobody else. */
export function signedIn({ principal }: Caller): PrincipalRef {
  if (principal === null) throw new Error('expected somebody who is signed in');
  return principal;
}
