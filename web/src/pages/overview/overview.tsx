import { Link } from '@tanstack/react-router';
import { useApi, useApiWhen, useMay, useMe } from '../../api/hooks.ts';
import type { Reply } from '../../api/call.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import { EntryRows } from '../ledger/entry-rows.tsx';
import { ActivityChart } from './activity-chart.tsx';
import { AttentionList } from './attention-list.tsx';
import styles from './overview.module.css';

const RECENT = 8;

/** What somebody should look at now; below it the pulse of the last days and the latest entries. */
export function OverviewPage() {
  const may = useMay();
  if (!may('overview.read')) return <Welcome />;
  return <Overview />;
}

function Overview() {
  const may = useMay();
  const overview = useApi('overview.show');
  const recent = useApiWhen(may('ledger.read'), 'ledger.entries', { query: { limit: RECENT } });
  if (overview.data === undefined) {
    return (
      <>
        <PageHeader title="Overview" />
        <Waiting on={overview} lines={9} />
      </>
    );
  }
  const { attention, counts, activity } = overview.data;
  return (
    <>
      <PageHeader
        title={headline(attention.length)}
        lead="Gathered by the server from its own records, as they change."
      />
      <div className={styles.columns}>
        <div className={styles.main}>
          <AttentionList items={attention} />
          {may('ledger.read') && (
            <Panel title="Latest entries" actions={<Link to="/ledger">All entries</Link>}>
              <EntryRows rows={{ ...recent, data: recent.data?.items }} compact />
            </Panel>
          )}
        </div>
        <div className={styles.aside}>
          <Panel title="The last days">
            <ActivityChart days={activity} />
          </Panel>
          <Panel title="On the books">
            <Counts counts={counts} />
          </Panel>
        </div>
      </div>
    </>
  );
}

function headline(things: number): string {
  if (things === 0) return 'Nothing needs you';
  return things === 1 ? 'One thing needs attention' : `${things} things need attention`;
}

const figure = new Intl.NumberFormat('en-GB');

function Counts({ counts }: { readonly counts: Reply<'overview.show'>['counts'] }) {
  const rows = [
    ['Entries in the ledger', counts.entries, '/ledger'],
    ['People', counts.people, '/people'],
    ['Services', counts.services, '/services'],
    ['Keys in use', counts.activeKeys, '/services'],
    ['Reviews open', counts.openReviews, '/reviews'],
    ['Policy proposals', counts.proposals, '/policies'],
    ['Jobs waiting', counts.jobsWaiting, '/server'],
    ['Jobs failed', counts.jobsFailed, '/server'],
  ] as const;
  return (
    <dl className={styles.counts}>
      {rows.map(([label, value, to]) => (
        <div key={label}>
          <dt>
            <Link to={to}>{label}</Link>
          </dt>
          <dd>{figure.format(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** For people whose roles do not include the overview: what they can do instead. */
function Welcome() {
  const { data: me } = useMe();
  return (
    <>
      <PageHeader
        title={`Good to see you, ${me?.principal.name ?? ''}`}
        lead="The pages on the left are those that your roles open. Whoever administers this server can give you more."
      />
      <Panel title="Your account">
        <p>
          <Link to="/account">Look after your password, passkeys and sessions</Link>
        </p>
      </Panel>
    </>
  );
}
