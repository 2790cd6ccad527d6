import { Link, useParams } from '@tanstack/react-router';
import { useApi, useApiWhen, useMay } from '../../api/hooks.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Columns, Facts, Panel } from '../../ui/panel.tsx';
import { Digest } from '../../ui/digest.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { GrantsOf } from '../grants/grants-of.tsx';
import { EntryRows } from '../ledger/entry-rows.tsx';
import { SessionList } from '../settings/session-list.tsx';
import { FactorMarks } from './parts.tsx';
import { PersonActions } from './person-actions.tsx';

const RECENT = 10;

/** One person: what he may do, how he signs in, where he is signed in, what he did. */
export function PersonPage() {
  const { personId } = useParams({ from: '/frame/people/$personId' });
  const may = useMay();
  const person = useApi('people.show', { params: { personId } });
  const sessions = useApi('people.sessions', { params: { personId } });
  const entries = useApiWhen(may('ledger.read'), 'ledger.entries', { query: { actorId: personId, limit: RECENT } });
  const above = <Link to="/people">People</Link>;

  if (person.data === undefined) {
    return (
      <>
        <PageHeader title="A person" above={above} />
        <Waiting on={person} lines={6} />
      </>
    );
  }
  const { name, email, state, createdAt, lastSeenAt, factors, id } = person.data;
  return (
    <>
      <PageHeader
        title={name}
        above={above}
        lead={email ?? 'Personal data of this account was erased.'}
        actions={<PersonActions person={person.data} />}
      />
      <Columns>
        <Panel title="Account">
          <Facts
            facts={[
              { term: 'State', is: <StatusMark of={state} /> },
              { term: 'Signs in with', is: <FactorMarks factors={factors} /> },
              { term: 'Since', is: <Timestamp at={createdAt} show="both" /> },
              { term: 'Last seen', is: <Timestamp at={lastSeenAt} /> },
              { term: 'Id', is: <Digest value={id} what="id" whole /> },
            ]}
          />
        </Panel>
        <Panel title="Sessions">
          <SessionList sessions={{ ...sessions, data: sessions.data?.items }} />
        </Panel>
      </Columns>
      <GrantsOf principal={{ kind: 'person', id, name }} />
      {may('ledger.read') && (
        <Panel
          title="What this account did"
          actions={
            <Link to="/ledger" search={{ actorId: id }}>
              All its entries
            </Link>
          }
        >
          <EntryRows rows={{ ...entries, data: entries.data?.items }} compact />
        </Panel>
      )}
    </>
  );
}
