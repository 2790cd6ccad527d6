import { Button, SegmentedControl } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call, type Reply } from '../../api/call.ts';
import { useChanged, usePages } from '../../api/hooks.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { MoreRows } from '../../ui/more-rows.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Revealed } from '../../ui/revealed.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { useMayWell } from '../models/may-well.ts';

type Waiver = Reply<'waivers.list'>['items'][number];

const isOver = ({ endedAt, expiresAt }: Waiver): boolean => endedAt !== null || Date.parse(expiresAt) <= Date.now();

const facts: readonly Column<Waiver>[] = [
  {
    id: 'model',
    header: 'Model',
    onCard: 'heading',
    cell: ({ model, versionId }) =>
      versionId === null ? (
        <Link to="/models/$modelId" params={{ modelId: model.id }}>
          {model.name}
        </Link>
      ) : (
        <Link to="/versions/$versionId" params={{ versionId }}>
          {model.name}, one version
        </Link>
      ),
  },
  {
    id: 'rules',
    header: 'Rules',
    cell: ({ rules }) => (
      <code>
        <Revealed text={rules.join(', ')} />
      </code>
    ),
  },
  { id: 'reason', header: 'Reason', cell: ({ reason }) => <Revealed text={reason} /> },
  { id: 'owner', header: 'Owner', sort: ({ owner }) => owner.name, cell: ({ owner }) => owner.name },
  {
    id: 'end',
    header: 'Ends',
    sort: ({ endedAt, expiresAt }) => endedAt ?? expiresAt,
    cell: (waiver) =>
      isOver(waiver) ? (
        <StatusMark of="expired">
          Ended <Timestamp at={waiver.endedAt ?? waiver.expiresAt} />
        </StatusMark>
      ) : (
        <Timestamp at={waiver.expiresAt} />
      ),
  },
];

/** Rules that do not count for a version, for a while, because somebody answers for it. */
export function WaiversPage() {
  const mayWell = useMayWell();
  const [which, setWhich] = useState<'active' | 'all'>('active');
  const [ending, setEnding] = useState<Waiver | null>(null);
  const waivers = usePages('waivers.list', {
    query: { limit: 50, ...(which === 'active' ? { isActive: 'true' } : {}) },
  });
  const end: Column<Waiver> = {
    id: 'act',
    header: '(End it)',
    cell: (waiver) =>
      isOver(waiver) ? null : (
        <Button
          variant="default"
          size="xs"
          aria-label={`End it: the waiver of ${waiver.model.name}`}
          onClick={() => setEnding(waiver)}
        >
          End it
        </Button>
      ),
  };
  return (
    <>
      <PageHeader
        title="Waivers"
        lead="Each takes the force from rules of the admission policy for one version. It has an owner, a reason and an end; an approval makes it."
      />
      <DataTable
        caption="Waivers"
        columns={mayWell('models.approve') ? [...facts, end] : facts}
        rows={waivers}
        rowKey={({ id }) => id}
        words={({ model, rules, reason, owner }) => `${model.name} ${rules.join(' ')} ${reason} ${owner.name}`}
        tools={
          <SegmentedControl
            aria-label="Which"
            value={which}
            onChange={(value) => setWhich(value)}
            data={[
              { value: 'active', label: 'In force' },
              { value: 'all', label: 'All' },
            ]}
          />
        }
        empty={
          <EmptyState title={which === 'active' ? 'No waiver is in force' : 'No waiver yet'}>
            Whatever is released here is released by the policy as it stands, or for good by an approval.
          </EmptyState>
        }
        foot={<MoreRows pages={waivers} words={['waiver', 'waivers']} />}
      />
      {ending !== null && <EndDialog waiver={ending} onClose={() => setEnding(null)} />}
    </>
  );
}

/** Ends a waiver before its time. */
function EndDialog({ waiver, onClose }: { readonly waiver: Waiver; readonly onClose: () => void }) {
  const changed = useChanged();
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={`End the waiver of ${waiver.model.name}?`}
      verb="End it"
      danger
      reason="optional"
      onConfirm={async (reason) => {
        await call('waivers.end', { params: { waiverId: waiver.id }, query: reason === '' ? {} : { reason } });
        await changed('waivers.', 'versions.', 'models.', 'approvals.');
      }}
    >
      What rests on it is decided about again at once, and may be recalled.
    </ConfirmDialog>
  );
}
