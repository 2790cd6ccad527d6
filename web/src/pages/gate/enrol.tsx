import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { Fingerprint, Smartphone } from 'lucide-react';
import { useState } from 'react';
import { useChanged, useMe } from '../../api/hooks.ts';
import { passkeysWork } from '../../api/passkeys.ts';
import { Redirect } from '../../frame/redirect.tsx';
import { useSignOut } from '../../frame/use-sign-out.ts';
import { Stack } from '../../ui/panel.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { Skeleton } from '../../ui/states.tsx';
import styles from './enrol.module.css';
import { GateFrame } from './gate-frame.tsx';
import { PasskeyEnrolment } from './passkey-enrolment.tsx';
import { TotpEnrolment } from './totp-enrolment.tsx';

type Way = 'choose' | 'passkey' | 'totp';

/** The second half of getting an account: a second factor, and the recovery codes that come with the first one. */
export function EnrolPage() {
  const { data: me, isPending } = useMe();
  const [way, setWay] = useState<Way>('choose');
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const finish = useFinish();

  if (isPending) {
    return (
      <GateFrame title="Your second factor">
        <Skeleton lines={4} />
      </GateFrame>
    );
  }
  if (me === null || me === undefined) return <Redirect to="/sign-in" />;
  if (codes !== null) return <Codes codes={codes} onDone={finish} />;

  const enrolled = (given: readonly string[] | null): void => {
    if (given === null || given.length === 0) void finish();
    else setCodes(given);
  };
  if (way === 'choose') return <Choice required={me.enrolmentRequired} onChoose={setWay} onLater={finish} />;
  return (
    <GateFrame
      step="2 of 2"
      title={way === 'passkey' ? 'Add a passkey' : 'Add an authenticator app'}
      lead={
        way === 'passkey' ? 'Your device makes a key that never leaves it and works on this address only.' : undefined
      }
    >
      {way === 'passkey' ? <PasskeyEnrolment onAdded={enrolled} /> : <TotpEnrolment onAdded={enrolled} />}
      <Button variant="subtle" onClick={() => setWay('choose')}>
        Choose another way
      </Button>
    </GateFrame>
  );
}

interface ChoiceProps {
  readonly required: boolean;
  readonly onChoose: (way: Way) => void;
  readonly onLater: () => Promise<void>;
}

function Choice({ required, onChoose, onLater }: ChoiceProps) {
  return (
    <GateFrame
      step="2 of 2"
      title="Your second factor"
      lead={
        required
          ? 'Your role requires one. Without it, a stolen password would be enough to act as you.'
          : 'Without it, a stolen password would be enough to act as you.'
      }
    >
      <Stack>
        <button type="button" className={styles.way} disabled={!passkeysWork()} onClick={() => onChoose('passkey')}>
          <Fingerprint size={22} aria-hidden="true" />
          <span>
            <strong>A passkey</strong>
            <span>Fingerprint, face or a security key. Cannot be phished; needed to approve models and policies.</span>
          </span>
        </button>
        <button type="button" className={styles.way} onClick={() => onChoose('totp')}>
          <Smartphone size={22} aria-hidden="true" />
          <span>
            <strong>An authenticator app</strong>
            <span>A code of six digits that changes every half minute. Works with any phone.</span>
          </span>
        </button>
        {!passkeysWork() && (
          <p className="soft">Passkeys need a secure address: https, or http://localhost on the machine itself.</p>
        )}
        {required ? (
          <LeaveButton />
        ) : (
          <Button variant="subtle" onClick={() => void onLater()}>
            Later
          </Button>
        )}
      </Stack>
    </GateFrame>
  );
}

function LeaveButton() {
  const signOut = useSignOut();
  return (
    <Button variant="subtle" onClick={() => void signOut()}>
      Sign out
    </Button>
  );
}

function Codes({ codes, onDone }: { readonly codes: readonly string[]; readonly onDone: () => Promise<void> }) {
  return (
    <GateFrame title="Your recovery codes" step="2 of 2">
      <SecretOnce
        secrets={codes}
        what="recovery codes"
        lead="For the day your phone or key is lost: each code lets you in once, together with your password."
        done="Open the console"
        onStored={() => void onDone()}
      />
    </GateFrame>
  );
}

function useFinish(): () => Promise<void> {
  const changed = useChanged();
  const navigate = useNavigate();
  return async () => {
    await changed('me.');
    await navigate({ to: '/' });
  };
}
