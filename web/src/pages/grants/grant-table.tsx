import { ActionIcon, Tooltip } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { call, type Reply } from '../../api/call.ts';
import { useChanged, useMay, useMe } from '../../api/hooks.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { type Column, DataTable, type Loadable } from '../../ui/data-table.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { conditionWords, scopeWords } from './words.ts';

export type Grant = Reply<'grants.list'>['items'][number];

interface GrantTableProps {
  readonly caption: string;
  readonly grants: Loadable<readonly Grant[]>;
  readonly withPrincipal?: boolean;
  readonly empty: ReactNode;
  readonly foot?: ReactNode;
}

/** Who or what the grant is for, as a link to its page. */
export function PrincipalLink({ principal }: { readonly principal: Grant['principal'] }) {
  return principal.kind === 'person' ? (
    <Link to="/people/$personId" params={{ personId: principal.id }}>
      {principal.name}
    </Link>
  ) : (
    <Link to="/services/$serviceId" params={{ serviceId: principal.id }}>
      {principal.name}
    </Link>
  );
}

const whose: Column<Grant> = {
  id: 'principal',
  header: 'Who',
  onCard: 'heading',
  sort: ({ principal }) => principal.name,
  cell: ({ principal }) => <PrincipalLink principal={principal} />,
};

const facts: readonly Column<Grant>[] = [
  { id: 'role', header: 'Role', sort: ({ role }) => role, cell: ({ role }) => role },
  { id: 'scope', header: 'On', sort: ({ scope }) => scopeWords(scope), cell: ({ scope }) => scopeWords(scope) },
  {
    id: 'conditions',
    header: 'Only',
    cell: ({ conditions }) => {
      const words = conditionWords(conditions);
      return words.length === 0 ? <span className="quiet">always</span> : words.join('; ');
    },
  },
  {
    id: 'expires',
    header: 'Ends',
    sort: ({ expiresAt }) => expiresAt,
    cell: ({ expiresAt }) => <Timestamp at={expiresAt} show="date" never="open-ended" />,
  },
  {
    id: 'used',
    header: 'Last used',
    sort: ({ lastUsedAt }) => lastUsedAt,
    cell: ({ lastUsedAt }) => <Timestamp at={lastUsedAt} />,
  },
  { id: 'state', header: 'State', sort: ({ state }) => state, cell: ({ state }) => <StatusMark of={state} /> },
];

function takeColumn(ownId: string | undefined, onTake: (grant: Grant) => void): Column<Grant> {
  return {
    id: 'take',
    header: '(Take away)',
    width: '3rem',
    cell: (grant) =>
      grant.state === 'active' && grant.principal.id !== ownId ? (
        <Tooltip label="Take this grant away">
          <ActionIcon aria-label={`Take ${grant.role} away from ${grant.principal.name}`} onClick={() => onTake(grant)}>
            <X size={15} />
          </ActionIcon>
        </Tooltip>
      ) : null,
  };
}

/** Grants with everything that limits them; each can be taken away here. */
export function GrantTable({ caption, grants, withPrincipal = true, empty, foot }: GrantTableProps) {
  const may = useMay();
  const { data: me } = useMe();
  const changed = useChanged();
  const [taking, setTaking] = useState<Grant | null>(null);
  const mayTake = may('grants.take');
  const ownId = me?.principal.id;

  const columns = useMemo(() => {
    const take = takeColumn(ownId, setTaking);
    return [...(withPrincipal ? [whose] : []), ...facts, ...(mayTake ? [take] : [])];
  }, [withPrincipal, mayTake, ownId]);

  async function confirmTaking(reason: string): Promise<void> {
    if (taking === null) return;
    await call('grants.take', { params: { grantId: taking.id }, query: { reason } });
    await changed('grants.', 'access.', 'people.', 'services.', 'overview.');
  }

  return (
    <>
      <DataTable
        caption={caption}
        columns={columns}
        rows={grants}
        rowKey={({ id }) => id}
        empty={empty}
        foot={foot}
        {...(withPrincipal
          ? {
              words: ({ principal, role, scope, state }: Grant) =>
                `${principal.name} ${role} ${scopeWords(scope)} ${state}`,
            }
          : {})}
      />
      {taking !== null && (
        <ConfirmDialog
          opened
          onClose={() => setTaking(null)}
          title={`Take ${taking.role} away from ${taking.principal.name}?`}
          verb="Take away"
          danger
          reason="optional"
          onConfirm={confirmTaking}
        >
          It ends on every server within a second, on {scopeWords(taking.scope)}. What was done with it stays on record.
        </ConfirmDialog>
      )}
    </>
  );
}
