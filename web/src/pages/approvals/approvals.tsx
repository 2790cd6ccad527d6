import { SegmentedControl } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { reasonsAgainst } from '../../../../src/contract/reasons-against.ts';
import type { Reply } from '../../api/call.ts';
import { useMe, usePages } from '../../api/hooks.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { MoreRows } from '../../ui/more-rows.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Revealed } from '../../ui/revealed.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { VerdictMark } from '../models/badges.tsx';
import { broughtBy, isOwn } from '../models/words.ts';

type Approval = Reply<'approvals.list'>['items'][number];
type Which = 'waiting' | 'decided';

const common: readonly Column<Approval>[] = [
  {
    id: 'version',
    header: 'Version',
    onCard: 'heading',
    cell: ({ version }) => (
      <Link to="/approvals/$versionId" params={{ versionId: version.id }}>
        {version.modelName}, version {version.number}
      </Link>
    ),
  },
  { id: 'verdict', header: 'Verdict', cell: ({ version }) => <VerdictMark verdict={version.verdict} /> },
];

const waiting: readonly Column<Approval>[] = [
  ...common,
  {
    id: 'why',
    header: 'Why it waits',
    cell: ({ version: { decision } }) => {
      const reasons = decision === null ? [] : reasonsAgainst(decision);
      if (reasons.length === 0) return <span className="quiet">the policy asks for a person</span>;
      return <Revealed text={reasons.map(({ message }) => message).join('; ')} />;
    },
  },
  {
    id: 'from',
    header: 'From',
    cell: ({ version }) => <From version={version} />,
  },
];

const decided: readonly Column<Approval>[] = [
  ...common,
  { id: 'decision', header: 'Decided', cell: ({ decision }) => <StatusMark of={decision ?? 'undecided'} /> },
  { id: 'by', header: 'By', cell: ({ by }) => by?.name ?? 'the server' },
  { id: 'reason', header: 'Reason', cell: ({ reason }) => <Revealed text={reason} /> },
  { id: 'at', header: 'When', cell: ({ at }) => <Timestamp at={at} /> },
];

/** Whoever uploaded a version, or asked for it, sees it wait, and decides nothing about it. */
function From({ version }: Pick<Approval, 'version'>) {
  const { data: me } = useMe();
  return (
    <span>
      {broughtBy(version)}, <Timestamp at={version.createdAt} />
      {isOwn(version, me?.principal.id) && <span className="quiet"> · yours: somebody else decides</span>}
    </span>
  );
}

/** What waits for a person, and what persons decided. */
export function ApprovalsPage() {
  const [state, setState] = useState<Which>('waiting');
  const approvals = usePages('approvals.list', { query: { state, limit: 50 } });
  return (
    <>
      <PageHeader
        title="Approvals"
        lead="Versions about which the policy wants a person to decide. Nobody decides about what he uploaded or asked for himself, and every decision has a reason."
      />
      <DataTable
        caption={state === 'waiting' ? 'Versions that wait' : 'Decisions'}
        columns={state === 'waiting' ? waiting : decided}
        rows={approvals}
        rowKey={({ version, at }) => `${version.id} ${at}`}
        tools={
          <SegmentedControl
            aria-label="Which"
            value={state}
            onChange={(value) => setState(value)}
            data={[
              { value: 'waiting', label: 'To decide' },
              { value: 'decided', label: 'Decided' },
            ]}
          />
        }
        empty={
          <EmptyState title={state === 'waiting' ? 'Nothing waits' : 'Nothing was decided yet'}>
            {state === 'waiting'
              ? 'Versions that you may decide about appear here when the admission policy says review.'
              : 'Approvals and refusals are listed here, with their reasons.'}
          </EmptyState>
        }
        foot={<MoreRows pages={approvals} words={['version', 'versions']} />}
      />
    </>
  );
}
