import { Button, Menu } from '@mantine/core';
import { MoreHorizontal, Plus } from 'lucide-react';
import { useState } from 'react';
import { call, type Reply } from '../../api/call.ts';
import { useApi, useChanged, useMay } from '../../api/hooks.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Panel } from '../../ui/panel.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { ActionList } from '../grants/action-list.tsx';
import { IssueKeyDialog } from './issue-key-dialog.tsx';
import { RotateKeyDialog } from './rotate-key-dialog.tsx';

export type Key = Reply<'keys.list'>['items'][number];

const facts: readonly Column<Key>[] = [
  {
    id: 'name',
    header: 'Key',
    onCard: 'heading',
    sort: ({ name }) => name,
    cell: ({ name }) => <strong>{name}</strong>,
  },
  { id: 'prefix', header: 'Begins with', cell: ({ prefix }) => <code>{prefix}…</code> },
  { id: 'scopes', header: 'May', cell: ({ scopes }) => <ActionList actions={scopes} /> },
  {
    id: 'networks',
    header: 'From',
    cell: ({ networks }) => (networks.length === 0 ? <span className="quiet">anywhere</span> : networks.join(', ')),
  },
  {
    id: 'expires',
    header: 'Ends',
    sort: ({ expiresAt }) => expiresAt,
    cell: ({ expiresAt }) => <Timestamp at={expiresAt} />,
  },
  {
    id: 'used',
    header: 'Last used',
    sort: ({ lastUsedAt }) => lastUsedAt,
    cell: ({ lastUsedAt, lastUsedFrom }) => (
      <>
        <Timestamp at={lastUsedAt} />
        {lastUsedFrom !== null && <span className="quiet"> from {lastUsedFrom}</span>}
      </>
    ),
  },
  { id: 'state', header: 'State', sort: ({ state }) => state, cell: ({ state }) => <StatusMark of={state} /> },
];

type OnKey = ((key: Key) => void) | undefined;

const actsColumn = (onRotate: OnKey, onRevoke: OnKey): Column<Key> => ({
  id: 'acts',
  header: '(Change)',
  width: '3rem',
  cell: (key) => <KeyMenu keyRow={key} onRotate={onRotate} onRevoke={onRevoke} />,
});

interface KeyListProps {
  readonly serviceId: string;
  readonly serviceName: string;
  readonly usable: boolean;
}

/** Keys of a service: issued, rotated with an overlap, revoked. */
export function KeyList({ serviceId, serviceName, usable }: KeyListProps) {
  const may = useMay();
  const changed = useChanged();
  const keys = useApi('keys.list', { params: { serviceId }, query: { limit: 200 } });
  const [issuing, setIssuing] = useState(false);
  const [rotating, setRotating] = useState<Key | null>(null);
  const [revoking, setRevoking] = useState<Key | null>(null);
  const [mayIssue, mayRevoke] = [may('keys.issue'), may('keys.revoke')];

  const columns =
    mayIssue || mayRevoke
      ? [...facts, actsColumn(mayIssue ? setRotating : undefined, mayRevoke ? setRevoking : undefined)]
      : facts;

  async function revoke(): Promise<void> {
    if (revoking === null) return;
    await call('keys.revoke', { params: { serviceId, keyId: revoking.id } });
    await changed('keys.', 'services.', 'overview.');
  }

  const button =
    mayIssue && usable ? (
      <Button size="xs" leftSection={<Plus size={14} />} onClick={() => setIssuing(true)}>
        Issue a key
      </Button>
    ) : undefined;
  return (
    <Panel
      title="Keys"
      lead="A key can do what it was issued for, and never more than the grants of the service allow."
      actions={button}
    >
      <DataTable
        caption={`Keys of ${serviceName}`}
        columns={columns}
        rows={{ ...keys, data: keys.data?.items }}
        rowKey={({ id }) => id}
        empty={
          <EmptyState title="No key yet" action={button}>
            The program signs its calls with a key. Its secret is shown once, when it is issued.
          </EmptyState>
        }
      />
      <IssueKeyDialog serviceId={serviceId} opened={issuing} onClose={() => setIssuing(false)} />
      {rotating !== null && (
        <RotateKeyDialog serviceId={serviceId} keyRow={rotating} onClose={() => setRotating(null)} />
      )}
      {revoking !== null && (
        <ConfirmDialog
          opened
          onClose={() => setRevoking(null)}
          title={`Revoke ${revoking.name}?`}
          verb="Revoke"
          danger
          onConfirm={revoke}
        >
          Calls with this key, and with tokens made from it, are refused within a second. This cannot be undone; to
          replace it without a gap, rotate it instead.
        </ConfirmDialog>
      )}
    </Panel>
  );
}

interface KeyMenuProps {
  readonly keyRow: Key;
  readonly onRotate: OnKey;
  readonly onRevoke: OnKey;
}

function KeyMenu({ keyRow, onRotate, onRevoke }: KeyMenuProps) {
  if (keyRow.state !== 'active' && keyRow.state !== 'rotating') return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="subtle" size="compact-sm" aria-label={`Change the key ${keyRow.name}`}>
          <MoreHorizontal size={16} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {onRotate !== undefined && keyRow.state === 'active' && (
          <Menu.Item onClick={() => onRotate(keyRow)}>Rotate…</Menu.Item>
        )}
        {onRevoke !== undefined && (
          <Menu.Item c="var(--critical)" onClick={() => onRevoke(keyRow)}>
            Revoke…
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
