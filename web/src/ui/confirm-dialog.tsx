import { Button, Modal, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Row, Stack } from './panel.tsx';
import { ProblemNote } from './states.tsx';

interface ConfirmDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** What will happen, and whether it can be undone. */
  readonly children: ReactNode;
  /** The verb on the button. */
  readonly verb: string;
  readonly danger?: boolean;
  /** Asks for a reason, which goes into the ledger. */
  readonly reason?: 'required' | 'optional';
  /** Characters that a required reason must have at least. */
  readonly minReason?: number;
  readonly onConfirm: (reason: string) => Promise<unknown>;
}

/** Asks before something that other people will feel. The button says what it does. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={props.title}>
      <ConfirmForm {...props} />
    </Modal>
  );
}

function ConfirmForm({
  onClose,
  children,
  verb,
  danger = false,
  reason,
  minReason = 1,
  onConfirm,
}: ConfirmDialogProps) {
  const [words, setWords] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  async function confirm(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await onConfirm(words.trim());
      onClose();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  }

  const missing = reason === 'required' && words.trim().length < minReason;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void confirm();
      }}
    >
      <Stack>
        <div>{children}</div>
        {reason !== undefined && (
          <Textarea
            label="Reason"
            description={`Recorded in the ledger with your name${minReason > 1 ? `; at least ${minReason} characters` : ''}.`}
            required={reason === 'required'}
            autosize
            minRows={2}
            maxLength={2000}
            data-autofocus
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
        )}
        <ProblemNote error={error} />
        <Row end>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" {...(danger ? { color: 'danger' } : {})} loading={busy} disabled={missing}>
            {verb}
          </Button>
        </Row>
      </Stack>
    </form>
  );
}
