import { Tabs } from '@mantine/core';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useApi } from '../../api/hooks.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Revealed } from '../../ui/revealed.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import { Contents } from './contents.tsx';
import { Decisions } from './decisions.tsx';
import { Downloads } from './downloads.tsx';
import { EvidenceList } from './evidence-list.tsx';
import { Files } from './files.tsx';
import { Findings } from './findings.tsx';
import { Origin } from './origin.tsx';
import { type PartProps, useVersion } from './part-props.ts';
import { VersionActions } from './version-actions.tsx';
import { VersionState } from './version-state.tsx';

/** One version: what was found, what was decided and why, where it comes from, and what can be done about it. */
export function ModelVersionPage() {
  const { versionId } = useParams({ from: '/frame/versions/$versionId' });
  const version = useVersion(versionId);
  const evidence = useApi('versions.evidence', { params: { versionId } });
  if (version.data === undefined || version.data.id !== versionId) {
    return (
      <>
        <PageHeader title="A version" above={<Link to="/models">Models</Link>} />
        <Waiting on={version} lines={12} />
      </>
    );
  }
  const { modelId, modelName, number, message } = version.data;
  return (
    <>
      <PageHeader
        title={`${modelName}, version ${number}`}
        above={
          <Link to="/models/$modelId" params={{ modelId }}>
            {modelName}
          </Link>
        }
        {...(message === '' ? {} : { lead: <Revealed text={message} /> })}
        actions={<VersionActions version={version.data} />}
      />
      <VersionState version={version.data} />
      <Parts version={version.data} evidence={evidence.data?.items} />
    </>
  );
}

const parts = [
  ['findings', 'Findings'],
  ['files', 'Files'],
  ['contents', 'Tensors and texts'],
  ['origin', 'Where it comes from'],
  ['evidence', 'Evidence'],
  ['decisions', 'Decisions'],
  ['downloads', 'Downloads'],
] as const;
type Part = (typeof parts)[number][0];

function Parts(props: PartProps) {
  const { part = 'findings' } = useSearch({ from: '/frame/versions/$versionId' });
  const navigate = useNavigate();
  const { version } = props;
  const shown = parts.filter(([value]) => value !== 'downloads' || version.actions.includes('downloads.read'));
  const go = (value: string | null): void =>
    void navigate({
      to: '/versions/$versionId',
      params: { versionId: version.id },
      search: value === 'findings' || value === null ? {} : { part: value as Part },
      replace: true,
      resetScroll: false,
    });
  return (
    <Tabs value={part} onChange={go} keepMounted={false}>
      <Tabs.List mb={16}>
        {shown.map(([value, label]) => (
          <Tabs.Tab key={value} value={value}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="findings">
        <Findings {...props} />
      </Tabs.Panel>
      <Tabs.Panel value="files">
        <Files version={version} />
      </Tabs.Panel>
      <Tabs.Panel value="contents">
        <Contents {...props} />
      </Tabs.Panel>
      <Tabs.Panel value="origin">
        <Origin version={version} />
      </Tabs.Panel>
      <Tabs.Panel value="evidence">
        <EvidenceList {...props} />
      </Tabs.Panel>
      <Tabs.Panel value="decisions">
        <Decisions version={version} />
      </Tabs.Panel>
      <Tabs.Panel value="downloads">
        <Downloads versionId={version.id} />
      </Tabs.Panel>
    </Tabs>
  );
}
