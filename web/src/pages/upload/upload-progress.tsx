import { Button } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { Pause, Play } from 'lucide-react';
import { byteWords } from '../../ui/byte-words.ts';
import { Meter } from '../../ui/meter.tsx';
import { Panel, Row, Stack } from '../../ui/panel.tsx';
import { Revealed } from '../../ui/revealed.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import { isMoving } from '../models/words.ts';
import { useVersion } from '../versions/part-props.ts';
import { VersionState } from '../versions/version-state.tsx';
import styles from './upload.module.css';
import { forgetUpload, pauseUpload, resumeUpload, type UploadState } from './upload-run.ts';

const phaseWords: Readonly<Record<UploadState['phase'], string>> = {
  sending: 'Sending',
  paused: 'Paused',
  submitting: 'Everything has arrived',
  submitted: 'Everything has arrived',
  failed: 'It stopped',
};

/** How an upload gets on, file by file; then what becomes of the version. */
export function UploadProgress({ upload }: { readonly upload: UploadState }) {
  const { phase, bytes, sent, retrying, error, versionId } = upload;
  const isOpen = phase === 'sending' || phase === 'paused' || phase === 'failed';
  return (
    <>
      <Panel
        title={phaseWords[phase]}
        lead={
          <span className="tabular">
            {byteWords(sent)} of {byteWords(bytes)}
            {retrying > 0 && ', some of it is being tried again'}
          </span>
        }
        actions={isOpen ? <Controls phase={phase} /> : undefined}
      >
        <Stack>
          <Meter wide label="All files" share={bytes === 0 ? 1 : sent / bytes} />
          <ProblemNote error={error} />
          {isOpen && <FileList upload={upload} />}
        </Stack>
      </Panel>
      {phase === 'submitted' && <Followed versionId={versionId} />}
    </>
  );
}

function Controls({ phase }: Pick<UploadState, 'phase'>) {
  const navigate = useNavigate();
  return (
    <>
      {phase === 'sending' ? (
        <Button variant="default" leftSection={<Pause size={14} />} onClick={pauseUpload}>
          Pause
        </Button>
      ) : (
        <Button leftSection={<Play size={14} />} onClick={() => void resumeUpload()}>
          Go on
        </Button>
      )}
      {phase !== 'sending' && (
        <Button
          variant="default"
          onClick={() => {
            forgetUpload();
            void navigate({ to: '/upload', search: {} });
          }}
        >
          Leave it for now
        </Button>
      )}
    </>
  );
}

const MAX_SHOWN = 200;

function FileList({ upload: { files } }: { readonly upload: UploadState }) {
  // What moves is on top; what has arrived sinks.
  const sorted = files.toSorted((a, b) => Number(a.sent >= a.bytes) - Number(b.sent >= b.bytes));
  return (
    <ul className={styles.list} aria-label="Files on their way" tabIndex={0}>
      {sorted.slice(0, MAX_SHOWN).map(({ path, bytes, sent }) => (
        <li key={path}>
          <code>
            <Revealed text={path} />
          </code>
          <span className="tabular soft">{byteWords(bytes)}</span>
          {sent >= bytes ? (
            <StatusMark of="done">Arrived</StatusMark>
          ) : (
            <Meter label={`Sent of ${path}`} share={sent / bytes} />
          )}
        </li>
      ))}
      {files.length > MAX_SHOWN && <li className="quiet">and {files.length - MAX_SHOWN} more</li>}
    </ul>
  );
}

/** A version on its way through the pipeline, until its end. */
export function Followed({ versionId }: { readonly versionId: string }) {
  const version = useVersion(versionId);
  if (version.data === undefined) return <Waiting on={version} lines={5} />;
  const { modelName, number } = version.data;
  return (
    <Panel
      title={`${modelName}, version ${number}`}
      actions={
        <Row>
          <Button
            variant="default"
            renderRoot={(props) => <Link to="/versions/$versionId" params={{ versionId }} {...props} />}
          >
            To its page
          </Button>
          {!isMoving(version.data) && (
            <Button renderRoot={(props) => <Link to="/upload" search={{}} {...props} />} onClick={forgetUpload}>
              Upload something else
            </Button>
          )}
        </Row>
      }
    >
      <VersionState version={version.data} />
    </Panel>
  );
}
