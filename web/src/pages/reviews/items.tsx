import { Button, Checkbox, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { call, type CallInput, type Reply } from '../../api/call.ts';
import { useChanged, useMay, useMe, usePages } from '../../api/hooks.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { MoreRows } from '../../ui/more-rows.tsx';
import { Panel } from '../../ui/panel.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { PrincipalLink } from '../grants/grant-table.tsx';
import { scopeWords } from '../grants/words.ts';
import styles from './reviews.module.css';

type Campaign = Reply<'reviews.show'>;
type Item = Reply<'reviews.items'>['items'][number];
type Decision = 'certify' | 'revoke';

const facts: readonly Column<Item>[] = [
  {
    id: 'principal',
    header: 'Who',
    onCard: 'heading',
    sort: ({ principal }) => principal.name,
    cell: ({ principal }) => <PrincipalLink principal={principal} />,
  },
  { id: 'role', header: 'Role', sort: ({ role }) => role, cell: ({ role }) => role },
  { id: 'scope', header: 'On', sort: ({ scope }) => scopeWords(scope), cell: ({ scope }) => scopeWords(scope) },
  {
    id: 'used',
    header: 'Last used',
    sort: ({ lastUsedAt }) => lastUsedAt,
    cell: ({ lastUsedAt }) => <Timestamp at={lastUsedAt} />,
  },
  {
    id: 'proposals',
    header: 'Speaks against it',
    sort: ({ proposals }) => -proposals.length,
    cell: ({ proposals }) =>
      proposals.length === 0 ? (
        <span className="quiet">nothing</span>
      ) : (
        <span className={styles.proposals}>
          {proposals.map(({ kind, why }) => (
            <StatusMark key={kind} of="medium">
              {why}
            </StatusMark>
          ))}
        </span>
      ),
  },
  {
    id: 'decision',
    header: 'Decision',
    sort: ({ decision }) => decision,
    cell: ({ decision, decidedBy, comment }) => (
      <span title={comment ?? undefined}>
        <StatusMark of={decision ?? 'undecided'} />
        {decidedBy !== null && <span className="quiet"> by {decidedBy.name}</span>}
      </span>
    ),
  },
];

interface Choosing {
  readonly ownId: string | undefined;
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
}

/** A box for each grant that one may decide about: never one's own. */
function choiceColumn({ ownId, chosen, onChange }: Choosing): Column<Item> {
  const toggle = (id: string): void =>
    onChange(new Set(chosen.has(id) ? [...chosen].filter((one) => one !== id) : [...chosen, id]));
  return {
    id: 'choose',
    header: '(Choose)',
    width: '2.5rem',
    cell: ({ id, principal, role }) =>
      principal.id === ownId ? null : (
        <Checkbox
          aria-label={`Choose ${role} of ${principal.name}`}
          checked={chosen.has(id)}
          onChange={() => toggle(id)}
        />
      ),
  };
}

/** The grants of a review. Reviewers choose some and decide about them together, or one by one. */
export function CampaignItems({ campaign }: { readonly campaign: Campaign }) {
  const may = useMay();
  const { data: me } = useMe();
  const [open, setOpen] = useState(campaign.state !== 'closed');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<Decision | null>(null);
  const items = usePages('reviews.items', {
    params: { campaignId: campaign.id },
    query: { limit: 100, ...(open ? { open: 'true' } : {}) },
  });
  const isReviewer = campaign.reviewers.some(({ id }) => id === me?.principal.id);
  const decides = campaign.state !== 'closed' && isReviewer && may('reviews.decide');

  const columns = decides ? [choiceColumn({ ownId: me?.principal.id, chosen, onChange: setChosen }), ...facts] : facts;

  return (
    <Panel
      title="Grants"
      {...(decides ? { lead: 'Decide about what you know. Your own grants are decided by the other reviewers.' } : {})}
    >
      <DataTable
        caption="Grants under review"
        columns={columns}
        rows={items}
        rowKey={({ id }) => id}
        words={({ principal, role, scope, proposals }) =>
          `${principal.name} ${role} ${scopeWords(scope)} ${proposals.map(({ why }) => why).join(' ')}`
        }
        tools={<Tools open={open} onOpen={setOpen} {...(decides ? { chosen: chosen.size, onAsk: setAsking } : {})} />}
        empty={
          <EmptyState title={open ? 'Everything is decided' : 'No grants'}>
            {open ? 'The review can be closed.' : 'No grant matched the filter of this review.'}
          </EmptyState>
        }
        foot={<MoreRows pages={items} words={['grant', 'grants']} />}
      />
      {asking !== null && (
        <DecideDialog
          campaignId={campaign.id}
          decision={asking}
          chosen={[...chosen]}
          onClose={() => setAsking(null)}
          onDone={() => setChosen(new Set())}
        />
      )}
    </Panel>
  );
}

interface ToolsProps {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  /** For reviewers: how many they chose. */
  readonly chosen?: number;
  readonly onAsk?: (decision: Decision) => void;
}

function Tools({ open, onOpen, chosen = 0, onAsk }: ToolsProps) {
  return (
    <>
      <SegmentedControl
        aria-label="Which grants"
        value={open ? 'open' : 'all'}
        onChange={(value) => onOpen(value === 'open')}
        data={[
          { value: 'open', label: 'To decide' },
          { value: 'all', label: 'All' },
        ]}
      />
      {onAsk !== undefined && <Bulk count={chosen} onAsk={onAsk} />}
    </>
  );
}

function Bulk({ count, onAsk }: { readonly count: number; readonly onAsk: (decision: Decision) => void }) {
  return (
    <div className={styles.bulk}>
      <span aria-live="polite" className="soft tabular">
        {count} chosen
      </span>
      <Button variant="default" disabled={count === 0} onClick={() => onAsk('certify')}>
        Certify
      </Button>
      <Button variant="default" color="danger" disabled={count === 0} onClick={() => onAsk('revoke')}>
        Take away
      </Button>
    </div>
  );
}

interface DecideDialogProps {
  readonly campaignId: string;
  readonly decision: Decision;
  readonly chosen: readonly string[];
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function DecideDialog({ campaignId, decision, chosen, onClose, onDone }: DecideDialogProps) {
  const changed = useChanged();
  const grants = chosen.length === 1 ? 'this grant' : `these ${chosen.length} grants`;

  async function decide(comment: string): Promise<void> {
    const body = {
      decisions: chosen.map((itemId) => ({ itemId, decision, comment })),
    } as CallInput<'reviews.decide'>['body'];
    await call('reviews.decide', { params: { campaignId }, body });
    onDone();
    await changed('reviews.', 'grants.', 'access.', 'people.', 'overview.');
  }

  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={decision === 'certify' ? `Certify ${grants}?` : `Take ${grants} away?`}
      verb={decision === 'certify' ? 'Certify' : 'Take away'}
      danger={decision === 'revoke'}
      reason={decision === 'revoke' ? 'required' : 'optional'}
      onConfirm={decide}
    >
      {decision === 'certify'
        ? 'You vouch that the access is still needed and not more than needed.'
        : 'The access ends on every server within a second.'}
    </ConfirmDialog>
  );
}
