import { expect, it } from 'vitest';
import type { EntryDraft } from '../../src/ledger/entry.ts';
import { eraseOpenings } from '../../src/store/ledger/erase.ts';
import { describeEachStore } from '../build/store.ts';
import { draftOf } from './drafts.ts';

const person = (id: string) => ({ kind: 'person', id }) as const;
const anonymous = { kind: 'anonymous', id: 'anonymous' } as const;

describeEachStore('erasing a person from the ledger', ({ makeStore }) => {
  it('takes what is his in each entry, and nothing of others', async () => {
    const test = await makeStore();
    const { store } = test;
    const drafts: readonly [EntryDraft, erased: readonly string[]][] = [
      // Ada is invited by Bob; the reason is about her, the address is where he was.
      [
        draftOf('thing', {
          actor: person('bob'),
          object: person('ada'),
          personal: { name: 'Ada', email: 'ada@example.org', reason: 'joins us', address: '192.0.2.7' },
        }),
        ['email', 'name', 'reason'],
      ],
      // Ada invites Cy.
      [
        draftOf('thing', {
          actor: person('ada'),
          object: person('cy'),
          personal: { name: 'Cy', email: 'cy@example.org', address: '192.0.2.1' },
        }),
        ['address'],
      ],
      // Ada by herself.
      [
        draftOf('thing', {
          actor: person('ada'),
          object: person('ada'),
          personal: { address: '192.0.2.1', name: 'A.' },
        }),
        ['address', 'name'],
      ],
      [
        draftOf('thing', { actor: person('ada'), personal: { comment: 'fine', reason: 'mine' } }),
        ['comment', 'reason'],
      ],
      // Somebody fails to sign in as Ada.
      [draftOf('thing', { actor: anonymous, object: person('ada'), personal: { address: '192.0.2.9' } }), ['address']],
      // Of addresses that nobody had then.
      [
        draftOf('thing', {
          actor: anonymous,
          object: undefined,
          personal: { email: 'ADA@example.org', address: '::1' },
        }),
        ['address', 'email'],
      ],
      [
        draftOf('thing', {
          actor: anonymous,
          object: undefined,
          personal: { email: 'dee@example.org', address: '::2' },
        }),
        [],
      ],
      // Others.
      [
        draftOf('thing', {
          actor: person('bob'),
          object: person('cy'),
          personal: { name: 'Cy', address: '192.0.2.7' },
        }),
        [],
      ],
    ];
    await store.change(async ({ record }) => {
      for (const [draft] of drafts) record(draft);
    });
    const { value } = await store.change(({ sql }) => eraseOpenings(sql, 'ada'));
    const left: string[][] = [];
    for (const [index] of drafts.entries()) left.push((await store.ledger.openings(index)).map(({ field }) => field));
    expect(left).toEqual(
      drafts.map(([{ personal = {} }, erased]) =>
        Object.keys(personal)
          .filter((field) => !erased.includes(field))
          .toSorted(),
      ),
    );
    expect(value).toBe(drafts.flatMap(([, erased]) => erased).length);
    await test.end();
  });
});
