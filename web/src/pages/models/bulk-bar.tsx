import { Button, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { useChanged } from '../../api/hooks.ts';
import { problemOf } from '../../api/problem.ts';
import { announce } from '../../ui/announcer.tsx';
import { countWords } from '../../ui/byte-words.ts';
import { Meter } from '../../ui/meter.tsx';
import { Row, Stack } from '../../ui/panel.tsx';
import { sentence } from '../../ui/states.tsx';
import styles from './models.module.css';
import { examinable, type Model } from './words.ts';

/** More at once would be a matter for a program. */
const MAX_AT_ONCE = 200;
const MAX_TAGS = 64;
const TAG = /^[a-z0-9][a-z0-9._:-]{0,63}$/;

interface Act {
  readonly id: 'archive' | 'reexamine' | 'tag';
  readonly label: string;
  readonly title: (models: string) => string;
  readonly text: string;
  readonly verb: string;
  readonly action: Model['actions'][number];
  /** Models it says nothing about are left alone. */
  readonly concerns: (model: Model, tag: string) => boolean;
  readonly run: (model: Model, tag: string) => Promise<unknown>;
}

const acts: readonly Act[] = [
  {
    id: 'tag',
    label: 'Add a tag',
    title: (models) => `Add a tag to ${models}`,
    text: 'Tags are for finding. Where the tag is already, nothing changes.',
    verb: 'Add the tag',
    action: 'models.write',
    concerns: ({ tags }, tag) => !tags.includes(tag) && tags.length < MAX_TAGS,
    run: ({ id, tags }, tag) => call('models.change', { params: { modelId: id }, body: { tags: [...tags, tag] } }),
  },
  {
    id: 'reexamine',
    label: 'Examine again',
    title: (models) => `Examine ${models} again?`,
    text: 'Of each the released version, or else the newest, is examined with the rules and the policy of now. What the policy would no longer admit is recalled.',
    verb: 'Examine again',
    action: 'models.approve',
    concerns: ({ latest, released }) => released !== null || (latest !== null && examinable.has(latest.state)),
    run: ({ latest, released }) =>
      call('versions.reexamine', { params: { versionId: (released ?? latest)?.id ?? '' } }),
  },
  {
    id: 'archive',
    label: 'Archive',
    title: (models) => `Archive ${models}?`,
    text: 'They leave the list and take no new versions. Nothing is deleted, and it can be undone.',
    verb: 'Archive',
    action: 'models.write',
    concerns: ({ isArchived }) => !isArchived,
    run: ({ id }) => call('models.change', { params: { modelId: id }, body: { isArchived: true } }),
  },
];

interface BulkBarProps {
  readonly models: readonly Model[];
  /** Chooses whatever is listed. */
  readonly onAll: () => void;
  readonly onDone: () => void;
}

/** What can be done to several models at once: the same as to one, one after the other. */
export function BulkBar({ models, onAll, onDone }: BulkBarProps) {
  const [open, setOpen] = useState<Act | null>(null);
  const offered = acts.filter(({ action }) => models.some(({ actions }) => actions.includes(action)));
  return (
    <div className={styles.bulk} role="group" aria-label="With the chosen models">
      <span aria-live="polite" className="tabular">
        {countWords(models.length, 'model')} chosen
        {models.length > MAX_AT_ONCE && `; at most ${MAX_AT_ONCE} at once`}
      </span>
      {offered.map((act) => (
        <Button
          key={act.id}
          variant="default"
          size="xs"
          disabled={models.length === 0 || models.length > MAX_AT_ONCE}
          onClick={() => setOpen(act)}
        >
          {act.label}
        </Button>
      ))}
      <Button variant="subtle" size="xs" onClick={onAll}>
        Choose all that are listed
      </Button>
      <Button variant="subtle" size="xs" onClick={onDone}>
        Choose none
      </Button>
      <Modal
        opened={open !== null}
        onClose={() => setOpen(null)}
        title={open?.title(countWords(models.length, 'model'))}
      >
        {open !== null && <BulkForm act={open} models={models} onClose={() => setOpen(null)} onDone={onDone} />}
      </Modal>
    </div>
  );
}

interface Failure {
  readonly name: string;
  readonly why: string;
}

interface Course {
  readonly done: number;
  readonly failures: readonly Failure[];
  readonly state: 'waiting' | 'running' | 'ended';
}

/** One after the other: a failure stops none of the others, and all are told at the end. */
async function runAll(
  models: readonly Model[],
  run: (model: Model) => Promise<unknown>,
  tell: (course: Course) => void,
): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  for (const [index, model] of models.entries()) {
    tell({ done: index, failures: [...failures], state: 'running' });
    try {
      await run(model);
    } catch (error) {
      failures.push({ name: model.name, why: sentence(problemOf(error).detail) });
    }
  }
  tell({ done: models.length, failures, state: 'ended' });
  return failures;
}

interface BulkFormProps extends Omit<BulkBarProps, 'onAll'> {
  readonly act: Act;
  readonly onClose: () => void;
}

function BulkForm({ act, models, onClose, onDone }: BulkFormProps) {
  const [tag, setTag] = useState('');
  const [course, setCourse] = useState<Course>({ done: 0, failures: [], state: 'waiting' });
  const changed = useChanged();
  const wanted = models
    .slice(0, MAX_AT_ONCE)
    .filter((model) => model.actions.includes(act.action) && act.concerns(model, tag));

  async function start(): Promise<void> {
    const failures = await runAll(wanted, (model) => act.run(model, tag), setCourse);
    await changed('models.', 'versions.', 'registry.');
    if (failures.length > 0) return;
    announce(`${act.label}: ${countWords(wanted.length, 'model')}.`);
    onClose();
    onDone();
  }

  const isTag = act.id === 'tag';
  const ready = wanted.length > 0 && (!isTag || TAG.test(tag));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <Stack>
        <p>{act.text}</p>
        {isTag && (
          <TextInput
            label="Tag"
            description="Lower-case letters, digits and . _ : -"
            spellCheck={false}
            data-autofocus
            maxLength={64}
            value={tag}
            onChange={(event) => setTag(event.currentTarget.value.trim())}
          />
        )}
        {wanted.length < models.length && (!isTag || TAG.test(tag)) && (
          <p className="soft">It concerns {countWords(wanted.length, 'model')} of them.</p>
        )}
        {course.state === 'running' && <Meter wide label={act.label} share={course.done / wanted.length} />}
        {course.state === 'ended' && <Failures failures={course.failures} />}
        <Row end>
          <Button variant="default" disabled={course.state === 'running'} onClick={onClose}>
            {course.state === 'ended' ? 'Close' : 'Cancel'}
          </Button>
          {course.state !== 'ended' && (
            <Button type="submit" loading={course.state === 'running'} disabled={!ready}>
              {act.verb}
            </Button>
          )}
        </Row>
      </Stack>
    </form>
  );
}

function Failures({ failures }: { readonly failures: readonly Failure[] }) {
  return (
    <div role="alert">
      <p>
        <strong>Not done for {countWords(failures.length, 'model')}:</strong>
      </p>
      <ul className={styles.failures}>
        {failures.map(({ name, why }) => (
          <li key={name}>
            {name}: {why}
          </li>
        ))}
      </ul>
    </div>
  );
}
