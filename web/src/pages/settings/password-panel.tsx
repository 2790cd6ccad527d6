import { Button, Modal, PasswordInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { call } from '../../api/call.ts';
import { type Me, useChanged } from '../../api/hooks.ts';
import { announce } from '../../ui/announcer.tsx';
import { FormEnd } from '../../ui/form-end.tsx';
import { Panel, Stack } from '../../ui/panel.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { NewPassword } from '../gate/new-password.tsx';
import { MIN_PASSWORD_CHARACTERS } from '../gate/password-strength.ts';

/** Sets or changes the password. */
export function PasswordPanel({ me }: { readonly me: Me }) {
  const [open, setOpen] = useState(false);
  return (
    <Panel
      title="Password"
      lead={me.hasPassword ? 'Changing it ends your other sessions.' : 'You have none; you sign in another way.'}
      actions={
        <Button variant="default" size="xs" onClick={() => setOpen(true)}>
          {me.hasPassword ? 'Change' : 'Set a password'}
        </Button>
      }
    >
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={me.hasPassword ? 'Change the password' : 'Set a password'}
      >
        <PasswordForm me={me} onClose={() => setOpen(false)} />
      </Modal>
    </Panel>
  );
}

function PasswordForm({ me, onClose }: { readonly me: Me; readonly onClose: () => void }) {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const { busy, error, submit } = useSubmit();
  const changed = useChanged();

  async function change(event: FormEvent): Promise<void> {
    event.preventDefault();
    const done = await submit(async () => {
      await call('me.changePassword', { body: { next, ...(me.hasPassword ? { current } : {}) } });
      await changed('me.');
    });
    if (!done) return;
    announce('The password is changed. Your other sessions have ended.');
    onClose();
  }

  return (
    <form onSubmit={(event) => void change(event)}>
      <Stack>
        <input type="text" hidden readOnly autoComplete="username" value={me.email ?? ''} />
        {me.hasPassword && (
          <PasswordInput
            label="Current password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            data-autofocus
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
        )}
        <NewPassword
          label="New password"
          value={next}
          onChange={setNext}
          known={[...me.principal.name.split(' '), me.email?.split('@')[0] ?? '']}
        />
        <ProblemNote error={error} />
        <FormEnd verb="Change" busy={busy} disabled={next.length < MIN_PASSWORD_CHARACTERS} onCancel={onClose} />
      </Stack>
    </form>
  );
}
