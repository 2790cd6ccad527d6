import { Button, Checkbox, Select, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { ActionId } from '../../../../src/contract/actions.ts';
import type { PrincipalRef, Scope } from '../../../../src/contract/types/common.ts';
import { call, type CallInput, type Reply } from '../../api/call.ts';
import { Row, Stack } from '../../ui/panel.tsx';
import { EmptyState, ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { PrincipalSelect } from '../grants/principal-select.tsx';
import { ScopeSelect } from '../grants/scope-select.tsx';
import { ActionSelect } from './action-select.tsx';
import { Answer } from './answer.tsx';
import styles from './tester.module.css';

interface Question {
  readonly principal: PrincipalRef | null;
  readonly action: ActionId;
  readonly scope: Scope;
  readonly level: string | null;
  readonly recentlyVerified: boolean;
  readonly address: string;
  readonly purpose: string;
  readonly classification: string | null;
}

const blank: Question = {
  principal: null,
  action: 'models.approve',
  scope: { kind: 'server' },
  level: null,
  recentlyVerified: false,
  address: '',
  purpose: '',
  classification: null,
};

/** Asks what would be decided, of the policies in force or of a text that is being written. */
export function RequestTester({ text }: { readonly text?: string }) {
  const [question, setQuestion] = useState<Question>(blank);
  const [answer, setAnswer] = useState<Reply<'policies.try'> | null>(null);
  const { busy, error, submit } = useSubmit();
  const set = (some: Partial<Question>): void => {
    setQuestion({ ...question, ...some });
    setAnswer(null);
  };

  async function ask(event: FormEvent): Promise<void> {
    event.preventDefault();
    const body = { ...bodyOf(question), ...(text === undefined ? {} : { text }) } as CallInput<'policies.try'>['body'];
    await submit(async () => setAnswer(await call('policies.try', { body })));
  }

  return (
    <div className={styles.tester}>
      <form onSubmit={(event) => void ask(event)}>
        <Stack>
          <PrincipalSelect label="Who" value={question.principal} onChange={(principal) => set({ principal })} />
          <ActionSelect value={question.action} onChange={(action) => set({ action })} />
          <ScopeSelect label="On" value={question.scope} onChange={(scope) => set({ scope })} />
          <Circumstances question={question} set={set} />
          <ProblemNote error={error} />
          <Row>
            <Button type="submit" loading={busy} disabled={question.principal === null}>
              Ask
            </Button>
          </Row>
        </Stack>
      </form>
      <div aria-live="polite">
        {answer === null ? (
          <EmptyState title="The answer appears here">
            With the policies and grants that decided, and, for a refusal, the shortest ways to change it.
          </EmptyState>
        ) : (
          <Answer answer={answer} />
        )}
      </div>
    </div>
  );
}

interface CircumstancesProps {
  readonly question: Question;
  readonly set: (some: Partial<Question>) => void;
}

/** What is left open is taken as it would be right now. */
function Circumstances({ question, set }: CircumstancesProps) {
  return (
    <fieldset className={styles.circumstances}>
      <legend>Under these circumstances</legend>
      <Select
        label="Signed in with"
        placeholder="as right now"
        clearable
        data={[
          { value: '1', label: 'one factor' },
          { value: '2', label: 'two factors, or a passkey' },
        ]}
        value={question.level}
        onChange={(level) => set({ level })}
      />
      <TextInput
        label="From the address"
        placeholder="as right now"
        spellCheck={false}
        value={question.address}
        onChange={(event) => set({ address: event.currentTarget.value.trim() })}
      />
      <TextInput
        label="For the purpose"
        placeholder="none"
        value={question.purpose}
        onChange={(event) => set({ purpose: event.currentTarget.value })}
      />
      <Select
        label="Classified"
        placeholder="as it is"
        clearable
        data={['public', 'internal', 'confidential', 'restricted']}
        value={question.classification}
        onChange={(classification) => set({ classification })}
      />
      <Checkbox
        label="Has just used a passkey"
        checked={question.recentlyVerified}
        onChange={(event) => set({ recentlyVerified: event.currentTarget.checked })}
      />
    </fieldset>
  );
}

function bodyOf({ principal, action, scope, level, recentlyVerified, address, purpose, classification }: Question) {
  return {
    principal,
    action,
    scope,
    context: {
      ...(level === null ? {} : { level: Number(level) }),
      ...(recentlyVerified ? { recentlyVerified } : {}),
      ...(address === '' ? {} : { address }),
      ...(purpose === '' ? {} : { purpose }),
      ...(classification === null ? {} : { classification }),
    },
  };
}
