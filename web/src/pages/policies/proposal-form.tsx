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
import { placeOf } from './cedar-tokens.ts';
import { Impact } from './impact.tsx';
import { PolicyDiff } from './policy-diff.tsx';
import { PolicyEditor } from './policy-text.tsx';
import styles from './policy-text.module.css';
import { RequestTester } from './request-tester.tsx';

const CHECK_DELAY_MS = 400;

interface ProposalFormProps {
  readonly active: Reply<'policies.active'>;
}

/** Write, see what is wrong, what differs, who would gain and lose, try it; then propose. */
export function ProposalForm({ active }: ProposalFormProps) {
  const [text, setText] = useState(active.text);
  const [settled] = useDebouncedValue(text, CHECK_DELAY_MS);
  const field = useRef<HTMLTextAreaElement>(null);
  const check = useApiWhen(settled !== active.text, 'policies.check', { body: { text: settled } });
  const changed = settled !== active.text;
  const faults = changed && check.data !== undefined && settled === text ? check.data.faults : [];
  const valid = !changed || check.data?.valid === true;

  return (
    <Tabs defaultValue="write" keepMounted={false}>
      <Tabs.List mb={16}>
        <Tabs.Tab value="write">Write</Tabs.Tab>
        <Tabs.Tab value="diff">What differs</Tabs.Tab>
        <Tabs.Tab value="impact" disabled={!valid}>
          Who gains, who loses
        </Tabs.Tab>
        <Tabs.Tab value="try" disabled={!valid}>
          Try it
        </Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="write">
        <Stack>
          <PolicyEditor value={text} onChange={setText} label="Policies" faults={faults} fieldRef={field} />
          {check.error !== null && changed && <ErrorState error={check.error} retry={check.refetch} />}
          <Verdict changed={changed} check={check.data} waiting={settled !== text || check.isFetching} />
          <FaultList
            faults={faults}
            text={text}
            onGo={(start, end) => {
              field.current?.focus();
              field.current?.setSelectionRange(start, end);
            }}
          />
          <Propose active={active} text={text} ready={changed && valid && settled === text} />
        </Stack>
      </Tabs.Panel>
      <Tabs.Panel value="diff">
        <PolicyDiff before={active.text} after={text} label="Changes to the policies in force" />
      </Tabs.Panel>
      <Tabs.Panel value="impact">
        <Impact text={text} />
      </Tabs.Panel>
      <Tabs.Panel value="try">
        <RequestTester text={text} />
      </Tabs.Panel>
    </Tabs>
  );
}

interface VerdictProps {
  readonly changed: boolean;
  readonly check: Reply<'policies.check'> | undefined;
  readonly waiting: boolean;
}

function Verdict({ changed, check, waiting }: VerdictProps) {
  const words = (): React.ReactNode => {
    if (!changed) return <span className="quiet">The same as what is in force.</span>;
    if (waiting || check === undefined) return <span className="quiet">Checking…</span>;
    return check.valid ? (
      <StatusMark of="verified">Valid against the schema</StatusMark>
    ) : (
      <StatusMark of="unverified">Not valid yet</StatusMark>
    );
  };
  return <div role="status">{words()}</div>;
}

interface FaultListProps {
  readonly faults: Reply<'policies.check'>['faults'];
  readonly text: string;
  readonly onGo: (start: number, end: number) => void;
}

/** What is wrong and where; a click goes there. */
function FaultList({ faults, text, onGo }: FaultListProps) {
  if (faults.length === 0) return null;
  return (
    <ul className={styles.faultList} aria-label="What is wrong">
      {faults.map(({ message, start, end, severity, policyId }) => {
        const place = start === null ? null : placeOf(text, start);
        return (
          <li key={`${start} ${message}`}>
            <button type="button" disabled={start === null} onClick={() => onGo(start ?? 0, end ?? start ?? 0)}>
              <span className={styles.place}>
                {place === null ? (policyId ?? 'everywhere') : `${place.line}:${place.column}`}
                {severity === 'warning' ? ' warning' : ''}
              </span>
              {sentence(message)}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

interface ProposeProps {
  readonly active: Reply<'policies.active'>;
  readonly text: string;
  readonly ready: boolean;
}

function Propose({ active, text, ready }: ProposeProps) {
  const changed = useChanged();
  const navigate = useNavigate();

  async function propose(comment: string): Promise<void> {
    const { version } = await call('policies.propose', { body: { text, comment, basedOn: active.version } });
    await changed('policies.', 'overview.');
    await navigate({ to: '/policies/$version', params: { version: String(version) } });
  }

  return (
    <ReasonForm
      description="For whoever decides about it, and for the record."
      button="Propose this change"
      isReady={ready}
      send={propose}
    />
  );
}
