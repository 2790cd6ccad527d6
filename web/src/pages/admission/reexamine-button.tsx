import { Button } from '@mantine/core';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { useChanged } from '../../api/hooks.ts';
import { announce } from '../../ui/announcer.tsx';
import { countWords } from '../../ui/byte-words.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';

/** Examines everything once more; the same happens by itself after an update of the rules. */
export function ReexamineButton() {
  const [open, setOpen] = useState(false);
  const changed = useChanged();
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        Examine everything again
      </Button>
      <ConfirmDialog
        opened={open}
        onClose={() => setOpen(false)}
        title="Examine everything that was released again?"
        verb="Examine everything"
        onConfirm={async () => {
          const { versions } = await call('registry.reexamine');
          announce(`${countWords(versions, 'version')} will be examined.`);
          await changed('versions.', 'models.', 'jobs.');
        }}
      >
        Every released version is examined with the rules and the policy of now. What would no longer be admitted is
        recalled, and those who have it are told. It takes as long as it took the first time.
      </ConfirmDialog>
    </>
  );
}
