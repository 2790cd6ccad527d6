import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { Reply } from '../../api/call.ts';
import { useMay, usePages } from '../../api/hooks.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { MoreRows } from '../../ui/more-rows.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { Progress } from './progress.tsx';
import { StartDialog } from './start-dialog.tsx';

type Campaign = Reply<'reviews.list'>['items'][number];

const columns: readonly Column<Campaign>[] = [
  {
    id: 'name',
    header: 'Review',
    onCard: 'heading',
    sort: ({ name }) => name,
    cell: ({ id, name }) => (
      <Link to="/reviews/$campaignId" params={{ campaignId: id }}>
        {name}
      </Link>
    ),
  },
  { id: 'state', header: 'State', sort: ({ state }) => state, cell: ({ state }) => <StatusMark of={state} /> },
  { id: 'progress', header: 'Decided', cell: (campaign) => <Progress done={campaign.decided} of={campaign.items} /> },
  {
    id: 'revoked',
    header: 'Taken away',
    numeric: true,
    sort: ({ revoked }) => revoked,
    cell: ({ revoked }) => revoked,
  },
  { id: 'reviewers', header: 'Reviewers', cell: ({ reviewers }) => reviewers.map(({ name }) => name).join(', ') },
  { id: 'due', header: 'Due', sort: ({ dueAt }) => dueAt, cell: ({ dueAt }) => <Timestamp at={dueAt} /> },
];

/** Every so often somebody looks at each grant and says that it is still right, or takes it away. */
export function ReviewsPage() {
  const may = useMay();
  const [starting, setStarting] = useState(false);
  const campaigns = usePages('reviews.list', {});
  const button = may('reviews.run') ? (
    <Button leftSection={<Plus size={15} />} onClick={() => setStarting(true)}>
      Start a review
    </Button>
  ) : undefined;
  return (
    <>
      <PageHeader
        title="Reviews"
        lead="In a review, every grant is certified or taken away by somebody who knows whether it is still needed. The result is evidence in the ledger."
        actions={button}
      />
      <DataTable
        caption="Reviews"
        columns={columns}
        rows={campaigns}
        rowKey={({ id }) => id}
        words={({ name, state, reviewers }) => `${name} ${state} ${reviewers.map((one) => one.name).join(' ')}`}
        empty={
          <EmptyState title="No review yet" action={button}>
            Auditors ask for one every quarter or half year. It proposes what to take away: grants that nobody used,
            that give more than was needed, or that conflict.
          </EmptyState>
        }
        foot={<MoreRows pages={campaigns} words={['review', 'reviews']} />}
      />
      <StartDialog opened={starting} onClose={() => setStarting(false)} />
    </>
  );
}
