import type { Caller } from '../../access/caller.ts';
import type { EntryDraft } from '../../ledger/entry.ts';
import type { Change } from '../../store/store.ts';
import { signedIn } from './signed-in.ts';

type LedgerAct = Pick<EntryDraft, 'activity' | 'object' | 'data'>;

/** Whoever looks into the ledger further than it shows by itself leaves an entry there. */
export function recordLedgerAct({ record }: Change, caller: Caller, act: LedgerAct): void {
  record({
    class: 'datastore-activity',
    actor: signedIn(caller),
    outcome: 'success',
    severity: 'medium',
    ...act,
    personal: { address: caller.address },
  });
}
