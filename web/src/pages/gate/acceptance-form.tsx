import { Button, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { Reply } from '../../api/call.ts';
import { useChanged } from '../../api/hooks.ts';
import { Stack } from '../../ui/panel.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { NewPassword } from './new-password.tsx';
import { MIN_PASSWORD_CHARACTERS } from './password-strength.ts';

interface Answers {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

interface AcceptanceFormProps {
  readonly asksEmail?: boolean;
  readonly email?: string;
  readonly name?: string;
  readonly verb: string;
  readonly onSubmit: (answers: Answers) => Promise<Reply<'setUp.begin'>>;
}

/** Who one is, and a password: the first half of getting an account. The second factor follows. */
export function AcceptanceForm({ asksEmail = false, email = '', name = '', verb, onSubmit }: AcceptanceFormProps) {
  const [answers, setAnswers] = useState<Answers>({ name, email, password: '' });
  const { busy, error, submit } = useSubmit();
  const navigate = useNavigate();
  const changed = useChanged();

  async function accept(event: FormEvent): Promise<void> {
    event.preventDefault();
    await submit(async () => {
      await onSubmit(answers);
      await changed('me.', 'signIn.');
      await navigate({ to: '/enrol' });
    });
  }

  return (
    <form onSubmit={(event) => void accept(event)}>
      <Stack>
        <TextInput
          label="Your name"
          description="As colleagues will see it."
          autoComplete="name"
          required
          withAsterisk={false}
          maxLength={120}
          value={answers.name}
          onChange={(event) => setAnswers({ ...answers, name: event.currentTarget.value })}
        />
        <TextInput
          label="E-mail address"
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          readOnly={!asksEmail}
          value={answers.email}
          onChange={(event) => setAnswers({ ...answers, email: event.currentTarget.value })}
        />
        <NewPassword
          value={answers.password}
          known={[...answers.name.split(' '), answers.email.split('@')[0] ?? '']}
          onChange={(password) => setAnswers({ ...answers, password })}
        />
        <ProblemNote error={error} />
        <Button
          type="submit"
          size="md"
          fullWidth
          loading={busy}
          disabled={answers.password.length < MIN_PASSWORD_CHARACTERS}
        >
          {verb}
        </Button>
      </Stack>
    </form>
  );
}
