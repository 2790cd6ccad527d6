import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Fingerprint, LogIn } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { call, type Reply } from '../../api/call.ts';
import { useApi, useChanged, useMe } from '../../api/hooks.ts';
import { passkeysWork, signInWithPasskey } from '../../api/passkeys.ts';
import { Redirect } from '../../frame/redirect.tsx';
import { Stack } from '../../ui/panel.tsx';
import { ErrorState, ProblemNote, Skeleton } from '../../ui/states.tsx';
import { GateFrame, Or } from './gate-frame.tsx';
import { safeNext } from './next.ts';
import { RefusedElsewhere } from './refused-elsewhere.tsx';
import { SecondStep } from './second-step.tsx';
import { formText } from '../../ui/form-text.ts';

type Step = Reply<'signIn.password'>;

/** Every way in: a passkey alone, an outside account, or e-mail address and password with a second factor. */
export function SignInPage() {
  const options = useApi('signIn.options');
  const { data: me } = useMe();
  const { next, error } = useSearch({ from: '/sign-in' });
  const [factors, setFactors] = useState<readonly string[] | null>(null);
  const arrive = useArrive(next);

  async function onStep(step: Step): Promise<void> {
    if (step.state === 'factor-required') setFactors(step.factors);
    else await arrive(step.state);
  }

  if (me !== null && me !== undefined) return <Redirect to={me.enrolmentRequired ? '/enrol' : safeNext(next)} />;
  // The first step may have been made before the page was loaded, as with single sign-on.
  const due = factors ?? options.data?.pending ?? [];
  if (due.length > 0) return <SecondStep factors={due} onStep={onStep} onBack={() => setFactors([])} />;
  if (options.error !== null) {
    return (
      <GateFrame title="Sign in">
        <ErrorState error={options.error} retry={options.refetch} />
      </GateFrame>
    );
  }
  if (options.data === undefined) {
    return (
      <GateFrame title="Sign in">
        <Skeleton lines={5} label="Loading the ways to sign in" />
      </GateFrame>
    );
  }
  if (options.data.setUpRequired) return <NotSetUp />;
  return (
    <GateFrame title="Sign in" lead="With whichever way your account has.">
      <Ways options={options.data} onStep={onStep} refused={error} />
    </GateFrame>
  );
}

interface WaysProps {
  readonly options: Reply<'signIn.options'>;
  readonly onStep: (step: Step) => Promise<void>;
  /** Code of the problem that single sign-on came back with. */
  readonly refused: string | undefined;
}

function Ways({ options, onStep, refused }: WaysProps) {
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState<string | null>(null);

  async function attempt(way: string, act: () => Promise<Step | undefined>): Promise<void> {
    setBusy(way);
    setError(null);
    try {
      const step = await act();
      if (step !== undefined) await onStep(step);
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(null);
    }
  }

  return (
    <Stack>
      {refused !== undefined && error === null && <RefusedElsewhere code={refused} />}
      <ProblemNote error={error} />
      {options.passkey && passkeysWork() && (
        <Button
          size="md"
          fullWidth
          leftSection={<Fingerprint size={17} />}
          loading={busy === 'passkey'}
          onClick={() => void attempt('passkey', signInWithPasskey)}
        >
          Sign in with a passkey
        </Button>
      )}
      {options.oidc.map(({ id, name }) => (
        <Button
          key={id}
          size="md"
          fullWidth
          variant="default"
          leftSection={<LogIn size={16} />}
          loading={busy === id}
          onClick={() => void attempt(id, () => leaveFor(id))}
        >
          Continue with {name}
        </Button>
      ))}
      {options.password && (
        <>
          <Or>or with your password</Or>
          <PasswordForm
            busy={busy === 'password'}
            onSubmit={(email, password) =>
              void attempt('password', () => call('signIn.password', { body: { email, password } }))
            }
          />
        </>
      )}
    </Stack>
  );
}

/** Goes to the outside account; it leads back here. */
async function leaveFor(provider: string): Promise<undefined> {
  const { location } = await call('signIn.oidcStart', { params: { provider } });
  window.location.assign(location);
}

interface PasswordFormProps {
  readonly busy: boolean;
  readonly onSubmit: (email: string, password: string) => void;
}

function PasswordForm({ busy, onSubmit }: PasswordFormProps) {
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    onSubmit(formText(form, 'email'), formText(form, 'password'));
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          name="email"
          type="email"
          label="E-mail address"
          autoComplete="username webauthn"
          required
          withAsterisk={false}
        />
        <PasswordInput name="password" label="Password" autoComplete="current-password" required withAsterisk={false} />
        <Button type="submit" size="md" variant="default" fullWidth loading={busy}>
          Continue
        </Button>
      </Stack>
    </form>
  );
}

function NotSetUp() {
  return (
    <GateFrame
      title="This server has no administrator yet"
      lead="When it was started it printed a link that works once. Open that link to become its first administrator."
    >
      <p className="soft">
        The link is lost or has expired? Start the server again: it prints a new one as long as nobody has used it.
      </p>
    </GateFrame>
  );
}

/** Goes on to where the person wanted to be, once the server says that he is in. */
function useArrive(next: string | undefined): (state: 'signed-in' | 'enrolment-required') => Promise<void> {
  const navigate = useNavigate();
  const changed = useChanged();
  return async (state) => {
    await changed('me.');
    await navigate({ href: state === 'enrolment-required' ? '/enrol' : safeNext(next) });
  };
}
