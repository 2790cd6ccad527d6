import { Button, TextInput } from '@mantine/core';
import { Fingerprint } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { call, type Reply } from '../../api/call.ts';
import { signInWithPasskey } from '../../api/passkeys.ts';
import { Stack } from '../../ui/panel.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { CodeField } from './code-field.tsx';
import { GateFrame, Or } from './gate-frame.tsx';
import { formText } from '../../ui/form-text.ts';

type Step = Reply<'signIn.password'>;

interface SecondStepProps {
  readonly factors: readonly string[];
  readonly onStep: (step: Step) => Promise<void>;
  readonly onBack: () => void;
}

/** After the password or an outside account: a passkey, the code of an authenticator, or a recovery code. */
export function SecondStep({ factors, onStep, onBack }: SecondStepProps) {
  const has = (factor: string): boolean => factors.includes(factor);
  const [recovering, setRecovering] = useState(!has('totp') && !has('passkey'));
  const { busy, error, submit } = useSubmit();
  const attempt = (act: () => Promise<Step>): Promise<boolean> => submit(async () => onStep(await act()));

  if (recovering) {
    return (
      <RecoveryStep
        error={error}
        busy={busy}
        onCode={(code) => void attempt(() => call('signIn.recovery', { body: { code } }))}
        onBack={() => setRecovering(false)}
      />
    );
  }
  return (
    <GateFrame
      title="One more proof"
      step="2 of 2"
      lead="The first step was right. The second factor makes a stolen password useless."
    >
      <Stack>
        <ProblemNote error={error} />
        {has('totp') && (
          <CodeField
            busy={busy}
            label="Code of your authenticator app"
            onCode={(code) => void attempt(() => call('signIn.totp', { body: { code } }))}
          />
        )}
        {has('totp') && has('passkey') && <Or />}
        {has('passkey') && (
          <Button
            size="md"
            fullWidth
            variant={has('totp') ? 'default' : 'filled'}
            leftSection={<Fingerprint size={17} />}
            onClick={() => void attempt(signInWithPasskey)}
          >
            Use a passkey
          </Button>
        )}
        {has('recovery-code') && (
          <Button variant="subtle" fullWidth onClick={() => setRecovering(true)}>
            I have neither at hand: use a recovery code
          </Button>
        )}
        <Button variant="subtle" fullWidth onClick={onBack}>
          Start again
        </Button>
      </Stack>
    </GateFrame>
  );
}

interface RecoveryStepProps {
  readonly error: unknown;
  readonly busy: boolean;
  readonly onCode: (code: string) => void;
  readonly onBack: () => void;
}

function RecoveryStep({ error, busy, onCode, onBack }: RecoveryStepProps) {
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    onCode(formText(new FormData(event.currentTarget), 'code'));
  }
  return (
    <GateFrame
      title="A recovery code"
      step="2 of 2"
      lead="One of the codes that you stored when you set up your second factor. Each works once."
    >
      <form onSubmit={submit}>
        <Stack>
          <ProblemNote error={error} />
          <TextInput
            name="code"
            label="Recovery code"
            autoComplete="off"
            spellCheck={false}
            required
            withAsterisk={false}
            data-autofocus
            autoFocus
          />
          <Button type="submit" size="md" fullWidth loading={busy}>
            Sign in
          </Button>
          <Button variant="subtle" fullWidth onClick={onBack}>
            Back
          </Button>
        </Stack>
      </form>
    </GateFrame>
  );
}
