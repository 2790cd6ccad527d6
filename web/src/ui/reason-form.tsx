import { Button, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Row, Stack } from './panel.tsx';
import { ProblemNote } from './states.tsx';
import { useSubmit } from './use-submit.ts';

interface ReasonFormProps {
  /** Whom the reason is for. */
  readonly description: string;
  readonly button: string;
  /** Whether what is to be sent may be sent. */
  readonly isReady: boolean;
  readonly send: (reason: string) => Promise<void>;
}

/** Asks why, then sends. */
export function ReasonForm({ description, button, isReady, send }: ReasonFormProps) {
  const [reason, setReason] = useState('');
  const { busy, error, submit } = useSubmit();

  async function onSubmit(event: FormEvent): Promise<void> {
    event.preventDefault();
    await submit(() => send(reason));
  }

  return (
    <form onSubmit={(event) => void onSubmit(event)}>
      <Stack>
        <Textarea
          label="Why"
          description={description}
          required
          withAsterisk={false}
          autosize
          minRows={2}
          maxLength={2000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <ProblemNote error={error} />
        <Row>
          <Button type="submit" loading={busy} disabled={!isReady || reason.trim() === ''}>
            {button}
          </Button>
        </Row>
      </Stack>
    </form>
  );
}
