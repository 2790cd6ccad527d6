import { Button, SegmentedControl, Select, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { call, type CallInput } from '../../api/call.ts';
import { useApi, useApiWhen, useChanged } from '../../api/hooks.ts';
import { Meter } from '../../ui/meter.tsx';
import { Row, Stack } from '../../ui/panel.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { MAX_PROJECTS, ProjectSelect } from '../models/make-model-dialog.tsx';
import { ModelNameInput } from '../models/model-name-input.tsx';
import { asVersion, type Chosen } from './chosen-files.ts';
import { ChosenList } from './chosen-list.tsx';
import { declareVersion } from './declare.ts';
import { DropZone } from './drop-zone.tsx';
import styles from './upload.module.css';
import { startUpload } from './upload-run.ts';

interface Target {
  /** Null until somebody chooses. */
  readonly kind: 'new' | 'known' | null;
  readonly modelId: string | null;
  readonly name: string;
  readonly projectId: string | null;
}

const isReady = ({ kind, modelId, name, projectId }: Target): boolean =>
  kind === 'known' ? modelId !== null : name.trim() !== '' && projectId !== null;

/** Where the files shall go. Who sees no project has nowhere to make a model. */
function useTarget() {
  const { model } = useSearch({ from: '/frame/upload' });
  const projects = useApi('projects.list', { query: { limit: MAX_PROJECTS } });
  const usual = projects.data?.items.length === 0 ? 'known' : 'new';
  const [asked, setTarget] = useState<Target>({
    kind: model === undefined ? null : 'known',
    modelId: model ?? null,
    name: '',
    projectId: null,
  });
  return { target: { ...asked, kind: asked.kind ?? usual } as const, setTarget };
}

/** Chooses the files and the model, says what is new, and begins. */
export function NewUpload() {
  const { target, setTarget } = useTarget();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [message, setMessage] = useState('');
  const [hashed, setHashed] = useState(0);
  const [dropProblem, setDropProblem] = useState<unknown>(null);
  const { busy, error, submit } = useSubmit();
  const navigate = useNavigate();
  const changed = useChanged();
  const files = chosen?.files ?? [];
  const canBegin = files.length > 0 && chosen?.nameFault === null && isReady(target);

  async function begin(event: FormEvent): Promise<void> {
    event.preventDefault();
    await submit(async () => {
      const modelId = await modelFor(target);
      // A second try after a refused version goes to the model that is there by now.
      setTarget({ ...target, kind: 'known', modelId });
      const declared = await declareVersion(files, { modelId, message, onHashed: setHashed });
      startUpload(declared, files);
      // Whoever loads the page anew finds the upload that was under way.
      await navigate({ to: '/upload', search: { version: declared.version.id }, replace: true });
      await changed('models.', 'versions.', 'registry.');
    });
  }

  return (
    <form className={styles.form} onSubmit={(event) => void begin(event)}>
      <Stack>
        <DropZone
          title={chosen === null ? 'The files of the version' : 'Other files'}
          onFiles={(found) => setChosen(asVersion(found))}
          onProblem={setDropProblem}
        />
        <ProblemNote error={dropProblem} />
        {chosen !== null && <ChosenList chosen={chosen} />}
      </Stack>
      <Stack>
        <TargetFields value={target} onChange={setTarget} />
        <Textarea
          label="What is new"
          description="For whoever decides about it, and for the record."
          autosize
          minRows={2}
          maxLength={2000}
          value={message}
          onChange={(event) => setMessage(event.currentTarget.value)}
        />
        {busy && files.length > 0 && <Meter wide label="Looking at the files" share={hashed / files.length} />}
        <ProblemNote error={error} />
        <Row>
          <Button type="submit" loading={busy} disabled={!canBegin}>
            Upload
          </Button>
        </Row>
      </Stack>
    </form>
  );
}

/** The model to upload to, made where it is a new one. */
async function modelFor({ kind, modelId, name, projectId }: Target): Promise<string> {
  if (kind === 'known') return modelId ?? '';
  const body = { name: name.trim(), projectId } as CallInput<'models.make'>['body'];
  return (await call('models.make', { body })).id;
}

interface TargetFieldsProps {
  readonly value: Target & { readonly kind: 'new' | 'known' };
  readonly onChange: (target: Target) => void;
}

function TargetFields({ value, onChange }: TargetFieldsProps) {
  return (
    <>
      <SegmentedControl
        aria-label="Which model"
        value={value.kind}
        onChange={(kind) => onChange({ ...value, kind })}
        data={[
          { value: 'new', label: 'A new model' },
          { value: 'known', label: 'A version of one that is here' },
        ]}
      />
      {value.kind === 'new' ? (
        <>
          <ModelNameInput
            value={value.name}
            onChange={(event) => onChange({ ...value, name: event.currentTarget.value })}
          />
          <ProjectSelect value={value.projectId} onChange={(projectId) => onChange({ ...value, projectId })} />
        </>
      ) : (
        <ModelSelect value={value.modelId} onChange={(modelId) => onChange({ ...value, modelId })} />
      )}
    </>
  );
}

const SEARCH_DELAY_MS = 180;
const MAX_OFFERED = 50;

interface ModelSelectProps {
  readonly value: string | null;
  readonly onChange: (modelId: string | null) => void;
}

/** Finds a model by name as one types; the server searches. */
function ModelSelect({ value, onChange }: ModelSelectProps) {
  const [typed, setTyped] = useState('');
  const [settled] = useDebouncedValue(typed, SEARCH_DELAY_MS);
  const search = value === null ? settled.trim() : '';
  const models = useApi('models.list', {
    query: { limit: MAX_OFFERED, order: 'name', isArchived: 'false', ...(search === '' ? {} : { search }) },
  });
  const chosen = useApiWhen(value !== null, 'models.show', { params: { modelId: value ?? '' } });
  const own = (models.data?.items ?? []).filter(({ actions }) => actions.includes('models.write'));
  const offered = new Map(own.map(({ id, name }) => [id, name]));
  if (chosen.data !== undefined) offered.set(chosen.data.id, chosen.data.name);
  return (
    <Select
      label="Model"
      placeholder="Type a name"
      searchable
      required
      withAsterisk={false}
      nothingFoundMessage="No model that you may change is called that"
      data={Array.from(offered, ([id, name]) => ({ value: id, label: name }))}
      filter={({ options }) => options}
      onSearchChange={setTyped}
      value={value}
      onChange={onChange}
    />
  );
}
