import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { usePages } from '../../api/hooks.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { MoreRows } from '../../ui/more-rows.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Revealed } from '../../ui/revealed.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { VerdictMark } from '../models/badges.tsx';
import type { ModelVersion } from '../models/words.ts';
import { Downloads } from '../versions/downloads.tsx';

const facts: readonly Column<ModelVersion>[] = [
  {
    id: 'version',
    header: 'Version',
    onCard: 'heading',
    cell: ({ id, modelName, number }) => (
      <Link to="/versions/$versionId" params={{ versionId: id }}>
        {modelName}, version {number}
      </Link>
    ),
  },
  { id: 'verdict', header: 'Verdict now', cell: ({ verdict }) => <VerdictMark verdict={verdict} /> },
  { id: 'reason', header: 'Why', cell: ({ recall }) => <Revealed text={recall?.reason ?? ''} /> },
  { id: 'by', header: 'By', cell: ({ recall }) => recall?.by?.name ?? 'the server' },
  { id: 'at', header: 'When', cell: ({ recall }) => <Timestamp at={recall?.at ?? null} /> },
];

/** What was released once and must not be used any more, and who has it. */
export function RecallsPage() {
  const [open, setOpen] = useState<ModelVersion | null>(null);
  const recalls = usePages('recalls.list', { query: { limit: 50 } });
  const mayTell = ((recalls.data ?? []) as readonly ModelVersion[]).some(({ actions }) =>
    actions.includes('downloads.read'),
  );
  const told: Column<ModelVersion> = {
    id: 'told',
    header: 'Who has it',
    cell: (version) =>
      version.actions.includes('downloads.read') && (
        <Button
          variant="default"
          size="xs"
          aria-label={`${open?.id === version.id ? 'Hide' : 'Show'} who has ${version.modelName}, version ${version.number}`}
          aria-expanded={open?.id === version.id}
          onClick={() => setOpen(open?.id === version.id ? null : version)}
        >
          {open?.id === version.id ? 'Hide' : 'Show'}
        </Button>
      ),
  };
  return (
    <>
      <PageHeader
        title="Recalls"
        lead="Released once, and taken back since. Downloads ended at once; owners and everybody who downloaded lately were told."
      />
      <DataTable
        caption="Recalls"
        columns={mayTell ? [...facts, told] : facts}
        rows={recalls}
        rowKey={({ id }) => id}
        words={({ modelName, recall }) => `${modelName} ${recall?.reason ?? ''} ${recall?.by?.name ?? ''}`}
        empty={
          <EmptyState title="Nothing was recalled">
            A version is recalled on its page, or by the server when new rules find in it what the policy does not
            admit.
          </EmptyState>
        }
        foot={<MoreRows pages={recalls} words={['recall', 'recalls']} />}
      />
      {open !== null && (
        <Panel
          title={`Who downloaded ${open.modelName}, version ${open.number}`}
          lead="Those who downloaded it lately found a notice when it was recalled, as did its owner."
        >
          <Downloads key={open.id} versionId={open.id} />
        </Panel>
      )}
    </>
  );
}
