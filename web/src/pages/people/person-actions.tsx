import { Button, Menu, Modal } from '@mantine/core';
import { ChevronDown } from 'lucide-react';
import { useState } from 'react';
import { call, type Reply } from '../../api/call.ts';
import { useChanged, useMay, useMe } from '../../api/hooks.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { LinkOnce } from './invite-dialog.tsx';

type Person = Reply<'people.show'>;
type Act = 'disable' | 'enable' | 'reset' | 'again' | 'sessions' | 'erase';

interface ActRow {
  readonly act: Act;
  readonly label: string;
  readonly action: string;
  readonly when: (person: Person) => boolean;
  readonly title: (name: string) => string;
  readonly text: string;
  readonly verb: string;
  readonly danger?: true;
  readonly reason?: 'required';
  readonly run: (personId: string, reason: string) => Promise<Reply<'people.invite'> | object | undefined>;
}

const params = (personId: string) => ({ params: { personId } });

const acts: readonly ActRow[] = [
  {
    act: 'again',
    label: 'Make a new link',
    action: 'people.invite',
    when: ({ state }) => state === 'invited',
    title: (name) => `New link for ${name}`,
    text: 'The link that was sent before ends at once.',
    verb: 'Make the link',
    run: (personId) => call('people.inviteAgain', params(personId)),
  },
  {
    act: 'sessions',
    label: 'End all sessions',
    action: 'sessions.revoke',
    when: ({ state }) => state === 'active' || state === 'locked',
    title: (name) => `End the sessions of ${name}?`,
    text: 'Every browser is signed out within a second. Signing in again is possible at once.',
    verb: 'End the sessions',
    run: (personId) => call('people.sessionsRevoke', params(personId)),
  },
  {
    act: 'reset',
    label: 'Reset the factors',
    action: 'people.change',
    when: ({ state }) => state === 'active' || state === 'locked',
    title: (name) => `Reset how ${name} signs in?`,
    text: 'Password, passkeys, authenticator and recovery codes are removed and all sessions end. You get a link to send. Make sure that it is really this person who asks.',
    verb: 'Reset and make a link',
    danger: true,
    reason: 'required',
    run: (personId, reason) => call('people.resetFactors', { ...params(personId), body: { reason } }),
  },
  {
    act: 'enable',
    label: 'Enable again',
    action: 'people.change',
    when: ({ state }) => state === 'disabled' || state === 'locked',
    title: (name) => `Let ${name} in again?`,
    text: 'The account works again as it did, with the grants that it has now.',
    verb: 'Enable',
    reason: 'required',
    run: (personId, reason) => call('people.enable', { ...params(personId), body: { reason } }),
  },
  {
    act: 'disable',
    label: 'Disable',
    action: 'people.change',
    when: ({ state }) => state === 'active' || state === 'locked' || state === 'invited',
    title: (name) => `Disable ${name}?`,
    text: 'All sessions end at once and nobody can sign in with this account. Grants stay on record and return when it is enabled.',
    verb: 'Disable',
    danger: true,
    reason: 'required',
    run: (personId, reason) => call('people.disable', { ...params(personId), body: { reason } }),
  },
  {
    act: 'erase',
    label: 'Erase personal data',
    action: 'people.erase',
    when: ({ state }) => state !== 'erased',
    title: (name) => `Erase ${name} for good?`,
    text: 'Name, address and everything that opens the commitments in the ledger are destroyed. The entries and their proofs stay valid, but nobody can say any more whom they were about. This cannot be undone.',
    verb: 'Erase for good',
    danger: true,
    reason: 'required',
    run: (personId, reason) => call('people.erase', { ...params(personId), body: { reason } }),
  },
];

/** What can be done about an account, as far as its state and one's own grants allow. */
export function PersonActions({ person }: { readonly person: Person }) {
  const may = useMay();
  const { data: me } = useMe();
  const changed = useChanged();
  const [open, setOpen] = useState<ActRow | null>(null);
  const [link, setLink] = useState<Reply<'people.invite'> | null>(null);
  const possible = acts.filter(({ action, when }) => may(action) && when(person));
  if (possible.length === 0 || me?.principal.id === person.id) return null;

  async function run(row: ActRow, reason: string): Promise<void> {
    const result = await row.run(person.id, reason);
    if (result !== undefined && 'link' in result) setLink(result);
    await changed('people.', 'grants.', 'overview.');
  }

  return (
    <>
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <Button variant="default" rightSection={<ChevronDown size={14} />}>
            Change the account
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {possible.map((row) => (
            <Menu.Item key={row.act} {...(row.danger ? { c: 'var(--critical)' } : {})} onClick={() => setOpen(row)}>
              {row.label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {open !== null && (
        <ConfirmDialog
          opened
          onClose={() => setOpen(null)}
          title={open.title(person.name)}
          verb={open.verb}
          {...(open.danger ? { danger: true } : {})}
          {...(open.reason === undefined ? {} : { reason: open.reason })}
          onConfirm={(reason) => run(open, reason)}
        >
          {open.text}
        </ConfirmDialog>
      )}
      <Modal
        opened={link !== null}
        onClose={() => setLink(null)}
        title="The link is ready"
        closeOnClickOutside={false}
        closeOnEscape={false}
        withCloseButton={false}
      >
        {link !== null && <LinkOnce invitation={link} onDone={() => setLink(null)} />}
      </Modal>
    </>
  );
}
