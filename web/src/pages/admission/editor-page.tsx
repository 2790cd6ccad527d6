import { Link } from '@tanstack/react-router';
import { useApi } from '../../api/hooks.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import { AdmissionForm } from './admission-form.tsx';

/** Where the admission policy is written. */
export function AdmissionEditorPage() {
  const active = useApi('admission.active');
  return (
    <>
      <PageHeader
        title="Change the admission policy"
        above={<Link to="/admission">Admission policy</Link>}
        lead="Checked as you write. Try it over everything that is here before you put it into force."
      />
      {active.data === undefined ? (
        <Waiting on={active} lines={12} />
      ) : (
        <AdmissionForm key={active.data.version} active={active.data} />
      )}
    </>
  );
}
