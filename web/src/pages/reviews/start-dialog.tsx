import { Button, Modal, MultiSelect, NumberInput, Select, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { roles } from '../../../../src/contract/actions.ts';
import { call, type CallInput } from '../../api/call.ts';
import { useApi, useChanged } from '../../api/hooks.ts';
import { Row, Stack } from '../../ui/panel.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';

interface StartDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

const DAY_MS = 86_400_000;
const USUAL_DAYS = 14;

/** Begins a campaign: who looks, until when, at which grants. */
export function StartDialog({ opened, onClose }: StartDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Start a review">
      <StartForm onClose={onClose} />
    </Modal>
  );
}

function StartForm({ onClose }: { readonly onClose: () => void }) {
  const people = useApi('people.list', { query: { state: 'active', limit: 200 } });
  const [reviewers, setReviewers] = useState<string[]>([]);
  const [escalateTo, setEscalateTo] = useState<string | null>(null);
  const [chosenRoles, setChosenRoles] = useState<string[]>([]);
  const [unusedDays, setUnusedDays] = useState<number | string>('');
  const { busy, error, submit } = useSubmit();
  const changed = useChanged();
  const navigate = useNavigate();
  const choices = (people.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));

  async function start(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = {
      name: String(form.get('name')),
      dueAt: new Date(`${String(form.get('due'))}T23:59:59.999`).toISOString(),
      reviewers,
      ...(escalateTo === null ? {} : { escalateTo }),
      filter: {
        ...(chosenRoles.length === 0 ? {} : { roles: chosenRoles }),
        ...(unusedDays === '' ? {} : { unusedDays: Number(unusedDays) }),
      },
    } as CallInput<'reviews.start'>['body'];
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
          defaultValue={new Date(Date.now() + USUAL_DAYS * DAY_MS).toISOString().slice(0, 10)}
          description="Reviewers are reminded a week and a day before."
        />
        <MultiSelect
          label="Reviewers"
          description="Nobody decides about himself, so name at least two."
          data={choices}
          searchable
          value={reviewers}
          onChange={setReviewers}
        />
        <Select
          label="When it is overdue, tell"
          data={choices}
          searchable
          clearable
          value={escalateTo}
          onChange={setEscalateTo}
        />
        <MultiSelect
          label="Only grants with these roles"
          placeholder={chosenRoles.length === 0 ? 'all roles' : ''}
          data={[...roles]}
          value={chosenRoles}
          onChange={setChosenRoles}
        />
        <NumberInput
          label="Only grants unused for, days"
          placeholder="all grants"
          min={1}
          allowDecimal={false}
          value={unusedDays}
          onChange={setUnusedDays}
        />
        <ProblemNote error={error} />
        <Row end>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy} disabled={reviewers.length === 0}>
            Start the review
          </Button>
        </Row>
      </Stack>
    </form>
  );
}
