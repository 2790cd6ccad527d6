import { Link, useSearch } from '@tanstack/react-router';
import { useEffect, useSyncExternalStore } from 'react';
import { usePages } from '../../api/hooks.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Panel } from '../../ui/panel.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import type { Model } from '../models/words.ts';
import styles from './upload.module.css';
import { NewUpload } from './new-upload.tsx';
import { ResumeUpload } from './resume-upload.tsx';
import { currentUpload, subscribeToUpload } from './upload-run.ts';
import { UploadProgress } from './upload-progress.tsx';

/** Where files go into quarantine, and are followed from there to the end of their way. */
export function UploadPage() {
  const { version } = useSearch({ from: '/frame/upload' });
  const upload = useSyncExternalStore(subscribeToUpload, currentUpload);
  const isRunning = upload !== null && (version === undefined || version === upload.versionId);
  useWarning(upload?.phase === 'sending' || upload?.phase === 'submitting');
  return (
    <>
      <PageHeader
        title="Upload"
        above={<Link to="/models">Models</Link>}
        lead="Files go into quarantine and are examined there. Nobody can load them before the policy, and where it says so a person, has admitted them."
      />
      {isRunning && <UploadProgress upload={upload} />}
      {!isRunning && version !== undefined && <ResumeUpload key={version} versionId={version} />}
      {!isRunning && version === undefined && (
        <>
          <NewUpload />
          <Unfinished />
        </>
      )}
    </>
  );
}

/** A page that is closed stops sending; what has arrived stays. */
function useWarning(isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return undefined;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isOn]);
}

const MAX_SHOWN = 20;

/** Models whose newest version never arrived whole. */
function Unfinished() {
  const models = usePages('models.list', { query: { state: 'uploading', limit: MAX_SHOWN } });
  const items = ((models.data ?? []) as readonly Model[]).filter(
    ({ latest, actions }) => latest?.state === 'uploading' && actions.includes('models.write'),
  );
  if (items.length === 0) return null;
  return (
    <Panel title="Not finished" lead="Choose the same files again, and only what is missing is sent.">
      <ul className={styles.unfinished}>
        {items.map(({ id, name, latest, changedAt }) => (
          <li key={id}>
            <Link to="/upload" search={{ version: latest?.id }}>
              {name}, version {latest?.number}
            </Link>
            <StatusMark of="uploading" />
            <Timestamp at={changedAt} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
