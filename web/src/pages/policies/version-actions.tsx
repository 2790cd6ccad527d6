import { Button } from '@mantine/core';
import { useState } from 'react';
import { call, type Reply } from '../../api/call.ts';
import { useChanged, useMay, useMe } from '../../api/hooks.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';

type Version = Reply<'policies.show'>;
type Act = 'approve' | 'refuse' | 'withdraw';

/** The second pair of eyes: puts a proposal into force or refuses it. Whoever proposed it may only take it back. */
export function VersionActions({ version }: { readonly version: Version }) {
  const may = useMay();
  const { data: me } = useMe();
  const changed = useChanged();
  const [act, setAct] = useState<Act | null>(null);
  if (version.state !== 'proposed') return null;
  const own = version.proposedBy?.id === me?.principal.id;
  const params = { version: version.version };

  const run = async (comment: string): Promise<void> => {
    if (act === 'approve') await call('policies.approve', { params, body: { comment } });
    if (act === 'refuse') await call('policies.refuse', { params, body: { comment } });
    if (act === 'withdraw') await call('policies.withdraw', { params });
    await changed('policies.', 'overview.', 'me.', 'access.');
  };

  return (
    <>
      {own && may('policies.propose') && (
        <Button variant="default" onClick={() => setAct('withdraw')}>
          Take it back
        </Button>
      )}
      {!own && may('policies.decide') && (
        <>
          <Button variant="default" color="danger" onClick={() => setAct('refuse')}>
            Refuse
          </Button>
          <Button onClick={() => setAct('approve')}>Put into force</Button>
        </>
      )}
      {own && may('policies.decide') && <p className="quiet">Somebody else decides about your proposal.</p>}
      {act !== null && <ActDialog act={act} number={version.version} onClose={() => setAct(null)} onConfirm={run} />}
    </>
  );
}

const words = {
  approve: {
    title: 'Put into force',
    verb: 'Put into force',
    text: 'From now on every server decides by it, within a second.',
  },
  refuse: { title: 'Refuse', verb: 'Refuse', text: 'The proposal stays on record with your reason.' },
  withdraw: { title: 'Take back', verb: 'Take it back', text: 'The proposal stays on record as withdrawn.' },
} as const;
const reasonFor = { approve: 'optional', refuse: 'required', withdraw: undefined } as const;

interface ActDialogProps {
  readonly act: Act;
  readonly number: number;
  readonly onClose: () => void;
  readonly onConfirm: (comment: string) => Promise<void>;
}

function ActDialog({ act, number, onClose, onConfirm }: ActDialogProps) {
  const { title, verb, text } = words[act];
  const reason = reasonFor[act];
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={`${title} version ${number}?`}
      verb={verb}
      danger={act === 'refuse'}
      {...(reason === undefined ? {} : { reason })}
      onConfirm={onConfirm}
    >
      {text}
    </ConfirmDialog>
  );
}
