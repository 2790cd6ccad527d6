import { Button } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { UserRoundPlus } from 'lucide-react';
import type { Reply } from '../../api/call.ts';
import { useMay, usePages } from '../../api/hooks.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { MoreRows } from '../../ui/more-rows.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { FactorMarks, RoleList } from './parts.tsx';
import { InviteDialog } from './invite-dialog.tsx';

type Person = Reply<'people.list'>['items'][number];

const columns: readonly Column<Person>[] = [
  {
    id: 'name',
    header: 'Name',
    onCard: 'heading',
    sort: ({ name }) => name,
    cell: ({ id, name }) => (
      <Link to="/people/$personId" params={{ personId: id }}>
        {name}
      </Link>
    ),
  },
  {
    id: 'email',
    header: 'E-mail address',
    sort: ({ email }) => email,
    cell: ({ email }) => email ?? <span className="quiet">erased</span>,
  },
  {
    id: 'roles',
    header: 'Roles',
    sort: ({ roles }) => roles[0] ?? null,
    cell: ({ roles }) => <RoleList roles={roles} />,
  },
  { id: 'factors', header: 'Signs in with', cell: ({ factors }) => <FactorMarks factors={factors} /> },
  { id: 'state', header: 'State', sort: ({ state }) => state, cell: ({ state }) => <StatusMark of={state} /> },
  {
    id: 'seen',
    header: 'Last seen',
    sort: ({ lastSeenAt }) => lastSeenAt,
    cell: ({ lastSeenAt }) => <Timestamp at={lastSeenAt} />,
  },
];

/** Everybody who can sign in, or could once. */
export function PeoplePage() {
  const may = useMay();
  const { invite } = useSearch({ from: '/frame/people' });
  const navigate = useNavigate();
  const people = usePages('people.list', {});
  const setInviting = (open: boolean): void => void navigate({ to: '/people', search: open ? { invite: true } : {} });
  const inviteButton = may('people.invite') ? (
    <Button leftSection={<UserRoundPlus size={15} />} onClick={() => setInviting(true)}>
      Invite a person
    </Button>
  ) : undefined;
  return (
    <>
      <PageHeader
        title="People"
        lead="Everybody who can sign in. What somebody may do comes from the grants of his account, never from the account itself."
        actions={inviteButton}
      />
      <DataTable
        caption="People"
        columns={columns}
        rows={people}
        rowKey={({ id }) => id}
        words={({ name, email, roles, state }) => `${name} ${email ?? ''} ${roles.join(' ')} ${state}`}
        empty={
          <EmptyState title="Nobody is here yet" action={inviteButton}>
            Invite the first colleague: the link is shown to you once, and works once.
          </EmptyState>
        }
        foot={<MoreRows pages={people} words={['person', 'people']} />}
      />
      <InviteDialog opened={invite === true} onClose={() => setInviting(false)} />
    </>
  );
}
