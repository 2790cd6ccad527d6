import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { PencilLine } from 'lucide-react';
import { useState } from 'react';
import type { Reply } from '../../api/call.ts';
import { useApi, useMay, usePages } from '../../api/hooks.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { MoreRows } from '../../ui/more-rows.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Panel } from '../../ui/panel.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import { PolicyDiff } from '../policies/policy-diff.tsx';
import { PolicyText } from '../policies/policy-text.tsx';
import { ReexamineButton } from './reexamine-button.tsx';

type Policy = Reply<'admission.versions'>['items'][number];

const facts: readonly Column<Policy>[] = [
  {
    id: 'version',
    header: 'Version',
    onCard: 'heading',
    width: '7rem',
    cell: ({ version }) => <strong>Version {version}</strong>,
  },
  {
    id: 'state',
    header: 'State',
    cell: ({ isActive }) => (
      <StatusMark of={isActive ? 'active' : 'superseded'}>{isActive ? 'In force' : undefined}</StatusMark>
    ),
  },
  { id: 'comment', header: 'Why', cell: ({ comment }) => comment },
  {
    id: 'by',
    header: 'Put into force',
    cell: ({ createdBy, createdAt, version }) =>
      version === 0 ? (
        <span className="quiet">it came with the program</span>
      ) : (
        <span>
          {createdBy?.name ?? 'the server'}, <Timestamp at={createdAt} />
        </span>
      ),
  },
];

/** The policy that decides what may be released, and those before it. */
export function AdmissionPage() {
  const may = useMay();
  const active = useApi('admission.active');
  return (
    <>
      <PageHeader
        title="Admission policy"
        lead="It decides about every version after its examination: released, refused, or left to a person. What it does not know allows nothing."
        actions={
          may('admission.change') ? (
            <>
              <ReexamineButton />
              <Button
                leftSection={<PencilLine size={15} />}
                renderRoot={(props) => <Link to="/admission/edit" {...props} />}
              >
                Change it
              </Button>
            </>
          ) : undefined
        }
      />
      <Panel
        title={
          active.data === undefined || active.data.version === 0
            ? 'In force'
            : `In force: version ${active.data.version}`
        }
      >
        {active.data === undefined ? (
          <Waiting on={active} lines={12} />
        ) : (
          <PolicyText text={active.data.body} label="Policy in force" language="yaml" />
        )}
      </Panel>
      <History />
    </>
  );
}

function History() {
  const versions = usePages('admission.versions', { query: { limit: 20 } });
  const [open, setOpen] = useState<number | null>(null);
  const known = (versions.data ?? []) as readonly Policy[];
  const at = known.findIndex(({ version }) => version === open);
  const shown = known[at];
  const before = at === -1 ? undefined : known[at + 1];
  const change: Column<Policy> = {
    id: 'change',
    header: 'Change',
    cell: ({ version }) => (
      <Button
        variant="default"
        size="xs"
        aria-label={`${open === version ? 'Hide' : 'Show'} what version ${version} changed`}
        aria-expanded={open === version}
        onClick={() => setOpen(open === version ? null : version)}
      >
        {open === version ? 'Hide' : 'Show'}
      </Button>
    ),
  };
  return (
    <>
      <Panel title="History">
        <DataTable
          caption="Versions"
          columns={[...facts, change]}
          rows={versions}
          rowKey={({ version }) => String(version)}
          empty={<EmptyState title="Nobody has changed it">The policy in force came with the program.</EmptyState>}
          foot={<MoreRows pages={versions} words={['version', 'versions']} />}
        />
      </Panel>
      {shown !== undefined && (
        <Panel title={`What version ${shown.version} changed`}>
          {before === undefined ? (
            <PolicyText text={shown.body} label={`Text of version ${shown.version}`} language="yaml" />
          ) : (
            <PolicyDiff before={before.body} after={shown.body} label={`Changes against version ${before.version}`} />
          )}
        </Panel>
      )}
    </>
  );
}
