import type { Reply } from '../../api/call.ts';
import { Facts } from '../../ui/panel.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';

interface WitnessListProps {
  readonly witnesses: Reply<'ledger.state'>['witnesses'];
  /** Of the ledger, to say how far a witness is behind. */
  readonly size: number;
}

/** Who else has seen the ledger, how far, and what is wrong with it. */
export function WitnessList({ witnesses, size }: WitnessListProps) {
  if (witnesses.length === 0) {
    return (
      <EmptyState title="Nobody watches from outside">
        Without a witness, only browsers and exports that remember an older checkpoint would notice a rewritten history.
        One is set up with <code>vouchsafe ledger witness</code> on another machine.
      </EmptyState>
    );
  }
  return (
    <Facts
      facts={witnesses.map(({ name, url, size: seen, seenAt, fault }) => ({
        term: name,
        is: (
          <>
            <StatusMark of={fault === null ? 'verified' : 'failed'}>
              {fault ?? (seen === size ? 'up to date' : `at ${seen}, ${size - seen} behind`)}
            </StatusMark>
            <p className="quiet">
              {url} · seen <Timestamp at={seenAt} />
            </p>
          </>
        ),
      }))}
    />
  );
}
