import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Reply } from '../../api/call.ts';
import { type Column, DataTable, type Loadable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { activityWords } from './words.ts';

type Entry = Reply<'ledger.entries'>['items'][number];

const number: Column<Entry> = {
  id: 'index',
  header: 'No.',
  numeric: true,
  width: '5.5rem',
  onCard: 'plain',
  cell: ({ index }) => (
    <Link to="/ledger/$index" params={{ index: String(index) }} aria-label={`Entry ${index}`} className="plain">
      {index}
    </Link>
  ),
};
const what: Column<Entry> = {
  id: 'activity',
  header: 'What happened',
  onCard: 'heading',
  cell: ({ index, activity }) => (
    <Link to="/ledger/$index" params={{ index: String(index) }} tabIndex={-1}>
      {activityWords(activity)}
    </Link>
  ),
};
const who: Column<Entry> = {
  id: 'actor',
  header: 'Who',
  cell: ({ actor }) =>
    actor.name ?? <code>{actor.kind === 'person' || actor.kind === 'service' ? actor.id : actor.kind}</code>,
};
const on: Column<Entry> = {
  id: 'object',
  header: 'On what',
  cell: ({ object }) => (object === null ? <span className="quiet">–</span> : (object.name ?? object.kind)),
};
const decided: Column<Entry> = {
  id: 'decision',
  header: 'Decision',
  cell: ({ decision, outcome }) => <StatusMark of={decision ?? outcome} />,
};
const when: Column<Entry> = { id: 'time', header: 'When', cell: ({ time }) => <Timestamp at={time} /> };

const all = [number, what, who, on, decided, when];
const few = [number, what, who, decided, when];

interface EntryRowsProps {
  readonly rows: Loadable<readonly Entry[]>;
  readonly compact?: boolean;
  readonly empty?: ReactNode;
  readonly foot?: ReactNode;
}

/** Entries of the ledger, one a line. */
export function EntryRows({ rows, compact = false, empty, foot }: EntryRowsProps) {
  return (
    <DataTable
      caption="Entries"
      columns={compact ? few : all}
      rows={rows}
      rowKey={({ index }) => String(index)}
      empty={
        empty ?? (
          <EmptyState title="No entry yet">Whatever the server decides will be written here, one line each.</EmptyState>
        )
      }
      foot={foot}
    />
  );
}
