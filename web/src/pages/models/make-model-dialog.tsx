import { Modal, Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { call, type CallInput } from '../../api/call.ts';
import { useApi, useChanged } from '../../api/hooks.ts';
import { FormEnd } from '../../ui/form-end.tsx';
import { formText } from '../../ui/form-text.ts';
import { Stack } from '../../ui/panel.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { ModelNameInput } from './model-name-input.tsx';

interface MakeModelDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

export const MAX_PROJECTS = 200;
export const classifications = ['public', 'internal', 'confidential', 'restricted'] as const;
type Classification = (typeof classifications)[number];

/** Asks what the model is called and where it belongs; versions come later. */
export function MakeModelDialog({ opened, onClose }: MakeModelDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Make a model">
      <MakeModelForm onClose={onClose} />
    </Modal>
  );
}

function MakeModelForm({ onClose }: { readonly onClose: () => void }) {
  const [projectId, setProjectId] = useState<string | null>(null);
  const [classification, setClassification] = useState<Classification | null>(null);
  const [tags, setTags] = useState<string[]>([]);
  const { busy, error, submit } = useSubmit();
  const changed = useChanged();
  const navigate = useNavigate();

  async function make(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const licence = formText(form, 'licence').trim();
    const body = {
      name: formText(form, 'name').trim(),
      projectId,
      description: formText(form, 'description'),
      tags,
      licence: licence === '' ? null : licence,
      ...(classification === null ? {} : { classification }),
    } as CallInput<'models.make'>['body'];
    await submit(async () => {
      const { id } = await call('models.make', { body });
      await changed('models.', 'registry.');
      await navigate({ to: '/models/$modelId', params: { modelId: id } });
    });
  }

  return (
    <form onSubmit={(event) => void make(event)}>
      <Stack>
        <ModelNameInput name="name" data-autofocus />
        <ProjectSelect value={projectId} onChange={setProjectId} />
        <Textarea name="description" label="What it is for" autosize minRows={2} maxLength={2000} />
        <Select
          label="Classification"
          description="Never below that of the project."
          placeholder="as the project"
          clearable
          data={[...classifications]}
          value={classification}
          onChange={(chosen) => setClassification(chosen)}
        />
        <TextInput name="licence" label="Licence" placeholder="apache-2.0" maxLength={120} spellCheck={false} />
        <TagsInput label="Tags" description="Enter after each." value={tags} onChange={setTags} maxTags={64} />
        <ProblemNote error={error} />
        <FormEnd verb="Make the model" busy={busy} disabled={projectId === null} onCancel={onClose} />
      </Stack>
    </form>
  );
}

interface ProjectSelectProps {
  readonly value: string | null;
  readonly onChange: (projectId: string | null) => void;
}

/** Where a model belongs: its grants and its least classification come from there. */
export function ProjectSelect({ value, onChange }: ProjectSelectProps) {
  const projects = useApi('projects.list', { query: { limit: MAX_PROJECTS } });
  const items = projects.data?.items ?? [];
  return (
    <Select
      label="Project"
      placeholder={projects.data !== undefined && items.length === 0 ? 'you see no project' : 'Choose one'}
      searchable
      required
      withAsterisk={false}
      nothingFoundMessage="No project is called that"
      data={items.map(({ id, name }) => ({ value: id, label: name }))}
      value={value}
      onChange={onChange}
    />
  );
}
