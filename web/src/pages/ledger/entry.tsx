import { Button } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { ChevronLeft, ChevronRight, Download } from 'lucide-react';
import type { Reply } from '../../api/call.ts';
import { pathOf } from '../../api/paths.ts';
import { useApi } from '../../api/hooks.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Digest } from '../../ui/digest.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Facts, Panel } from '../../ui/panel.tsx';
import { EmptyState, sentence } from '../../ui/states.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { CheckInBrowser } from './check-view.tsx';
import { Revealed } from '../../ui/revealed.tsx';
import styles from './entries.module.css';
import { PersonalData } from './personal-data.tsx';
import { activityWords } from './words.ts';

type Entry = Reply<'ledger.entry'>;

/** One entry: what it says, the bytes that were hashed, and the proof that they are under the seal. */
export function EntryPage() {
  const { index } = useParams({ from: '/frame/ledger/$index' });
  const entry = useApi('ledger.entry', { params: { index } });
  const above = <Link to="/ledger">Entries</Link>;
  if (entry.data === undefined || String(entry.data.index) !== index) {
    return (
      <>
        <PageHeader title={`Entry ${index}`} above={above} />
        <Waiting on={entry} lines={8} />
      </>
    );
  }
  return (
    <>
      <PageHeader
        title={activityWords(entry.data.activity)}
        above={
          <>
            {above} · No. {index}
          </>
        }
        lead={<Timestamp at={entry.data.time} show="both" />}
        actions={<Beside index={entry.data.index} />}
      />
      <Panel title="What it says">
        <EntryFacts entry={entry.data} />
      </Panel>
      <Panel
        title="Is it true to the tree?"
        lead="Your browser hashes the bytes below, climbs to the signed root with the proof, and checks that the ledger has only grown since you last looked."
        actions={
          <Button
            component="a"
            variant="default"
            size="xs"
            leftSection={<Download size={14} />}
            href={pathOf('/api/ledger/entries/:index/proof.tlog-proof', { index })}
            download
          >
            Proof as a file
          </Button>
        }
      >
        <CheckInBrowser
          key={index}
          claim="The entry is under the seal"
          run={async () => (await import('../../evidence/check.ts')).checkEntry(entry.data)}
        />
      </Panel>
      {entry.data.personal.length > 0 && <PersonalData entry={entry.data} />}
      <Canonical entry={entry.data} />
    </>
  );
}

function Beside({ index }: { readonly index: number }) {
  return (
    <>
      {index > 0 && (
        <Button
          variant="default"
          leftSection={<ChevronLeft size={14} />}
          renderRoot={(props) => <Link to="/ledger/$index" params={{ index: String(index - 1) }} {...props} />}
        >
          Before
        </Button>
      )}
      <Button
        variant="default"
        rightSection={<ChevronRight size={14} />}
        renderRoot={(props) => <Link to="/ledger/$index" params={{ index: String(index + 1) }} {...props} />}
      >
        After
      </Button>
    </>
  );
}

function EntryFacts({ entry }: { readonly entry: Entry }) {
  const { actor, object, decision, outcome, severity, reasons, activity, leafHash } = entry;
  return (
    <Facts
      facts={[
        {
          term: 'Decision',
          is: decision === null ? <span className="quiet">none was needed</span> : <StatusMark of={decision} />,
        },
        { term: 'Outcome', is: <StatusMark of={outcome} /> },
        { term: 'Who', is: <Party name={actor.name} kind={actor.kind} id={actor.id} search="actorId" /> },
        ...(object === null
          ? []
          : [
              { term: 'On what', is: <Party name={object.name} kind={object.kind} id={object.id} search="objectId" /> },
            ]),
        ...(object?.digest == null ? [] : [{ term: 'Content', is: <Digest value={object.digest} whole /> }]),
        ...(reasons.length === 0
          ? []
          : [
              {
                term: 'Because',
                is: (
                  <ul className={styles.reasons}>
                    {reasons.map((reason) => (
                      <li key={reason}>{sentence(reason)}</li>
                    ))}
                  </ul>
                ),
              },
            ]),
        { term: 'Activity', is: <code>{activity}</code> },
        { term: 'Class', is: `${activityWords(entry.class)} (${severity})` },
        { term: 'Id', is: <Digest value={entry.id} what="id" whole /> },
        { term: 'Leaf hash', is: <Digest value={leafHash} what="leaf hash" whole /> },
      ]}
    />
  );
}

interface PartyProps {
  readonly name: string | null;
  readonly kind: string;
  readonly id: string;
  readonly search: 'actorId' | 'objectId';
}

function Party({ name, kind, id, search }: PartyProps) {
  return (
    <>
      <Link to="/ledger" search={{ [search]: id }} title="Entries about the same">
        {name ?? id}
      </Link>
      <span className="quiet">
        {' '}
        {kind}
        {name !== null && <> · {id}</>}
      </span>
    </>
  );
}

function Canonical({ entry }: { readonly entry: Entry }) {
  if (entry.canonical === null) {
    return (
      <Panel title="The bytes">
        <EmptyState title="Retention has removed the content">
          The hash stays in the tree, so that proofs of this and every other entry still hold.
        </EmptyState>
      </Panel>
    );
  }
  return (
    <Panel
      title="The bytes"
      lead="Exactly what was hashed: canonical JSON (RFC 8785) in UTF-8."
      actions={<CopyButton labelled value={entry.canonical} what="bytes" />}
    >
      <pre className={styles.canonical} tabIndex={0} aria-label="Canonical JSON of the entry">
        <code>
          <Revealed text={entry.canonical} />
        </code>
      </pre>
    </Panel>
  );
}
