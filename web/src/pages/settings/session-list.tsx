import { Button } from '@mantine/core';
import type { Reply } from '../../api/call.ts';
import type { Loadable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { agentWords } from './agent-words.ts';
import styles from './session-list.module.css';

type Session = Reply<'me.sessions'>['items'][number];

interface SessionListProps {
  readonly sessions: Loadable<readonly Session[]>;
  readonly onEnd?: (session: Session) => void;
}

/** Where somebody is signed in, how strongly, and since when. */
export function SessionList({ sessions, onEnd }: SessionListProps) {
  if (sessions.data === undefined) {
    return <Waiting on={sessions} lines={3} />;
  }
  if (sessions.data.length === 0)
    return <EmptyState title="Signed in nowhere">No browser holds a session of this account.</EmptyState>;
  return (
    <ul className={styles.list}>
      {sessions.data.map((session) => (
        <li key={session.id}>
          <div>
            <p>
              <strong>{agentWords(session.agent)}</strong>
              {session.current && <span className={styles.here}>this browser</span>}
            </p>
            <p className="soft">
              {session.address} · {session.factors.join(' + ')}
              {session.level === 1 && ' · one factor'}
            </p>
            <p className="quiet">
              used <Timestamp at={session.lastSeenAt} />, ends <Timestamp at={session.expiresAt} />
            </p>
          </div>
          {onEnd !== undefined && !session.current && (
            <Button
              variant="default"
              size="xs"
              onClick={() => onEnd(session)}
              aria-label={`End the session on ${agentWords(session.agent)}`}
            >
              End
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
