import { Button, TextInput } from '@mantine/core';
import { Fingerprint } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { addPasskey } from '../../api/passkeys.ts';
import { Stack } from '../../ui/panel.tsx';
import { ProblemNote } from '../../ui/states.tsx';

interface PasskeyEnrolmentProps {
  /** With the recovery codes, where this was the first strong factor. */
  readonly onAdded: (recoveryCodes: readonly string[] | null) => void;
}

/** Names a passkey and has the device make it. */
export function PasskeyEnrolment({ onAdded }: PasskeyEnrolmentProps) {
  const [name, setName] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  async function add(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      onAdded((await addPasskey(name.trim())).recoveryCodes);
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  }

  return (
    <form onSubmit={(event) => void add(event)}>
      <Stack>
        <TextInput
          label="Name of the passkey"
          description="So that you recognise it later: “work laptop”, “blue security key”."
          required
          withAsterisk={false}
          autoFocus
          maxLength={120}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <ProblemNote error={error} />
        <Button type="submit" size="md" fullWidth loading={busy} leftSection={<Fingerprint size={17} />}>
          Make the passkey
        </Button>
      </Stack>
    </form>
  );
}
