import { Link } from '@tanstack/react-router';
import { useApi } from '../../api/hooks.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import { ProposalForm } from './proposal-form.tsx';

/** Where a change of the policies is written. */
export function PolicyEditorPage() {
  const active = useApi('policies.active');
  return (
    <>
      <PageHeader
        title="Propose a change"
        above={<Link to="/policies">Policies</Link>}
        lead="Checked as you write. Nothing changes until somebody else has put it into force."
      />
      {active.data === undefined ? (
        <Waiting on={active} lines={12} />
      ) : (
        <ProposalForm key={active.data.version} active={active.data} />
      )}
    </>
  );
}
