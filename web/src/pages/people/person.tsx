import { Link, useParams } from '@tanstack/react-router';
import { useApi } from '../../api/hooks.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Columns, Facts, Panel } from '../../ui/panel.tsx';
import { Digest } from '../../ui/digest.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { GrantsOf } from '../grants/grants-of.tsx';
import { RecentEntries, useRecentEntries } from '../ledger/recent-entries.tsx';
import { SessionList } from '../settings/session-list.tsx';
import { FactorMarks } from './parts.tsx';
import { PersonActions } from './person-actions.tsx';

/** One person: what he may do, how he signs in, where he is signed in, what he did. */
export function PersonPage() {
  const { personId } = useParams({ from: '/frame/people/$personId' });
  const person = useApi('people.show', { params: { personId } });
  const sessions = useApi('people.sessions', { params: { personId } });
  const entries = useRecentEntries(personId);
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
      <RecentEntries title="What this account did" actorId={id} entries={entries} />
    </>
  );
}
