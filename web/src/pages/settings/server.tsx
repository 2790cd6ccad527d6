import { Button } from '@mantine/core';
import { call, type Reply } from '../../api/call.ts';
import { useApi, useChanged, useMay, usePages } from '../../api/hooks.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { MoreRows } from '../../ui/more-rows.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Columns, Facts, Panel } from '../../ui/panel.tsx';
import { EmptyState, ProblemNote } from '../../ui/states.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { useSubmit } from '../../ui/use-submit.ts';

type State = Reply<'server.state'>;
type Job = Reply<'jobs.list'>['items'][number];

const tlsWords: Readonly<Record<State['tls'], string>> = {
  none: 'none: loopback only',
  server: 'by this server',
  mutual: 'by this server, with certificates of clients',
  proxy: 'by a proxy in front',
};
const columnWords: Readonly<Record<string, string>> = {
  sqlite: 'SQLite, embedded',
  postgres: 'PostgreSQL',
  folder: 'a folder',
  s3: 'S3-compatible store',
  embedded: 'embedded queue',
  'pg-boss': 'pg-boss on PostgreSQL',
  memory: 'in memory',
  redis: 'Redis',
};

/** How the server is set up. Changed in its configuration file, shown here. */
export function ServerPage() {
  const may = useMay();
  const server = useApi('server.state');
  return (
    <>
      <PageHeader
        title="Server"
        lead="How it is set up. All of this is decided by its configuration when it starts; nothing of it can be changed from a browser."
      />
      {server.data === undefined ? <Waiting on={server} lines={8} /> : <ServerFacts state={server.data} />}
      {may('jobs.read') && <Jobs />}
    </>
  );
}

function ServerFacts({ state }: { readonly state: State }) {
  const { version, startedAt, origin, column, tls, oidc, retentionDays, strongFactorRoles, stepUpSeconds } = state;
  return (
    <Columns>
      <Panel title="This server">
        <Facts
          facts={[
            { term: 'Version', is: version },
            { term: 'Running since', is: <Timestamp at={startedAt} show="both" /> },
            { term: 'Address', is: origin },
            { term: 'TLS', is: tlsWords[tls] },
          ]}
        />
      </Panel>
      <Panel title="Where things are kept">
        <Facts
          facts={[
            { term: 'Records, ledger', is: columnWords[column.records] },
            { term: 'Blobs', is: columnWords[column.blobs] },
            { term: 'Jobs', is: columnWords[column.jobs] },
            { term: 'Counters', is: columnWords[column.counters] },
          ]}
        />
      </Panel>
      <Panel title="Signing in">
        <Facts
          facts={[
            {
              term: 'Second factor for',
              is: strongFactorRoles.length === 0 ? 'no role' : strongFactorRoles.join(', '),
            },
            { term: 'A passkey counts for', is: `${Math.round(stepUpSeconds / 60)} minutes` },
            ...(oidc.length === 0
              ? [{ term: 'Single sign-on', is: 'none' }]
              : oidc.map(({ name, issuer }) => ({ term: name, is: issuer }))),
          ]}
        />
      </Panel>
      <Panel title="Retention">
        <Facts
          facts={[
            {
              term: 'Content of entries',
              is: retentionDays === null ? 'kept for ever' : `${retentionDays} days; proofs for ever`,
            },
          ]}
        />
      </Panel>
    </Columns>
  );
}

const columns: readonly Column<Job>[] = [
  { id: 'kind', header: 'Job', onCard: 'heading', sort: ({ kind }) => kind, cell: ({ kind }) => kind },
  {
    id: 'state',
    header: 'State',
    sort: ({ state }) => state,
    cell: ({ state, progress }) => (
      <StatusMark of={state}>
        {state === 'running' && progress !== null ? `Running, ${Math.round(progress * 100)} %` : undefined}
      </StatusMark>
    ),
  },
  { id: 'attempts', header: 'Attempts', numeric: true, cell: ({ attempts }) => attempts },
  { id: 'by', header: 'For', cell: ({ requestedBy }) => requestedBy?.name ?? 'the server' },
  {
    id: 'created',
    header: 'Asked',
    sort: ({ createdAt }) => createdAt,
    cell: ({ createdAt }) => <Timestamp at={createdAt} />,
  },
  { id: 'error', header: 'Error', cell: ({ error }) => error ?? <span className="quiet">–</span> },
  { id: 'retry', header: '(Run again)', cell: (job) => (job.state === 'failed' ? <Retry job={job} /> : null) },
];

function Jobs() {
  const jobs = usePages('jobs.list', { query: { limit: 25 } });
  return (
    <Panel title="Jobs" lead="Work that is done apart from requests. A failed job can be run again; it ends once.">
      <DataTable
        caption="Jobs"
        columns={columns}
        rows={jobs}
        rowKey={({ id }) => id}
        empty={<EmptyState title="No job yet">Exports, reminders and clean-ups will be listed here.</EmptyState>}
        foot={<MoreRows pages={jobs} words={['job', 'jobs']} />}
      />
    </Panel>
  );
}

function Retry({ job }: { readonly job: Job }) {
  const may = useMay();
  const changed = useChanged();
  const { busy, error, submit } = useSubmit();
  if (!may('jobs.retry')) return null;
  return (
    <>
      <Button
        variant="default"
        size="compact-sm"
        loading={busy}
        onClick={() =>
          void submit(async () => {
            await call('jobs.retry', { params: { jobId: job.id } });
            await changed('jobs.');
          })
        }
      >
        Run again
      </Button>
      <ProblemNote error={error} />
    </>
  );
}
