import { Link } from '@tanstack/react-router';
import { useApiWhen, useMay } from '../../api/hooks.ts';
import { Panel } from '../../ui/panel.tsx';
import { EntryRows } from './entry-rows.tsx';

const RECENT = 10;

/** What an account did last, as far as whoever looks may read the ledger. Asked for before the account itself is there. */
export function useRecentEntries(actorId: string) {
  return useApiWhen(useMay()('ledger.read'), 'ledger.entries', { query: { actorId, limit: RECENT } });
}

interface RecentEntriesProps {
  readonly title: string;
  readonly actorId: string;
  readonly entries: ReturnType<typeof useRecentEntries>;
}

export function RecentEntries({ title, actorId, entries }: RecentEntriesProps) {
  if (!useMay()('ledger.read')) return null;
  const all = (
    <Link to="/ledger" search={{ actorId }}>
      All its entries
    </Link>
  );
  return (
    <Panel title={title} actions={all}>
      <EntryRows rows={{ ...entries, data: entries.data?.items }} compact />
    </Panel>
  );
}
