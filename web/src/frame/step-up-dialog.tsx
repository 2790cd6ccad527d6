import { Button, Modal } from '@mantine/core';
import { Fingerprint } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { onStepUp } from '../api/call.ts';
import { useChanged } from '../api/hooks.ts';
import { verifyWithPasskey } from '../api/passkeys.ts';
import { Row, Stack } from '../ui/panel.tsx';
import { ProblemNote } from '../ui/states.tsx';

/** Asks for a passkey when the server wants to know, before something weighty, that it is still you. */
export function StepUpDialog() {
  const asked = useRef<PromiseWithResolvers<boolean> | null>(null);
  const [opened, setOpened] = useState(false);

  useEffect(() => {
    onStepUp(() => {
      // Two requests may want it at once: one answer is for both.
      asked.current ??= Promise.withResolvers<boolean>();
      setOpened(true);
      return asked.current.promise;
    });
    return () => {
      onStepUp(null);
      asked.current?.resolve(false);
      asked.current = null;
    };
  }, []);

  function end(done: boolean): void {
    setOpened(false);
    asked.current?.resolve(done);
    asked.current = null;
  }

  return (
    <Modal opened={opened} onClose={() => end(false)} title="Is it still you?" zIndex={320}>
      <StepUpForm onEnd={end} />
    </Modal>
  );
}

function StepUpForm({ onEnd }: { readonly onEnd: (done: boolean) => void }) {
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const changed = useChanged();

  async function verify(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await verifyWithPasskey();
      void changed('me.');
      onEnd(true);
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  }

  return (
    <Stack>
      <p>
        This needs your passkey, with fingerprint, face or PIN, once more. It protects what others rely on when somebody
        else sits at your computer.
      </p>
      <ProblemNote error={error} />
      <Row end>
        <Button variant="default" onClick={() => onEnd(false)}>
          Cancel
        </Button>
        <Button data-autofocus loading={busy} leftSection={<Fingerprint size={16} />} onClick={() => void verify()}>
          Use my passkey
        </Button>
      </Row>
    </Stack>
  );
}
