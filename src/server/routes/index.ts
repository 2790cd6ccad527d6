import type { AnyBinding } from './bind.ts';
import { grantBindings } from './grants.ts';
import { policyBindings } from './policies.ts';
import { serverBindings } from './server.ts';

/** What answers each route of the contract. */
export const bindings: readonly AnyBinding[] = [...grantBindings, ...policyBindings, ...serverBindings];
