import { Link, useParams } from '@tanstack/react-router';
import { useApi, useMe } from '../../api/hooks.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Panel } from '../../ui/panel.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import { isOwn, type ModelVersion } from '../models/words.ts';
import { ReasonTable } from '../versions/decisions.tsx';
import { Findings } from '../versions/findings.tsx';
import { useVersion } from '../versions/part-props.ts';
import { VersionState } from '../versions/version-state.tsx';
import { ComparisonView } from './comparison-view.tsx';
import { DecisionForm } from './decision-form.tsx';

/** Everything that somebody needs who decides: why it waits, what is other than before, what was found. */
export function ApprovalPage() {
  const { versionId } = useParams({ from: '/frame/approvals/$versionId' });
  const version = useVersion(versionId);
  const evidence = useApi('versions.evidence', { params: { versionId } });
  const above = <Link to="/approvals">Approvals</Link>;
  if (version.data === undefined) {
    return (
      <>
        <PageHeader title="A version to decide about" above={above} />
        <Waiting on={version} lines={10} />
      </>
    );
  }
  const { modelName, number } = version.data;
  return (
    <>
      <PageHeader
        title={`${modelName}, version ${number}`}
        above={above}
        lead={
          <Link to="/versions/$versionId" params={{ versionId }}>
            Everything about this version
          </Link>
        }
      />
      <VersionState version={version.data} />
      <Panel title="Your decision">
        <Decide version={version.data} />
      </Panel>
      <Panel title="What the policy says">
        <ReasonTable decision={version.data.decision} />
      </Panel>
      <Panel title="Compared with what is released">
        <ComparisonView versionId={versionId} />
      </Panel>
      <Panel title="What was found">
        <Findings version={version.data} evidence={evidence.data?.items} />
      </Panel>
    </>
  );
}

function Decide({ version }: { readonly version: ModelVersion }) {
  const { data: me } = useMe();
  if (version.state !== 'review') {
    return (
      <EmptyState title="There is nothing to decide">
        It does not wait for a person any more, or not yet. What was decided is on its page.
      </EmptyState>
    );
  }
  if (isOwn(version, me?.principal.id)) {
    return <EmptyState title="Somebody else decides">You uploaded this version, or asked for it.</EmptyState>;
  }
  if (!version.actions.includes('models.approve')) {
    return <EmptyState title="Somebody else decides">Your roles do not let you approve this model.</EmptyState>;
  }
  return <DecisionForm version={version} />;
}
