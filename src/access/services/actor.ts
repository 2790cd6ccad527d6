import type { EntryDraft } from '../../ledger/entry.ts';
import type { Caller } from '../caller.ts';

/** Who an entry says did something. */
export function actorOf({ principal }: Pick<Caller, 'principal'>): EntryDraft['actor'] {
  return principal === null ? { kind: 'anonymous', id: 'anonymous' } : { kind: principal.kind, id: principal.id };
}
