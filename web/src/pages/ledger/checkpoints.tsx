import { Button } from '@mantine/core';
import { Download } from 'lucide-react';
import { useState } from 'react';
import type { Reply } from '../../api/call.ts';
import { useApi, useMay, usePages } from '../../api/hooks.ts';
import { forget, recall } from '../../evidence/memory.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Digest } from '../../ui/digest.tsx';
import { MoreRows } from '../../ui/more-rows.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Columns, Facts, Panel } from '../../ui/panel.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { CheckInBrowser } from './check-view.tsx';
import styles from './entries.module.css';
import { ExportDialog } from './export-dialog.tsx';
import { WitnessList } from './witness-list.tsx';

type Checkpoint = Reply<'ledger.checkpoints'>['items'][number];

const columns: readonly Column<Checkpoint>[] = [
  {
    id: 'size',
    header: 'Entries',
    numeric: true,
    width: '7rem',
    onCard: 'heading',
    cell: ({ size }) => <strong>{size}</strong>,
  },
  { id: 'root', header: 'Root hash', cell: ({ rootHash }) => <Digest value={rootHash} what="root hash" /> },
  { id: 'time', header: 'Sealed', cell: ({ time }) => <Timestamp at={time} /> },
  {
    id: 'witnesses',
    header: 'Witnessed by',
    cell: ({ witnesses }) => (witnesses.length === 0 ? <span className="quiet">nobody</span> : witnesses.join(', ')),
  },
  {
    id: 'note',
    header: 'Signed note',
    cell: ({ note }) => (
      <details>
        <summary>show</summary>
        <pre className={styles.note}>{note}</pre>
      </details>
    ),
  },
];

/** The seals of the ledger, who watches it, and the way to take it all home. */
export function CheckpointsPage() {
  const may = useMay();
  const [exporting, setExporting] = useState(false);
  const state = useApi('ledger.state');
  const checkpoints = usePages('ledger.checkpoints', { query: { limit: 20 } });
  return (
    <>
      <PageHeader
        title="Checkpoints"
        lead="Each is a signed statement: so many entries, with this root hash. Two of them that contradict each other would prove that somebody cheated."
        actions={
          may('ledger.export') ? (
            <Button variant="default" leftSection={<Download size={15} />} onClick={() => setExporting(true)}>
              Export the ledger
            </Button>
          ) : undefined
        }
      />
      <Panel
        title="The latest, checked by you"
        lead="Signatures, keys, and that nothing you saw before was changed or rolled back."
      >
        <CheckInBrowser
          claim="The ledger continues what you saw"
          run={async () => (await import('../../evidence/check.ts')).checkLatest()}
        />
      </Panel>
      {state.data === undefined ? <Waiting on={state} lines={5} /> : <Ledger state={state.data} />}
      <Panel title="All checkpoints">
        <DataTable
          caption="Checkpoints"
          columns={columns}
          rows={checkpoints}
          rowKey={({ size }) => String(size)}
          empty={
            <EmptyState title="Not sealed yet">The first checkpoint follows the first entry within seconds.</EmptyState>
          }
          foot={<MoreRows pages={checkpoints} words={['checkpoint', 'checkpoints']} />}
        />
      </Panel>
      <ExportDialog opened={exporting} onClose={() => setExporting(false)} />
    </>
  );
}

function Ledger({ state }: { readonly state: Reply<'ledger.state'> }) {
  return (
    <Columns>
      <Panel title="This ledger">
        <Facts
          facts={[
            { term: 'Origin', is: state.origin },
            { term: 'Entries', is: state.size },
            {
              term: 'Content kept from',
              is: state.retainedFrom === 0 ? 'the first entry' : `entry ${state.retainedFrom}`,
            },
            ...state.keys.map((key, index) => ({
              term: index === 0 ? 'Verifier keys' : '',
              is: <Digest value={key} what="verifier key" />,
            })),
            { term: 'This browser saw', is: <Remembered /> },
          ]}
        />
      </Panel>
      <Panel title="Witnesses" lead="Others who cosign each checkpoint, and would refuse one that rewrites history.">
        <WitnessList witnesses={state.witnesses} size={state.size} />
      </Panel>
    </Columns>
  );
}

/** What this browser remembers, and the way to start over when the ledger was replaced on purpose. */
function Remembered() {
  const [memory, setMemory] = useState(recall);
  const [asking, setAsking] = useState(false);
  if (memory === null) return <>nothing yet</>;
  return (
    <>
      {memory === 'damaged' ? (
        'cannot be read any more'
      ) : (
        <>
          {memory.size} entries, <Timestamp at={memory.checkedAt} />
        </>
      )}{' '}
      <Button variant="subtle" size="compact-xs" onClick={() => setAsking(true)}>
        Forget…
      </Button>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title="Forget what this browser saw?"
        verb="Forget"
        danger
        onConfirm={async () => {
          forget();
          setMemory(null);
        }}
      >
        Only when the ledger or its keys were replaced on purpose, and somebody you trust told you so another way. Until
        the next look, a rewritten history could not be noticed here.
      </ConfirmDialog>
    </>
  );
}
