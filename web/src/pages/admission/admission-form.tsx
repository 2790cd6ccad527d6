import { Tabs } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { call, type Reply } from '../../api/call.ts';
import { useApiWhen, useChanged } from '../../api/hooks.ts';
import { Stack } from '../../ui/panel.tsx';
import { ReasonForm } from '../../ui/reason-form.tsx';
import { ErrorState, sentence } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { PolicyDiff } from '../policies/policy-diff.tsx';
import { PolicyEditor } from '../policies/policy-text.tsx';
import styles from '../policies/policy-text.module.css';
import { DryRun } from './dry-run.tsx';
import { rangeOf } from './range-of.ts';

const CHECK_DELAY_MS = 400;

type Problem = Reply<'admission.check'>['problems'][number];

interface AdmissionFormProps {
  readonly active: Reply<'admission.active'>;
}

/** Write, see what is wrong, what differs, what it would have changed; then put it into force. */
export function AdmissionForm({ active }: AdmissionFormProps) {
  const [text, setText] = useState(active.body);
  const [settled] = useDebouncedValue(text, CHECK_DELAY_MS);
  const field = useRef<HTMLTextAreaElement>(null);
  const isChanged = settled !== active.body;
  const check = useApiWhen(isChanged, 'admission.check', { body: { body: settled } });
  const problems = isChanged && settled === text ? (check.data?.problems ?? []) : [];
  const isValid = !isChanged || check.data?.problems.length === 0;
  const isWaiting = settled !== text || check.isFetching;

  return (
    <Tabs defaultValue="write" keepMounted={false}>
      <Tabs.List mb={16}>
        <Tabs.Tab value="write">Write</Tabs.Tab>
        <Tabs.Tab value="diff">What differs</Tabs.Tab>
        <Tabs.Tab value="dry-run" disabled={!isValid}>
          Dry run
        </Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="write">
        <Stack>
          <PolicyEditor
            value={text}
            onChange={setText}
            label="Admission policy"
            language="yaml"
            faults={problems.map((problem) => rangeOf(text, problem))}
            fieldRef={field}
          />
          {check.error !== null && isChanged && <ErrorState error={check.error} retry={check.refetch} />}
          <div role="status">
            <Standing isChanged={isChanged} isWaiting={isWaiting} isValid={isValid} />
          </div>
          <ProblemList
            problems={problems}
            onGo={(problem) => {
              const { start, end } = rangeOf(text, problem);
              field.current?.focus();
              field.current?.setSelectionRange(start ?? 0, end ?? 0);
            }}
          />
          <PutIntoForce active={active} text={text} isReady={isChanged && isValid && !isWaiting} />
        </Stack>
      </Tabs.Panel>
      <Tabs.Panel value="diff">
        <PolicyDiff before={active.body} after={text} label="Changes to the policy in force" />
      </Tabs.Panel>
      <Tabs.Panel value="dry-run">
        <DryRun text={text} />
      </Tabs.Panel>
    </Tabs>
  );
}

interface StandingProps {
  readonly isChanged: boolean;
  readonly isWaiting: boolean;
  readonly isValid: boolean;
}

function Standing({ isChanged, isWaiting, isValid }: StandingProps) {
  if (!isChanged) return <span className="quiet">The same as what is in force.</span>;
  if (isWaiting) return <span className="quiet">Checking…</span>;
  return isValid ? (
    <StatusMark of="verified">Well made</StatusMark>
  ) : (
    <StatusMark of="unverified">Not well made yet</StatusMark>
  );
}

interface ProblemListProps {
  readonly problems: readonly Problem[];
  readonly onGo: (problem: Problem) => void;
}

/** What is wrong and where; a click goes there. */
function ProblemList({ problems, onGo }: ProblemListProps) {
  if (problems.length === 0) return null;
  return (
    <ul className={styles.faultList} aria-label="What is wrong">
      {problems.map((problem) => (
        <li key={`${problem.line} ${problem.column} ${problem.message}`}>
          <button type="button" disabled={problem.line === null} onClick={() => onGo(problem)}>
            <span className={styles.place}>
              {problem.line === null ? 'everywhere' : `${problem.line}:${problem.column ?? 1}`}
            </span>
            {sentence(problem.message)}
          </button>
        </li>
      ))}
    </ul>
  );
}

interface PutIntoForceProps extends AdmissionFormProps {
  readonly text: string;
  readonly isReady: boolean;
}

function PutIntoForce({ active, text, isReady }: PutIntoForceProps) {
  const changed = useChanged();
  const navigate = useNavigate();

  async function put(comment: string): Promise<void> {
    await call('admission.put', { body: { body: text, comment, basedOn: active.version } });
    await changed('admission.', 'versions.', 'approvals.');
    await navigate({ to: '/admission' });
  }

  return (
    <ReasonForm
      description="For those who come after you, and for the record."
      button="Put into force"
      isReady={isReady}
      send={put}
    />
  );
}
