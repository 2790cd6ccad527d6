import { ActionIcon, Button, Modal, Tooltip } from '@mantine/core';
import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { type Me, useChanged } from '../../api/hooks.ts';
import { passkeysWork } from '../../api/passkeys.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Panel } from '../../ui/panel.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { PasskeyEnrolment } from '../gate/passkey-enrolment.tsx';

type Passkey = Me['passkeys'][number];

const columnsWith = (onRemove: (passkey: Passkey) => void): readonly Column<Passkey>[] => [
  { id: 'name', header: 'Passkey', onCard: 'heading', cell: ({ name }) => <strong>{name}</strong> },
  {
    id: 'kind',
    header: 'Kept',
    cell: ({ synced }) => (synced ? 'in an account, on several devices' : 'on one device'),
  },
  { id: 'used', header: 'Last used', cell: ({ lastUsedAt }) => <Timestamp at={lastUsedAt} /> },
  {
    id: 'remove',
    header: '(Remove)',
    width: '3rem',
    cell: (passkey) => (
      <Tooltip label="Remove">
        <ActionIcon aria-label={`Remove the passkey ${passkey.name}`} onClick={() => onRemove(passkey)}>
          <X size={15} />
        </ActionIcon>
      </Tooltip>
    ),
  },
];

/** Passkeys of the account: added, removed. */
export function PasskeyList({ me }: { readonly me: Me }) {
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Passkey | null>(null);
  const changed = useChanged();
  const add = passkeysWork() ? (
    <Button variant="default" size="xs" leftSection={<Plus size={14} />} onClick={() => setAdding(true)}>
      Add a passkey
    </Button>
  ) : undefined;

  return (
    <Panel
      title="Passkeys"
      lead="They sign you in and confirm what is weighty. Have two, so that one may be lost."
      actions={add}
    >
      <DataTable
        caption="Passkeys"
        columns={columnsWith(setRemoving)}
        rows={{ data: me.passkeys, error: null, isPending: false, refetch: () => undefined }}
        rowKey={({ id }) => id}
        empty={
          <EmptyState title="No passkey yet" action={add}>
            Without one you cannot approve models, change policies or export the ledger.
          </EmptyState>
        }
      />
      <AddDialog opened={adding} onClose={() => setAdding(false)} />
      <ConfirmDialog
        opened={removing !== null}
        onClose={() => setRemoving(null)}
        title={`Remove ${removing?.name ?? ''}?`}
        verb="Remove"
        danger
        onConfirm={async () => {
          if (removing !== null) await call('me.passkeyRemove', { params: { passkeyId: removing.id } });
          await changed('me.');
        }}
      >
        It no longer signs you in here. Delete it from your device too, which would go on offering it.
      </ConfirmDialog>
    </Panel>
  );
}

function AddDialog({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const changed = useChanged();
  const end = (): void => {
    setCodes(null);
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={end}
      title={codes === null ? 'Add a passkey' : 'Your recovery codes'}
      closeOnClickOutside={codes === null}
      closeOnEscape={codes === null}
      withCloseButton={codes === null}
    >
      {codes === null ? (
        <PasskeyEnrolment
          onAdded={(given) => {
            void changed('me.');
            if (given === null) end();
            else setCodes(given);
          }}
        />
      ) : (
        <SecretOnce
          secrets={codes}
          what="recovery codes"
          lead="For the day your devices are lost: each code lets you in once, together with your password."
          onStored={end}
        />
      )}
    </Modal>
  );
}
