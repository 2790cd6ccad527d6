import type { ActionId } from '../../contract/actions.ts';

/**
 * Which action an activity of the ledger needed. An action that is missing here may have been used unseen, so no proposal says that it was not.
 * A test holds the values to the contract.
 */
const actionsByActivity: Readonly<Record<string, ActionId>> = {};

/** Actions of which every use is an entry. */
export const recordedActions: ReadonlySet<ActionId> = new Set(Object.values(actionsByActivity));
