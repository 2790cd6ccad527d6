import { Modal, Select, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { roles } from '../../../../src/contract/actions.ts';
import { call, type CallInput, type Reply } from '../../api/call.ts';
import { useChanged } from '../../api/hooks.ts';
import { Stack } from '../../ui/panel.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { FormEnd } from '../../ui/form-end.tsx';
import { formText } from '../../ui/form-text.ts';

interface InviteDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

const personRoles = roles.filter((role) => role !== 'service');

/** Asks for name and address, then shows the link the only time it is seen. */
export function InviteDialog({ opened, onClose }: InviteDialogProps) {
  const [made, setMade] = useState<Reply<'people.invite'> | null>(null);
  const close = (): void => {
    setMade(null);
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={made === null ? 'Invite a person' : 'The invitation is ready'}
      closeOnClickOutside={made === null}
      closeOnEscape={made === null}
      withCloseButton={made === null}
    >
      {made === null ? <InviteForm onMade={setMade} onCancel={close} /> : <LinkOnce invitation={made} onDone={close} />}
    </Modal>
  );
}

/** The link of an invitation or a reset, for one person only. */
export function LinkOnce({
  invitation,
  onDone,
}: {
  readonly invitation: Reply<'people.invite'>;
  readonly onDone: () => void;
}) {
  return (
    <SecretOnce
      secrets={[invitation.link]}
      what="link"
      lead="Send this link to the person over a channel that you trust. Whoever opens it first gets the account; it works once."
      onStored={onDone}
    />
  );
}

interface InviteFormProps {
  readonly onMade: (invitation: Reply<'people.invite'>) => void;
  readonly onCancel: () => void;
}

function InviteForm({ onMade, onCancel }: InviteFormProps) {
  const [role, setRole] = useState<string | null>('member');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const changed = useChanged();

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const person = { name: formText(form, 'name'), email: formText(form, 'email') };
    const body = (
      role === null ? person : { ...person, role, scope: { kind: 'server' } }
    ) as CallInput<'people.invite'>['body'];
    setBusy(true);
    setError(null);
    try {
      onMade(await call('people.invite', { body }));
      await changed('people.', 'grants.', 'overview.');
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <TextInput
          name="name"
          label="Name"
          required
          withAsterisk={false}
          maxLength={120}
          data-autofocus
          autoComplete="off"
        />
        <TextInput name="email" label="E-mail address" type="email" required withAsterisk={false} autoComplete="off" />
        <Select
          label="Role on this server"
          description="A role for a project or a model only: choose none here, and give a grant afterwards."
          data={[...personRoles]}
          clearable
          value={role}
          onChange={setRole}
        />
        <ProblemNote error={error} />
        <FormEnd verb="Make the invitation" busy={busy} onCancel={onCancel} />
      </Stack>
    </form>
  );
}
