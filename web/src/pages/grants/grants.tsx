import { Button, SegmentedControl } from '@mantine/core';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { Reply } from '../../api/call.ts';
import { useMay, usePages } from '../../api/hooks.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { MoreRows } from '../../ui/more-rows.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { ActionList } from './action-list.tsx';
import { GiveGrantDialog } from './give-grant-dialog.tsx';
import { GrantTable, PrincipalLink } from './grant-table.tsx';
import { scopeWords } from './words.ts';

type View = 'grants' | 'access';
const PAGE = 100;

/** Who has which role where, and what that lets him do. */
export function GrantsPage() {
  const may = useMay();
  const [view, setView] = useState<View>('grants');
  const [giving, setGiving] = useState(false);
  return (
    <>
      <PageHeader
        title="Grants"
        lead="A grant gives a role to somebody, somewhere, perhaps under conditions. Policies decide what the role lets him do there."
        actions={
          may('grants.give') ? (
            <Button leftSection={<Plus size={15} />} onClick={() => setGiving(true)}>
              Give a grant
            </Button>
          ) : undefined
        }
      />
      <SegmentedControl
        aria-label="View"
        mb={16}
        value={view}
        onChange={(chosen) => setView(chosen)}
        data={[
          { value: 'grants', label: 'Grants' },
          { value: 'access', label: 'Who can do what' },
        ]}
      />
      {view === 'grants' ? <AllGrants /> : <Access />}
      <GiveGrantDialog opened={giving} onClose={() => setGiving(false)} />
    </>
  );
}

function AllGrants() {
  const grants = usePages('grants.list', { query: { limit: PAGE } });
  return (
    <GrantTable
      caption="Grants"
      grants={grants}
      empty={<EmptyState title="No grants">Nobody may do anything yet.</EmptyState>}
      foot={<MoreRows pages={grants} words={['grant', 'grants']} />}
    />
  );
}

type AccessRow = Reply<'access.list'>['items'][number];

const accessColumns: readonly Column<AccessRow>[] = [
  {
    id: 'principal',
    header: 'Who',
    onCard: 'heading',
    sort: ({ principal }) => principal.name,
    cell: ({ principal }) => <PrincipalLink principal={principal} />,
  },
  { id: 'actions', header: 'May', cell: ({ actions }) => <ActionList actions={actions} /> },
  { id: 'scope', header: 'On', sort: ({ scope }) => scopeWords(scope), cell: ({ scope }) => scopeWords(scope) },
  { id: 'role', header: 'As', sort: ({ role }) => role, cell: ({ role }) => role },
  { id: 'policies', header: 'By policy', cell: ({ policies }) => policies.join(', ') },
  {
    id: 'used',
    header: 'Last used',
    sort: ({ lastUsedAt }) => lastUsedAt,
    cell: ({ lastUsedAt }) => <Timestamp at={lastUsedAt} />,
  },
  {
    id: 'conflicts',
    header: 'Conflicts',
    sort: ({ conflicts }) => -conflicts.length,
    cell: ({ conflicts }) => (conflicts.length === 0 ? <span className="quiet">none</span> : conflicts.join('; ')),
  },
];

function Access() {
  const access = usePages('access.list', { query: { limit: PAGE } });
  return (
    <DataTable
      caption="Who can do what"
      columns={accessColumns}
      rows={access}
      rowKey={({ grantId }) => grantId}
      words={({ principal, actions, role, scope }) =>
        `${principal.name} ${actions.join(' ')} ${role} ${scopeWords(scope)}`
      }
      empty={<EmptyState title="Nobody can do anything">Access comes from grants, and there is none.</EmptyState>}
      foot={<MoreRows pages={access} words={['row', 'rows']} />}
    />
  );
}
