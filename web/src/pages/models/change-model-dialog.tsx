import { Modal, Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { PrincipalRef } from '../../../../src/contract/types/common.ts';
import { call, type CallInput } from '../../api/call.ts';
import { useChanged, useMay } from '../../api/hooks.ts';
import { FormEnd } from '../../ui/form-end.tsx';
import { formText } from '../../ui/form-text.ts';
import { Stack } from '../../ui/panel.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { PrincipalSelect } from '../grants/principal-select.tsx';
import { classifications } from './make-model-dialog.tsx';
import type { Model } from './words.ts';

interface ChangeModelDialogProps {
  readonly model: Model;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Changes what is said about a model. Its name stays: clients ask for it. */
export function ChangeModelDialog({ model, opened, onClose }: ChangeModelDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={`Change ${model.name}`}>
      <ChangeForm model={model} onClose={onClose} />
    </Modal>
  );
}

function ChangeForm({ model, onClose }: Omit<ChangeModelDialogProps, 'opened'>) {
  const may = useMay();
  const [tags, setTags] = useState<string[]>([...model.tags]);
  const [classification, setClassification] = useState(model.classification);
  const [owner, setOwner] = useState<PrincipalRef | null>(null);
  const { busy, error, submit } = useSubmit();
  const changed = useChanged();

  async function change(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const licence = formText(form, 'licence').trim();
    const body = {
      description: formText(form, 'description'),
      licence: licence === '' ? null : licence,
      tags,
      ...(classification === model.classification ? {} : { classification }),
      ...(owner === null ? {} : { ownerId: owner.id }),
    } as NonNullable<CallInput<'models.change'>['body']>;
    const isDone = await submit(async () => {
      await call('models.change', { params: { modelId: model.id }, body });
      await changed('models.');
    });
    if (isDone) onClose();
  }

  return (
    <form onSubmit={(event) => void change(event)}>
      <Stack>
        <Textarea
          name="description"
          label="What it is for"
          autosize
          minRows={2}
          maxLength={2000}
          defaultValue={model.description}
          data-autofocus
        />
        <TextInput
          name="licence"
          label="Licence"
          maxLength={120}
          spellCheck={false}
          defaultValue={model.licence ?? ''}
        />
        <TagsInput label="Tags" description="Enter after each." value={tags} onChange={setTags} maxTags={64} />
        <Select
          label="Classification"
          description="Never below that of the project."
          allowDeselect={false}
          data={[...classifications]}
          value={classification}
          onChange={(chosen) => chosen !== null && setClassification(chosen)}
        />
        {may('people.read') && <NewOwner current={model.owner?.name ?? 'nobody'} value={owner} onChange={setOwner} />}
        <ProblemNote error={error} />
        <FormEnd verb="Save" busy={busy} onCancel={onClose} />
      </Stack>
    </form>
  );
}

interface NewOwnerProps {
  readonly current: string;
  readonly value: PrincipalRef | null;
  readonly onChange: (owner: PrincipalRef | null) => void;
}

/** Hidden until somebody wants it: the owner seldom changes. */
function NewOwner({ current, value, onChange }: NewOwnerProps) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Owner: {current}. Give it to somebody else</summary>
      {open && <PrincipalSelect label="New owner" value={value} onChange={onChange} />}
    </details>
  );
}
