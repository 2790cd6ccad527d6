import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { FlaskConical, PencilLine } from 'lucide-react';
import type { Reply } from '../../api/call.ts';
import { useApi, useMay, usePages } from '../../api/hooks.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Digest } from '../../ui/digest.tsx';
import { MoreRows } from '../../ui/more-rows.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Panel } from '../../ui/panel.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { PolicyText } from './policy-text.tsx';

type Version = Reply<'policies.list'>['items'][number];

const columns: readonly Column<Version>[] = [
  {
    id: 'version',
    header: 'Version',
    onCard: 'heading',
    width: '6rem',
    cell: ({ version }) => (
      <Link to="/policies/$version" params={{ version: String(version) }}>
        Version {version}
      </Link>
    ),
  },
  {
    id: 'state',
    header: 'State',
    cell: ({ state }) => <StatusMark of={state}>{state === 'active' ? 'In force' : undefined}</StatusMark>,
  },
  { id: 'comment', header: 'Why', cell: ({ comment }) => comment },
  {
    id: 'proposed',
    header: 'Proposed',
    cell: ({ proposedBy, proposedAt }) => (
      <>
        {proposedBy?.name ?? 'the server'}, <Timestamp at={proposedAt} />
      </>
    ),
  },
  { id: 'decided', header: 'Decided by', cell: ({ decidedBy }) => decidedBy?.name ?? <span className="quiet">–</span> },
  { id: 'digest', header: 'Digest', onCard: 'hidden', cell: ({ digest }) => <Digest value={digest} /> },
];

/** The policies in force, and the versions before and after them. */
export function PoliciesPage() {
  const may = useMay();
  const active = useApi('policies.active');
  const versions = usePages('policies.list', { query: { limit: 20 } });
  return (
    <>
      <PageHeader
        title="Policies"
        lead="What roles may do, in Cedar. Nothing is allowed that no policy permits; one person proposes a change, another puts it into force."
        actions={
          <>
            <Button
              variant="default"
              leftSection={<FlaskConical size={15} />}
              renderRoot={(props) => <Link to="/policies/try" {...props} />}
            >
              Try a request
            </Button>
            {may('policies.propose') && (
              <Button
                leftSection={<PencilLine size={15} />}
                renderRoot={(props) => <Link to="/policies/edit" {...props} />}
              >
                Propose a change
              </Button>
            )}
          </>
        }
      />
      <Panel title="Versions">
        <DataTable
          caption="Versions"
          columns={columns}
          rows={versions}
          rowKey={({ version }) => String(version)}
          empty={<EmptyState title="No version">The server brings its first policies along.</EmptyState>}
          foot={<MoreRows pages={versions} words={['version', 'versions']} />}
        />
      </Panel>
      <Panel title={active.data === undefined ? 'In force' : `In force: version ${active.data.version}`}>
        {active.data === undefined ? (
          <Waiting on={active} lines={8} />
        ) : (
          <PolicyText text={active.data.text} label="Policies in force" />
        )}
      </Panel>
    </>
  );
}
