import { Modal, Select, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { roles } from '../../../../src/contract/actions.ts';
import type { PrincipalRef, Scope } from '../../../../src/contract/types/common.ts';
import { call, type CallInput } from '../../api/call.ts';
import { useChanged } from '../../api/hooks.ts';
import { FormEnd } from '../../ui/form-end.tsx';
import { Stack } from '../../ui/panel.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { type ConditionAnswers, ConditionFields, conditionsOf, noConditions } from './condition-fields.tsx';
import { PrincipalSelect } from './principal-select.tsx';
import { ScopeSelect } from './scope-select.tsx';

interface GiveGrantDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Whom it is for; asked where absent. */
  readonly principal?: PrincipalRef & { readonly name: string };
}

/** Gives a role to somebody, somewhere, with conditions and an end. */
export function GiveGrantDialog(props: GiveGrantDialogProps) {
  const { opened, onClose, principal } = props;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={principal === undefined ? 'Give a grant' : `Give ${principal.name} a grant`}
      size="lg"
    >
      <GiveGrantForm {...props} />
    </Modal>
  );
}

interface Answers {
  readonly principal: PrincipalRef | null;
  readonly role: string;
  readonly scope: Scope;
  readonly conditions: ConditionAnswers;
  readonly expires: string;
  readonly reason: string;
}

function GiveGrantForm({ onClose, principal }: GiveGrantDialogProps) {
  const [answers, setAnswers] = useState<Answers>({
    principal: principal === undefined ? null : { kind: principal.kind, id: principal.id },
    role: principal?.kind === 'service' ? 'service' : 'member',
    scope: { kind: 'server' },
    conditions: noConditions,
    expires: '',
    reason: '',
  });
  const { busy, error, submit } = useSubmit();
  const changed = useChanged();
  const set = (some: Partial<Answers>): void => setAnswers({ ...answers, ...some });

  async function give(event: FormEvent): Promise<void> {
    event.preventDefault();
    const done = await submit(() => call('grants.give', { body: bodyOf(answers) }));
    if (!done) return;
    await changed('grants.', 'access.', 'people.', 'services.', 'overview.');
    onClose();
  }

  return (
    <form onSubmit={(event) => void give(event)}>
      <Stack>
        {principal === undefined && (
          <PrincipalSelect label="Who" value={answers.principal} onChange={(chosen) => set({ principal: chosen })} />
        )}
        <Select
          label="Role"
          data={[...roles]}
          allowDeselect={false}
          value={answers.role}
          onChange={(role) => set({ role: role ?? 'member' })}
        />
        <ScopeSelect label="On" value={answers.scope} onChange={(scope) => set({ scope })} />
        <ConditionFields value={answers.conditions} onChange={(conditions) => set({ conditions })} />
        <EndAndReason answers={answers} set={set} />
        <ProblemNote error={error} />
        <FormEnd verb="Give the grant" busy={busy} disabled={answers.principal === null} onCancel={onClose} />
      </Stack>
    </form>
  );
}

interface EndAndReasonProps {
  readonly answers: Answers;
  readonly set: (some: Partial<Answers>) => void;
}

function EndAndReason({ answers, set }: EndAndReasonProps) {
  return (
    <>
      <TextInput
        type="date"
        label="Ends on"
        description="At the end of that day. Left empty it is open-ended, and the next access review asks about it."
        value={answers.expires}
        onChange={(event) => set({ expires: event.currentTarget.value })}
      />
      <Textarea
        label="Reason"
        description="Recorded in the ledger, and shown to whoever reviews the grant."
        required
        withAsterisk={false}
        autosize
        minRows={2}
        maxLength={2000}
        value={answers.reason}
        onChange={(event) => set({ reason: event.currentTarget.value })}
      />
    </>
  );
}

function bodyOf({ principal, role, scope, conditions, expires, reason }: Answers): CallInput<'grants.give'>['body'] {
  return {
    principal,
    role,
    scope,
    conditions: conditionsOf(conditions),
    reason,
    ...(expires === '' ? {} : { expiresAt: new Date(`${expires}T23:59:59.999`).toISOString() }),
  } as CallInput<'grants.give'>['body'];
}
