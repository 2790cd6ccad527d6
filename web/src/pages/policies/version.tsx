import { Tabs } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import type { Reply } from '../../api/call.ts';
import { useApi, useApiWhen } from '../../api/hooks.ts';
import { Digest } from '../../ui/digest.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Facts, Panel } from '../../ui/panel.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { Impact } from './impact.tsx';
import { PolicyDiff } from './policy-diff.tsx';
import { PolicyText } from './policy-text.tsx';
import { VersionActions } from './version-actions.tsx';

type Version = Reply<'policies.show'>;

/** One version: what it changes, whom it touches, and the decision about it. */
export function PolicyVersionPage() {
  const { version } = useParams({ from: '/frame/policies/$version' });
  const shown = useApi('policies.show', { params: { version } });
  const number = Number(version);
  // A proposal is compared with what is in force, anything else with what it followed.
  const proposed = shown.data?.state === 'proposed';
  const active = useApiWhen(proposed, 'policies.active');
  const previous = useApiWhen(shown.data !== undefined && !proposed && number > 1, 'policies.show', {
    params: { version: number - 1 },
  });
  const above = <Link to="/policies">Policies</Link>;
  if (shown.data === undefined || shown.data.version !== number) {
    return (
      <>
        <PageHeader title={`Version ${version}`} above={above} />
        <Waiting on={shown} lines={10} />
      </>
    );
  }
  const base = proposed ? active.data : previous.data;
  return (
    <>
      <PageHeader
        title={`Version ${version}`}
        above={above}
        lead={shown.data.comment}
        actions={<VersionActions version={shown.data} />}
      />
      <Panel title="On record">
        <Record version={shown.data} />
      </Panel>
      <Views version={shown.data} base={base} />
    </>
  );
}

function Record({ version }: { readonly version: Version }) {
  const { state, proposedBy, proposedAt, decidedBy, decidedAt, decisionComment, digest } = version;
  return (
    <Facts
      facts={[
        { term: 'State', is: <StatusMark of={state}>{state === 'active' ? 'In force' : undefined}</StatusMark> },
        { term: 'Proposed by', is: <Signed by={proposedBy} at={proposedAt} /> },
        ...(decidedAt === null ? [] : [{ term: 'Decided by', is: <Signed by={decidedBy} at={decidedAt} /> }]),
        ...(decisionComment === null || decisionComment === '' ? [] : [{ term: 'Remark', is: decisionComment }]),
        { term: 'Digest', is: <Digest value={digest} whole /> },
      ]}
    />
  );
}

function Signed({ by, at }: { readonly by: Version['proposedBy']; readonly at: string }) {
  return (
    <>
      {by?.name ?? 'the server'}, <Timestamp at={at} show="both" />
    </>
  );
}

interface ViewsProps {
  readonly version: Version;
  /** What it is compared with. */
  readonly base: Version | undefined;
}

function Views({ version, base }: ViewsProps) {
  const { version: number, state, text } = version;
  return (
    <Tabs defaultValue={number > 1 ? 'diff' : 'text'} keepMounted={false}>
      <Tabs.List mb={16}>
        <Tabs.Tab value="diff">What it changes</Tabs.Tab>
        {state === 'proposed' && <Tabs.Tab value="impact">Who gains, who loses</Tabs.Tab>}
        <Tabs.Tab value="text">The whole text</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="diff">
        {base === undefined ? (
          <EmptyState title="Nothing to compare with">This is the first version.</EmptyState>
        ) : (
          <PolicyDiff before={base.text} after={text} label={`Changes against version ${base.version}`} />
        )}
      </Tabs.Panel>
      <Tabs.Panel value="impact">
        <Impact text={text} />
      </Tabs.Panel>
      <Tabs.Panel value="text">
        <PolicyText text={text} label={`Text of version ${number}`} />
      </Tabs.Panel>
    </Tabs>
  );
}
