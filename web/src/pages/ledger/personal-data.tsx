import { Button } from '@mantine/core';
import { useState } from 'react';
import { call, type Reply } from '../../api/call.ts';
import { useMay } from '../../api/hooks.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Digest } from '../../ui/digest.tsx';
import { Facts, Panel } from '../../ui/panel.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';

type Entry = Reply<'ledger.entry'>;
type Opening = Reply<'ledger.reveal'>['openings'][number];

interface Revealed {
  readonly value: string;
  /** Whether value and salt hash to the commitment in the tree, computed here. */
  readonly fits: boolean;
}

/** Fields that are in the tree as commitments only, and what is behind them for whoever may know. */
export function PersonalData({ entry }: { readonly entry: Entry }) {
  const may = useMay();
  const [asking, setAsking] = useState(false);
  const [revealed, setRevealed] = useState<Readonly<Record<string, Revealed>>>({});
  const kept = entry.personal.some(({ state }) => state === 'kept');

  async function reveal(): Promise<void> {
    const { openings } = await call('ledger.reveal', { params: { index: entry.index } });
    const { fitsCommitment } = await import('../../evidence/check-opening.ts');
    const rows = openings.map((opening: Opening) => {
      const commitment = entry.personal.find(({ field }) => field === opening.field)?.commitment ?? '';
      return [opening.field, { value: opening.value, fits: fitsCommitment(commitment, entry.id, opening) }] as const;
    });
    setRevealed(Object.fromEntries(rows));
  }

  return (
    <Panel
      title="Personal data"
      lead="The tree holds salted commitments to it. When somebody asks for erasure the salt is destroyed; then the proof stays valid and says nothing about him."
      actions={
        kept && may('ledger.reveal') ? (
          <Button variant="default" size="xs" onClick={() => setAsking(true)}>
            Reveal…
          </Button>
        ) : undefined
      }
    >
      <Facts
        facts={entry.personal.map(({ field, commitment, state }) => ({
          term: field,
          is: <Field commitment={commitment} erased={state === 'erased'} revealed={revealed[field]} />,
        }))}
      />
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title="Reveal the personal data?"
        verb="Reveal"
        onConfirm={reveal}
      >
        That you looked is itself written into the ledger.
      </ConfirmDialog>
    </Panel>
  );
}

interface FieldProps {
  readonly commitment: string;
  readonly erased: boolean;
  readonly revealed: Revealed | undefined;
}

function Field({ commitment, erased, revealed }: FieldProps) {
  if (revealed !== undefined) {
    return (
      <>
        {revealed.value}{' '}
        <StatusMark of={revealed.fits ? 'verified' : 'unverified'}>
          {revealed.fits ? 'fits the commitment' : 'does not fit the commitment'}
        </StatusMark>
      </>
    );
  }
  return (
    <>
      <Digest value={commitment} what="commitment" />
      {erased && <StatusMark of="erased">erased</StatusMark>}
    </>
  );
}
