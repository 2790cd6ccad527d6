import type { AnyBinding } from './bind.ts';
import { ownAccountBindings } from './own-account.ts';
import { peopleBindings } from './people.ts';
import { serverBindings } from './server.ts';
import { sessionBindings } from './session.ts';

/** What answers each route of the contract. */
export const bindings: readonly AnyBinding[] = [
  ...serverBindings,
  ...sessionBindings,
  ...ownAccountBindings,
  ...peopleBindings,
];
