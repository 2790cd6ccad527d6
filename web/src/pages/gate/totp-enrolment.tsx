import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { Digest } from '../../ui/digest.tsx';
import { Stack } from '../../ui/panel.tsx';
import { ErrorState, ProblemNote, Skeleton } from '../../ui/states.tsx';
import { CodeField } from './code-field.tsx';
import styles from './enrol.module.css';
import { QrCode } from './qr-code.tsx';

interface TotpEnrolmentProps {
  readonly onAdded: (recoveryCodes: readonly string[]) => void;
}

/** Shows the secret of an authenticator app as a picture and as text, and takes its first code as proof. */
export function TotpEnrolment({ onAdded }: TotpEnrolmentProps) {
  // One secret for as long as the form is open: a second one would make the scanned picture useless.
  const begun = useQuery({
    queryKey: ['me.totpBegin'],
    queryFn: () => call('me.totpBegin'),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  async function confirm(code: string): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      onAdded((await call('me.totpConfirm', { body: { code } })).codes);
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  }

  if (begun.error !== null) return <ErrorState error={begun.error} retry={begun.refetch} />;
  if (begun.data === undefined) return <Skeleton lines={5} label="Making a secret" />;
  return (
    <Stack>
      <div className={styles.totp}>
        <div className={styles.qr}>
          <QrCode text={begun.data.uri} label="QR code with the secret; the same secret is beside it as text" />
        </div>
        <Stack gap={8}>
          <p>Scan the picture with your app. Or type this secret into it:</p>
          <Digest whole what="secret" value={begun.data.secret.replace(/(.{4})(?=.)/g, '$1 ')} />
        </Stack>
      </div>
      <ProblemNote error={error} />
      <CodeField
        label="The code that the app shows now"
        verb="Confirm"
        busy={busy}
        onCode={(code) => void confirm(code)}
      />
    </Stack>
  );
}
