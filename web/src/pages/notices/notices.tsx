import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { call, type Reply } from '../../api/call.ts';
import { useChanged, usePages } from '../../api/hooks.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { MoreRows } from '../../ui/more-rows.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Revealed } from '../../ui/revealed.tsx';
import { EmptyState, ProblemNote, sentence } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { useSubmit } from '../../ui/use-submit.ts';

type Notice = Reply<'notices.list'>['items'][number];

const kinds: Readonly<Record<Notice['kind'], readonly [mark: string, word: string]>> = {
  recalled: ['recalled', 'Recalled'],
  denied: ['denied', 'Denied'],
  failed: ['failed', 'Failed'],
  'review-wanted': ['review', 'Review wanted'],
  released: ['released', 'Released'],
  'waiver-ends': ['overdue', 'A waiver ends'],
  'not-examined': ['failed', 'Could not be examined again'],
};

const columns: readonly Column<Notice>[] = [
  {
    id: 'what',
    header: 'About',
    onCard: 'heading',
    cell: ({ model, version, kind }) => (
      <Link
        to={kind === 'review-wanted' ? '/approvals/$versionId' : '/versions/$versionId'}
        params={{ versionId: version.id }}
      >
        {model.name}, version {version.number}
      </Link>
    ),
  },
  {
    id: 'kind',
    header: 'What happened',
    cell: ({ kind }) => <StatusMark of={kinds[kind][0]}>{kinds[kind][1]}</StatusMark>,
  },
  { id: 'text', header: 'In words', cell: ({ text }) => <Revealed text={sentence(text)} /> },
  { id: 'at', header: 'When', cell: ({ createdAt }) => <Timestamp at={createdAt} /> },
  {
    id: 'seen',
    header: 'Seen',
    cell: ({ seenAt }) => (seenAt === null ? <strong>new</strong> : <span className="quiet">seen</span>),
  },
];

/** What the reader should know about models that he owns or has downloaded. */
export function NoticesPage() {
  const notices = usePages('notices.list', { query: { limit: 50 } });
  const changed = useChanged();
  const { busy, error, submit } = useSubmit();
  const hasNew = ((notices.data ?? []) as readonly Notice[]).some(({ seenAt }) => seenAt === null);
  return (
    <>
      <PageHeader
        title="Notices"
        lead="About models that you own, have downloaded, or may decide about."
        actions={
          hasNew ? (
            <Button
              variant="default"
              loading={busy}
              onClick={() =>
                void submit(async () => {
                  await call('notices.seen');
                  await changed('notices.', 'registry.');
                })
              }
            >
              Mark all as seen
            </Button>
          ) : undefined
        }
      />
      <ProblemNote error={error} />
      <DataTable
        caption="Notices"
        columns={columns}
        rows={notices}
        rowKey={({ id }) => id}
        words={({ model, text }) => `${model.name} ${text}`}
        empty={
          <EmptyState title="Nothing to tell">
            When a version that you have downloaded is recalled, or one waits for you, you read it here.
          </EmptyState>
        }
        foot={<MoreRows pages={notices} words={['notice', 'notices']} />}
      />
    </>
  );
}
