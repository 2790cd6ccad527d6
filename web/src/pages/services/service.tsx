import { Button } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { call, type Reply } from '../../api/call.ts';
import { useApi, useChanged, useMay } from '../../api/hooks.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Digest } from '../../ui/digest.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Facts, Panel } from '../../ui/panel.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { GrantsOf } from '../grants/grants-of.tsx';
import { RecentEntries, useRecentEntries } from '../ledger/recent-entries.tsx';
import { KeyList } from './key-list.tsx';

/** One service: its keys, its grants, what it did. */
export function ServicePage() {
  const { serviceId } = useParams({ from: '/frame/services/$serviceId' });
  const service = useApi('services.show', { params: { serviceId } });
  const entries = useRecentEntries(serviceId);
  const above = <Link to="/services">Services and keys</Link>;
  if (service.data === undefined) {
    return (
      <>
        <PageHeader title="A service" above={above} />
        <Waiting on={service} lines={6} />
      </>
    );
  }
  const { id, name, description, owner, state, createdAt, lastUsedAt } = service.data;
  return (
    <>
      <PageHeader
        title={name}
        above={above}
        lead={description === '' ? undefined : description}
        actions={<Switch service={service.data} />}
      />
      <KeyList serviceId={id} serviceName={name} usable={state === 'active'} />
      <GrantsOf principal={{ kind: 'service', id, name }} />
      <Panel title="Service">
        <Facts
          facts={[
            { term: 'State', is: <StatusMark of={state} /> },
            { term: 'Owner', is: owner.name },
            { term: 'Since', is: <Timestamp at={createdAt} show="both" /> },
            { term: 'Last used', is: <Timestamp at={lastUsedAt} /> },
            { term: 'Id', is: <Digest value={id} what="id" whole /> },
          ]}
        />
      </Panel>
      <RecentEntries title="What it did" actorId={id} entries={entries} />
    </>
  );
}

/** Disables and enables. */
function Switch({ service }: { readonly service: Reply<'services.show'> }) {
  const may = useMay();
  const changed = useChanged();
  const [asking, setAsking] = useState(false);
  if (!may('services.change')) return null;
  const disabling = service.state === 'active';

  async function change(): Promise<void> {
    await call('services.change', {
      params: { serviceId: service.id },
      body: { state: disabling ? 'disabled' : 'active' },
    });
    await changed('services.', 'keys.', 'overview.');
  }

  return (
    <>
      <Button variant="default" {...(disabling ? { color: 'danger' } : {})} onClick={() => setAsking(true)}>
        {disabling ? 'Disable' : 'Enable'}
      </Button>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={disabling ? `Disable ${service.name}?` : `Enable ${service.name}?`}
        verb={disabling ? 'Disable' : 'Enable'}
        danger={disabling}
        onConfirm={change}
      >
        {disabling
          ? 'Every call with its keys and tokens is refused within a second, on every server.'
          : 'Its keys that have neither expired nor been revoked work again.'}
      </ConfirmDialog>
    </>
  );
}
