import { Button, Modal, Textarea, TextInput } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import type { FormEvent } from 'react';
import { call, type Reply } from '../../api/call.ts';
import { useChanged, useMay, usePages } from '../../api/hooks.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { MoreRows } from '../../ui/more-rows.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Stack } from '../../ui/panel.tsx';
import { EmptyState, ProblemNote } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { RoleList } from '../people/parts.tsx';
import { FormEnd } from '../../ui/form-end.tsx';
import { formText } from '../../ui/form-text.ts';

type Service = Reply<'services.list'>['items'][number];

const columns: readonly Column<Service>[] = [
  {
    id: 'name',
    header: 'Service',
    onCard: 'heading',
    sort: ({ name }) => name,
    cell: ({ id, name }) => (
      <Link to="/services/$serviceId" params={{ serviceId: id }}>
        {name}
      </Link>
    ),
  },
  { id: 'owner', header: 'Owner', sort: ({ owner }) => owner.name, cell: ({ owner }) => owner.name },
  { id: 'roles', header: 'Roles', cell: ({ roles }) => <RoleList roles={roles} /> },
  { id: 'keys', header: 'Keys', numeric: true, sort: ({ keys }) => keys, cell: ({ keys }) => keys },
  { id: 'state', header: 'State', sort: ({ state }) => state, cell: ({ state }) => <StatusMark of={state} /> },
  {
    id: 'used',
    header: 'Last used',
    sort: ({ lastUsedAt }) => lastUsedAt,
    cell: ({ lastUsedAt }) => <Timestamp at={lastUsedAt} />,
  },
];

/** Programs that call the server. */
export function ServicesPage() {
  const may = useMay();
  const { make } = useSearch({ from: '/frame/services' });
  const navigate = useNavigate();
  const services = usePages('services.list', {});
  const setMaking = (open: boolean): void => void navigate({ to: '/services', search: open ? { make: true } : {} });
  const button = may('services.change') ? (
    <Button leftSection={<Plus size={15} />} onClick={() => setMaking(true)}>
      Make a service
    </Button>
  ) : undefined;
  return (
    <>
      <PageHeader
        title="Services and keys"
        lead="Programs that call the server: pipelines, deployments, applications. Each has its own keys, so that one can be taken away without the others."
        actions={button}
      />
      <DataTable
        caption="Services"
        columns={columns}
        rows={services}
        rowKey={({ id }) => id}
        words={({ name, description, owner, roles }) => `${name} ${description} ${owner.name} ${roles.join(' ')}`}
        empty={
          <EmptyState title="No program calls yet" action={button}>
            Make a service for each program, give it a grant, and issue a key. Do not share one key among several.
          </EmptyState>
        }
        foot={<MoreRows pages={services} words={['service', 'services']} />}
      />
      <Modal opened={make === true} onClose={() => setMaking(false)} title="Make a service">
        <MakeForm onClose={() => setMaking(false)} />
      </Modal>
    </>
  );
}

function MakeForm({ onClose }: { readonly onClose: () => void }) {
  const { busy, error, submit } = useSubmit();
  const changed = useChanged();
  const navigate = useNavigate();

  async function make(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = { name: formText(form, 'name'), description: formText(form, 'description') };
    await submit(async () => {
      const { id } = await call('services.make', { body });
      await changed('services.', 'overview.');
      await navigate({ to: '/services/$serviceId', params: { serviceId: id } });
    });
  }

  return (
    <form onSubmit={(event) => void make(event)}>
      <Stack>
        <TextInput
          name="name"
          label="Name"
          placeholder="ci-release"
          required
          withAsterisk={false}
          maxLength={120}
          data-autofocus
          autoComplete="off"
        />
        <Textarea
          name="description"
          label="What it does"
          description="For whoever reviews its access next year."
          autosize
          minRows={2}
          maxLength={2000}
        />
        <p className="soft">You will be its owner. It can do nothing until you give it a grant.</p>
        <ProblemNote error={error} />
        <FormEnd verb="Make the service" busy={busy} onCancel={onClose} />
      </Stack>
    </form>
  );
}
