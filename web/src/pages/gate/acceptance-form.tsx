import { Button, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { Fingerprint } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { Reply } from '../../api/call.ts';
import { useChanged } from '../../api/hooks.ts';
import { makeLinkPasskey, passkeysWork } from '../../api/passkeys.ts';
import { Stack } from '../../ui/panel.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { NewPassword } from './new-password.tsx';
import { MIN_PASSWORD_CHARACTERS } from './password-strength.ts';
import { useTakesPasswords } from './takes-passwords.ts';

type Passkey = Awaited<ReturnType<typeof makeLinkPasskey>>;

interface Answers {
  readonly name: string;
  readonly email: string;
}
type Chosen = Answers & ({ readonly password: string } | { readonly passkey: Passkey });

interface AcceptanceFormProps {
  /** Of the link. */
  readonly token: string;
  readonly asksEmail?: boolean;
  readonly email?: string;
  readonly name?: string;
  readonly onSubmit: (chosen: Chosen) => Promise<Reply<'setUp.begin'>>;
}

/** Who one is, and a password or a passkey: the first half of getting an account. What is still missing follows. */
export function AcceptanceForm({ token, asksEmail = false, email = '', name = '', onSubmit }: AcceptanceFormProps) {
  const [answers, setAnswers] = useState<Answers>({ name, email });
  const [password, setPassword] = useState('');
  const takesPassword = useTakesPasswords();
  const { busy, error, submit } = useSubmit();
  const arrive = useArrival();

  async function accept(event: FormEvent): Promise<void> {
    event.preventDefault();
    const owner = { token, name: answers.name, ...(asksEmail ? { email: answers.email } : {}) };
    await submit(async () => {
      const factor = takesPassword ? { password } : { passkey: await makeLinkPasskey(owner, 'first passkey') };
      await arrive(await onSubmit({ ...answers, ...factor }));
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
        {takesPassword && (
          <NewPassword
            value={password}
            known={[...answers.name.split(' '), answers.email.split('@')[0] ?? '']}
            onChange={setPassword}
          />
        )}
        <ProblemNote error={error} />
        {takesPassword ? (
          <Button type="submit" size="md" fullWidth loading={busy} disabled={password.length < MIN_PASSWORD_CHARACTERS}>
            Continue to the second factor
          </Button>
        ) : (
          <PasskeyButton busy={busy} />
        )}
      </Stack>
    </form>
  );
}

/** Where passwords open nothing. */
function PasskeyButton({ busy }: { readonly busy: boolean }) {
  return (
    <>
      <Button
        type="submit"
        size="md"
        fullWidth
        loading={busy}
        disabled={!passkeysWork()}
        leftSection={<Fingerprint size={17} />}
      >
        Make my passkey
      </Button>
      <p className="soft">
        {passkeysWork()
          ? 'Here one signs in with fingerprint, face or a security key. Your device makes a key that never leaves it.'
          : 'This server takes passkeys only, and they need a secure address: https, or http://localhost on the machine itself.'}
      </p>
    </>
  );
}

/** Goes on to what is still missing. */
function useArrival(): (step: Reply<'setUp.begin'>) => Promise<void> {
  const navigate = useNavigate();
  const changed = useChanged();
  return async ({ state }) => {
    await changed('me.', 'signIn.');
    await navigate({ to: state === 'signed-in' ? '/' : '/enrol' });
  };
}
