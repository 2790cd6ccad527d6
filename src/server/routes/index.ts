import type { AnyBinding } from './bind.ts';
import { serverBindings } from './server.ts';

/** What answers each route of the contract. */
export const bindings: readonly AnyBinding[] = [...serverBindings];
