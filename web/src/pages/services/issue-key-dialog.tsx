import { Modal, MultiSelect, NumberInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { actionIds, actions } from '../../../../src/contract/actions.ts';
import { call, type CallInput, type Reply } from '../../api/call.ts';
import { useChanged } from '../../api/hooks.ts';
import { FormEnd } from '../../ui/form-end.tsx';
import { Stack } from '../../ui/panel.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { KeyOnce } from './key-once.tsx';
import { formText } from '../../ui/form-text.ts';

interface IssueKeyDialogProps {
  readonly serviceId: string;
  readonly opened: boolean;
  readonly onClose: () => void;
}

const DEFAULT_DAYS = 90;
const MAX_DAYS = 366;

/** Asks what the key is for, then shows its secret the only time it is seen. */
export function IssueKeyDialog({ serviceId, opened, onClose }: IssueKeyDialogProps) {
  const [issued, setIssued] = useState<Reply<'keys.issue'> | null>(null);
  const close = (): void => {
    setIssued(null);
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={issued === null ? 'Issue a key' : 'The key is issued'}
      closeOnClickOutside={issued === null}
      closeOnEscape={issued === null}
      withCloseButton={issued === null}
    >
      {issued === null ? (
        <IssueForm serviceId={serviceId} onIssued={setIssued} onCancel={close} />
      ) : (
        <KeyOnce issued={issued} onDone={close} />
      )}
    </Modal>
  );
}

// What only people do is not offered: an action that needs a passkey can never be done with a key.
const scopeChoices = actionIds
  .filter((id) => !('stepUp' in actions[id]))
  .map((id) => ({ value: id, label: `${actions[id].title} (${id})` }));

function bodyOf(form: FormData, scopes: readonly string[], days: number): CallInput<'keys.issue'>['body'] {
  const networks = formText(form, 'networks').split(/[\s,;]+/);
  return {
    name: formText(form, 'name'),
    scopes,
    networks: networks.filter((network) => network !== ''),
    expiresInDays: days,
  } as CallInput<'keys.issue'>['body'];
}

interface IssueFormProps {
  readonly serviceId: string;
  readonly onIssued: (issued: Reply<'keys.issue'>) => void;
  readonly onCancel: () => void;
}

function IssueForm({ serviceId, onIssued, onCancel }: IssueFormProps) {
  const [scopes, setScopes] = useState<string[]>([]);
  const [days, setDays] = useState<number | string>(DEFAULT_DAYS);
  const { busy, error, submit } = useSubmit();
  const changed = useChanged();

  async function issue(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const body = bodyOf(new FormData(event.currentTarget), scopes, Number(days));
    await submit(async () => {
      onIssued(await call('keys.issue', { params: { serviceId }, body }));
      await changed('keys.', 'services.', 'overview.');
    });
  }

  return (
    <form onSubmit={(event) => void issue(event)}>
      <Stack>
        <TextInput
          name="name"
          label="Name"
          placeholder="production, 2026"
          required
          withAsterisk={false}
          maxLength={120}
          data-autofocus
          autoComplete="off"
        />
        <MultiSelect
          label="What the key may be used for"
          description="As little as the program needs. The grants of the service limit it further."
          placeholder={scopes.length === 0 ? 'Choose actions' : ''}
          data={scopeChoices}
          searchable
          value={scopes}
          onChange={setScopes}
        />
        <TextInput
          name="networks"
          label="From which networks"
          description="In CIDR notation. Left empty: from anywhere."
          placeholder="203.0.113.0/24"
          spellCheck={false}
        />
        <NumberInput
          label="Ends after, days"
          min={1}
          max={MAX_DAYS}
          allowDecimal={false}
          value={days}
          onChange={setDays}
        />
        <ProblemNote error={error} />
        <FormEnd verb="Issue the key" busy={busy} disabled={scopes.length === 0} onCancel={onCancel} />
      </Stack>
    </form>
  );
}
