import { Button, Menu, Modal, Select, Textarea } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { ChevronDown } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { call } from '../../api/call.ts';
import { useChanged, useMe } from '../../api/hooks.ts';
import { announce } from '../../ui/announcer.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { FormEnd } from '../../ui/form-end.tsx';
import { Stack } from '../../ui/panel.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { examinable, isOwn, type ModelVersion, stageWords } from '../models/words.ts';

type Act = 'stage' | 'recall' | 'reexamine' | 'abandon';

const abandonable: ReadonlySet<ModelVersion['state']> = new Set(['uploading', 'review', 'denied', 'failed']);

/** What can be done about a version, as far as its state and one's own rights allow. */
export function VersionActions({ version }: { readonly version: ModelVersion }) {
  const possible = possibleActs(version);
  const [open, setOpen] = useState<Act | null>(null);
  const close = (): void => setOpen(null);
  return (
    <>
      {possible.length > 0 && (
        <Menu position="bottom-end" width={200}>
          <Menu.Target>
            <Button variant="default" rightSection={<ChevronDown size={14} />}>
              Change the version
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {possible.map(([act, label]) => (
              <Menu.Item
                key={act}
                {...(act === 'recall' || act === 'abandon' ? { c: 'var(--critical)' } : {})}
                onClick={() => setOpen(act)}
              >
                {label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {version.state === 'review' && <ToDecision version={version} />}
      <StageDialog version={version} opened={open === 'stage'} onClose={close} />
      {open !== null && open !== 'stage' && <ActDialog act={open} version={version} onClose={close} />}
    </>
  );
}

function possibleActs({ state, actions }: ModelVersion): readonly (readonly [Act, string])[] {
  const writes = actions.includes('models.write');
  const menu: readonly (readonly [Act, string, boolean])[] = [
    ['stage', 'Set the stage', writes && state === 'released'],
    ['reexamine', 'Examine again', actions.includes('models.approve') && examinable.has(state)],
    ['recall', 'Recall', actions.includes('models.recall') && state === 'released'],
    ['abandon', 'Give it up', writes && abandonable.has(state)],
  ];
  return menu.filter(([, , isPossible]) => isPossible).map(([act, label]) => [act, label]);
}

/** The way to where it is decided about, for whoever may. */
function ToDecision({ version }: { readonly version: ModelVersion }) {
  const { data: me } = useMe();
  if (isOwn(version, me?.principal.id)) {
    return <p className="quiet">Somebody else decides: you uploaded it, or asked for it.</p>;
  }
  if (!version.actions.includes('models.approve')) return null;
  return (
    <Button renderRoot={(props) => <Link to="/approvals/$versionId" params={{ versionId: version.id }} {...props} />}>
      Decide
    </Button>
  );
}

const words = {
  recall: {
    title: 'Recall',
    verb: 'Recall',
    text: 'Downloads end at once, everywhere, those that run included. Owners and everybody who downloaded it lately are told, with your reason.',
    reason: 'required',
  },
  reexamine: {
    title: 'Examine',
    verb: 'Examine again',
    text: 'It is examined with the rules and the policy of now. What the policy would no longer admit is recalled; what was recalled or denied goes to review.',
    reason: undefined,
  },
  abandon: {
    title: 'Give up',
    verb: 'Give it up',
    text: 'Its files are removed from quarantine. What is on record about it stays. This cannot be undone.',
    reason: undefined,
  },
} as const;

interface ActDialogProps {
  readonly act: Exclude<Act, 'stage'>;
  readonly version: ModelVersion;
  readonly onClose: () => void;
}

/** As short as the server takes it. */
const MIN_REASON = 8;

function ActDialog({ act, version, onClose }: ActDialogProps) {
  const changed = useChanged();
  const { title, verb, text, reason } = words[act];
  const params = { versionId: version.id };

  async function run(why: string): Promise<void> {
    if (act === 'recall') await call('versions.recall', { params, body: { reason: why } });
    if (act === 'reexamine') await call('versions.reexamine', { params });
    if (act === 'abandon') await call('versions.abandon', { params });
    await changed('versions.', 'models.', 'registry.', 'recalls.', 'approvals.');
    if (act === 'reexamine') announce('It will be examined again. What comes of it appears here.');
  }

  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={`${title} version ${version.number} of ${version.modelName}?`}
      verb={verb}
      danger={act !== 'reexamine'}
      {...(reason === undefined ? {} : { reason, minReason: MIN_REASON })}
      onConfirm={run}
    >
      {text}
    </ConfirmDialog>
  );
}

interface StageDialogProps {
  readonly version: ModelVersion;
  readonly opened: boolean;
  readonly onClose: () => void;
}

function StageDialog({ version, opened, onClose }: StageDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="What is it used for?">
      <StageForm version={version} onClose={onClose} />
    </Modal>
  );
}

function StageForm({ version, onClose }: Omit<StageDialogProps, 'opened'>) {
  const [stage, setStage] = useState(version.stage);
  const [reason, setReason] = useState('');
  const { busy, error, submit } = useSubmit();
  const changed = useChanged();

  async function set(event: FormEvent): Promise<void> {
    event.preventDefault();
    const isDone = await submit(async () => {
      await call('versions.setStage', { params: { versionId: version.id }, body: { stage, reason } });
      await changed('versions.', 'models.');
    });
    if (isDone) onClose();
  }

  return (
    <form onSubmit={(event) => void set(event)}>
      <Stack>
        <Select
          label="Stage"
          description="It says what its owners use the version for, and changes nothing about who may download it."
          allowDeselect={false}
          data={Object.entries(stageWords).map(([value, label]) => ({ value, label }))}
          value={stage}
          onChange={(chosen) => setStage((chosen ?? version.stage) as ModelVersion['stage'])}
        />
        <Textarea
          label="Why"
          description="Recorded in the ledger with your name."
          autosize
          minRows={2}
          maxLength={2000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <ProblemNote error={error} />
        <FormEnd verb="Set the stage" busy={busy} disabled={stage === version.stage} onCancel={onClose} />
      </Stack>
    </form>
  );
}
