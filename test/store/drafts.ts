import type { EntryDraft } from '../../src/ledger/entry.ts';

/** Something to record about a thing. */
export function draftOf(id: string, more: Partial<EntryDraft> = {}): EntryDraft {
  return {
    class: 'entity-management',
    activity: 'test.write',
    actor: { kind: 'system', id: 'test' },
    object: { kind: 'thing', id },
    outcome: 'success',
    ...more,
  };
}
