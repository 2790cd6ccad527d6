import type { AnyBinding } from './bind.ts';
import { grantBindings } from './grants.ts';
import { ownAccountBindings } from './own-account.ts';
import { peopleBindings } from './people.ts';
import { policyBindings } from './policies.ts';
import { serverBindings } from './server.ts';
import { sessionBindings } from './session.ts';

/** What answers each route of the contract. */
export const bindings: readonly AnyBinding[] = [
  ...grantBindings,
  ...ownAccountBindings,
  ...peopleBindings,
  ...policyBindings,
  ...serverBindings,
  ...sessionBindings,
];
