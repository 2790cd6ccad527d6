import { Modal, MultiSelect, NumberInput, Select, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { roles } from '../../../../src/contract/actions.ts';
import { call, type CallInput } from '../../api/call.ts';
import { useApi, useChanged } from '../../api/hooks.ts';
import { Stack } from '../../ui/panel.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { FormEnd } from '../../ui/form-end.tsx';
import { formText } from '../../ui/form-text.ts';

interface StartDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

const DAY_MS = 86_400_000;
const USUAL_DAYS = 14;
const DATE_CHARACTERS = 'yyyy-mm-dd'.length;

/** Begins a campaign: who looks, until when, at which grants. */
export function StartDialog({ opened, onClose }: StartDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Start a review">
      <StartForm onClose={onClose} />
    </Modal>
  );
}

interface Choices {
  readonly reviewers: string[];
  readonly escalateTo: string | null;
  readonly roles: string[];
  readonly unusedDays: number | string;
}

function bodyOf(
  form: FormData,
  { reviewers, escalateTo, roles, unusedDays }: Choices,
): CallInput<'reviews.start'>['body'] {
  return {
    name: formText(form, 'name'),
    dueAt: new Date(`${formText(form, 'due')}T23:59:59.999`).toISOString(),
    reviewers,
    ...(escalateTo === null ? {} : { escalateTo }),
    filter: {
      ...(roles.length === 0 ? {} : { roles }),
      ...(unusedDays === '' ? {} : { unusedDays: Number(unusedDays) }),
    },
  } as CallInput<'reviews.start'>['body'];
}

function StartForm({ onClose }: { readonly onClose: () => void }) {
  const [choices, setChoices] = useState<Choices>({ reviewers: [], escalateTo: null, roles: [], unusedDays: '' });
  const { busy, error, submit } = useSubmit();
  const changed = useChanged();
  const navigate = useNavigate();
  const [usualDue] = useState(() => new Date(Date.now() + USUAL_DAYS * DAY_MS).toISOString().slice(0, DATE_CHARACTERS));

  async function start(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const body = bodyOf(new FormData(event.currentTarget), choices);
    await submit(async () => {
      const { id } = await call('reviews.start', { body });
      await changed('reviews.', 'overview.');
      await navigate({ to: '/reviews/$campaignId', params: { campaignId: id } });
    });
  }

  return (
    <form onSubmit={(event) => void start(event)}>
      <Stack>
        <TextInput
          name="name"
          label="Name"
          placeholder="Second half of 2026"
          required
          withAsterisk={false}
          maxLength={120}
          data-autofocus
          autoComplete="off"
        />
        <TextInput
          name="due"
          type="date"
          label="Due"
          required
          withAsterisk={false}
          defaultValue={usualDue}
          description="Reviewers are reminded a week and a day before."
        />
        <ChoiceFields value={choices} onChange={setChoices} />
        <ProblemNote error={error} />
        <FormEnd verb="Start the review" busy={busy} disabled={choices.reviewers.length === 0} onCancel={onClose} />
      </Stack>
    </form>
  );
}

interface ChoiceFieldsProps {
  readonly value: Choices;
  readonly onChange: (value: Choices) => void;
}

function ChoiceFields({ value, onChange }: ChoiceFieldsProps) {
  const people = useApi('people.list', { query: { state: 'active', limit: 200 } });
  const named = (people.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const set = (some: Partial<Choices>): void => onChange({ ...value, ...some });
  return (
    <>
      <MultiSelect
        label="Reviewers"
        description="Nobody decides about himself, so name at least two."
        data={named}
        searchable
        value={value.reviewers}
        onChange={(reviewers) => set({ reviewers })}
      />
      <Select
        label="When it is overdue, tell"
        data={named}
        searchable
        clearable
        value={value.escalateTo}
        onChange={(escalateTo) => set({ escalateTo })}
      />
      <MultiSelect
        label="Only grants with these roles"
        placeholder={value.roles.length === 0 ? 'all roles' : ''}
        data={[...roles]}
        value={value.roles}
        onChange={(chosen) => set({ roles: chosen })}
      />
      <NumberInput
        label="Only grants unused for, days"
        placeholder="all grants"
        min={1}
        allowDecimal={false}
        value={value.unusedDays}
        onChange={(unusedDays) => set({ unusedDays })}
      />
    </>
  );
}
