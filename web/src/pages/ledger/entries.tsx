import { Button, Select, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { entryClasses } from '../../../../src/ledger/entry-classes.ts';
import { usePages } from '../../api/hooks.ts';
import { MoreRows } from '../../ui/more-rows.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { EmptyState } from '../../ui/states.tsx';
import styles from './entries.module.css';
import { EntryRows } from './entry-rows.tsx';
import { activityWords } from './words.ts';
import { formText } from '../../ui/form-text.ts';

const PAGE = 50;

const decisions = [
  { value: 'allow', label: 'Allowed' },
  { value: 'deny', label: 'Denied' },
  { value: 'transform', label: 'Transformed' },
  { value: 'review', label: 'For review' },
];
const classes = Object.keys(entryClasses).map((value) => ({ value, label: activityWords(value) }));

/** Everything that was decided, the newest first. The search is in the address, so that it can be sent to somebody. */
export function EntriesPage() {
  const search = useSearch({ from: '/frame/ledger' });
  const navigate = useNavigate();
  const entries = usePages('ledger.entries', { query: { ...search, limit: PAGE } });
  const narrowed = Object.values(search).some((value) => value !== undefined);
  const clear = narrowed ? (
    <Button variant="default" onClick={() => void navigate({ to: '/ledger', search: {} })}>
      Show all entries
    </Button>
  ) : undefined;
  return (
    <>
      <PageHeader
        title="Entries"
        lead="Every decision and every change, in the order in which they happened. What is written here stays: an edit would break the seal."
      />
      <SearchForm key={JSON.stringify(search)} clear={clear} />
      <EntryRows
        rows={entries}
        empty={
          narrowed ? (
            <EmptyState title="No entry matches" action={clear}>
              Nothing like this was recorded in this time.
            </EmptyState>
          ) : undefined
        }
        foot={<MoreRows pages={entries} words={['entry', 'entries']} />}
      />
    </>
  );
}

type Search = ReturnType<typeof useEntrySearch>;
const useEntrySearch = () => useSearch({ from: '/frame/ledger' });

/** Local date and time of an <input>, from the wire form and back. */
const toField = (iso: string | undefined): string => {
  if (iso === undefined) return '';
  const local = new Date(Date.parse(iso) - new Date(iso).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
};
const fromField = (value: string): string | undefined => (value === '' ? undefined : new Date(value).toISOString());

/** Only what was filled in. */
function searchOf(form: FormData, cls: string | null, decision: string | null): Search {
  const text = (name: string): string | undefined => formText(form, name).trim() || undefined;
  const next = {
    class: cls ?? undefined,
    decision: (decision ?? undefined) as Search['decision'],
    activity: text('activity'),
    actorId: text('actorId'),
    objectId: text('objectId'),
    from: fromField(formText(form, 'from')),
    to: fromField(formText(form, 'to')),
  };
  return Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined));
}

function SearchForm({ clear }: { readonly clear: React.ReactNode }) {
  const search = useEntrySearch();
  const navigate = useNavigate();
  const [cls, setCls] = useState<string | null>(search.class ?? null);
  const [decision, setDecision] = useState<string | null>(search.decision ?? null);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    void navigate({ to: '/ledger', search: searchOf(new FormData(event.currentTarget), cls, decision) });
  }

  return (
    <form role="search" aria-label="Entries" className={styles.search} onSubmit={submit}>
      <TextInput
        name="activity"
        label="Activity"
        placeholder="grant."
        data-search-field
        defaultValue={search.activity ?? ''}
        spellCheck={false}
      />
      <Select label="Class" placeholder="any" clearable data={classes} value={cls} onChange={setCls} />
      <Select label="Decision" placeholder="any" clearable data={decisions} value={decision} onChange={setDecision} />
      <TextInput
        name="actorId"
        label="Who, by id"
        placeholder="per_…"
        defaultValue={search.actorId ?? ''}
        spellCheck={false}
      />
      <TextInput
        name="objectId"
        label="On what, by id"
        placeholder="grt_…"
        defaultValue={search.objectId ?? ''}
        spellCheck={false}
      />
      <TextInput name="from" type="datetime-local" label="From" defaultValue={toField(search.from)} />
      <TextInput name="to" type="datetime-local" label="To" defaultValue={toField(search.to)} />
      <div className={styles.act}>
        <Button type="submit" variant="default">
          Search
        </Button>
        {clear}
      </div>
    </form>
  );
}
