import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { call } from '../../api/call.ts';
import { type Me, useApi, useChanged, useMe } from '../../api/hooks.ts';
import { useColourScheme } from '../../theme/use-colour-scheme.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Columns, Panel, Row, Stack } from '../../ui/panel.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { OutsideAccounts } from './outside-accounts.tsx';
import { PasskeyList } from './passkey-list.tsx';
import { PasswordPanel } from './password-panel.tsx';
import { SecondFactors } from './second-factors.tsx';
import { SessionList } from './session-list.tsx';

/** Everything that one looks after oneself. */
export function AccountPage() {
  const { data: me } = useMe();
  const { data: ways } = useApi('signIn.options');
  const { error: refused } = useSearch({ from: '/frame/account' });
  if (me === null || me === undefined) return null;
  return (
    <>
      <PageHeader title="My account" lead={me.email ?? undefined} />
      <Columns>
        <div>
          <NamePanel me={me} />
          <PasskeyList me={me} />
          <SecondFactors me={me} />
          {ways !== undefined && ways.oidc.length > 0 && <OutsideAccounts providers={ways.oidc} refused={refused} />}
        </div>
        <div>
          {ways?.password === true && <PasswordPanel me={me} />}
          <SessionsPanel />
          <ThemePanel />
        </div>
      </Columns>
    </>
  );
}

function NamePanel({ me }: { readonly me: Me }) {
  const { busy, error, submit } = useSubmit();
  const changed = useChanged();
  const [name, setName] = useState(me.principal.name);

  async function rename(event: FormEvent): Promise<void> {
    event.preventDefault();
    await submit(async () => {
      await call('me.rename', { body: { name } });
      await changed('me.', 'people.');
    });
  }

  return (
    <Panel title="Name">
      <form onSubmit={(event) => void rename(event)}>
        <Stack>
          <Row>
            <TextInput
              aria-label="Your name"
              required
              maxLength={120}
              autoComplete="name"
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Button
              type="submit"
              variant="default"
              loading={busy}
              disabled={name.trim() === '' || name === me.principal.name}
            >
              Save
            </Button>
          </Row>
          <ProblemNote error={error} />
        </Stack>
      </form>
    </Panel>
  );
}

function SessionsPanel() {
  const sessions = useApi('me.sessions');
  const changed = useChanged();
  const [ending, setEnding] = useState<string | null>(null);
  const others = (sessions.data?.items ?? []).filter(({ current }) => !current).length;

  async function end(): Promise<void> {
    if (ending === 'all') await call('me.sessionsRevoke');
    else if (ending !== null) await call('me.sessionRevoke', { params: { sessionId: ending } });
    await changed('me.sessions');
  }

  return (
    <Panel
      title="Where I am signed in"
      actions={
        others > 0 ? (
          <Button variant="default" size="xs" onClick={() => setEnding('all')}>
            End all others
          </Button>
        ) : undefined
      }
    >
      <SessionList sessions={{ ...sessions, data: sessions.data?.items }} onEnd={({ id }) => setEnding(id)} />
      <ConfirmDialog
        opened={ending !== null}
        onClose={() => setEnding(null)}
        title={ending === 'all' ? 'End all other sessions?' : 'End this session?'}
        verb="End"
        onConfirm={end}
      >
        That browser is signed out within a second. If it was not you, change your password too.
      </ConfirmDialog>
    </Panel>
  );
}

function ThemePanel() {
  const { scheme, setScheme } = useColourScheme();
  return (
    <Panel title="Theme">
      <SegmentedControl
        aria-label="Theme"
        value={scheme}
        onChange={(value) => setScheme(value)}
        data={[
          { value: 'auto', label: 'As the system' },
          { value: 'light', label: 'Light' },
          { value: 'dark', label: 'Dark' },
        ]}
      />
    </Panel>
  );
}
