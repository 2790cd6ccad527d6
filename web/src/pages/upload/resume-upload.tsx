import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { useApi, useChanged } from '../../api/hooks.ts';
import { byteWords, countWords } from '../../ui/byte-words.ts';
import { Meter } from '../../ui/meter.tsx';
import { Panel, Row, Stack } from '../../ui/panel.tsx';
import { Revealed } from '../../ui/revealed.tsx';
import { EmptyState, ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { Waiting } from '../../ui/waiting.tsx';
import { asVersion, type ChosenFile } from './chosen-files.ts';
import { DropZone } from './drop-zone.tsx';
import { Followed } from './upload-progress.tsx';
import styles from './upload.module.css';
import { arrivedBytes, startUpload } from './upload-run.ts';

/** After a reload, or on another machine: the same files again, and only what is missing is sent. */
export function ResumeUpload({ versionId }: { readonly versionId: string }) {
  const version = useApi('versions.show', { params: { versionId } });
  if (version.data === undefined) return <Waiting on={version} lines={6} />;
  if (version.data.state !== 'uploading') return <Followed versionId={versionId} />;
  return <Missing versionId={versionId} />;
}

function Missing({ versionId }: { readonly versionId: string }) {
  const uploads = useApi('versions.uploads', { params: { versionId } });
  const [problem, setProblem] = useState<unknown>(null);
  const [lacking, setLacking] = useState<readonly string[]>([]);
  if (uploads.data === undefined) return <Waiting on={uploads} lines={6} />;
  const { version } = uploads.data;
  const open = uploads.data.uploads.filter(({ missing }) => missing.length > 0);
  const bytes = uploads.data.uploads.reduce((sum, one) => sum + one.bytes, 0);
  const arrived = uploads.data.uploads.reduce((sum, one) => sum + arrivedBytes(one), 0);

  function take(found: readonly ChosenFile[]): void {
    const { files } = asVersion(found);
    const sizes = new Map(files.map(({ path, file }) => [path, file.size]));
    const missing = open.filter((one) => sizes.get(one.path) !== one.bytes).map(({ path }) => path);
    setLacking(missing);
    if (missing.length === 0 && uploads.data !== undefined) startUpload(uploads.data, files);
  }

  return (
    <Panel
      title={`${version.modelName}, version ${version.number}`}
      lead={`${byteWords(arrived)} of ${byteWords(bytes)} have arrived.`}
      actions={
        <Link to="/versions/$versionId" params={{ versionId }}>
          Its page
        </Link>
      }
    >
      <Stack>
        <Meter wide label="Arrived" share={bytes === 0 ? 1 : arrived / bytes} />
        {open.length === 0 ? (
          <Submit versionId={versionId} />
        ) : (
          <>
            <DropZone title="Choose the same files again" onFiles={take} onProblem={setProblem} />
            <ProblemNote error={problem} />
            {lacking.length > 0 && (
              <div role="alert">
                <p>
                  <strong>
                    {countWords(lacking.length, 'file was', 'files were')} not among them, or of another length:
                  </strong>
                </p>
                <Paths paths={lacking} label="Files that are lacking" />
              </div>
            )}
            {lacking.length === 0 && (
              <div>
                <p className="soft">{countWords(open.length, 'file has', 'files have')} not arrived whole:</p>
                <Paths paths={open.map(({ path }) => path)} label="Files that are missing parts" />
              </div>
            )}
          </>
        )}
      </Stack>
    </Panel>
  );
}

const MAX_SHOWN = 100;

function Paths({ paths, label }: { readonly paths: readonly string[]; readonly label: string }) {
  return (
    <ul className={styles.list} aria-label={label} tabIndex={0}>
      {paths.slice(0, MAX_SHOWN).map((path) => (
        <li key={path}>
          <code>
            <Revealed text={path} />
          </code>
        </li>
      ))}
      {paths.length > MAX_SHOWN && <li className="quiet">and {paths.length - MAX_SHOWN} more</li>}
    </ul>
  );
}

function Submit({ versionId }: { readonly versionId: string }) {
  const { busy, error, submit } = useSubmit();
  const changed = useChanged();
  return (
    <>
      <EmptyState
        title="Everything has arrived"
        action={
          <Row>
            <Button
              loading={busy}
              onClick={() =>
                void submit(async () => {
                  await call('versions.submit', { params: { versionId } });
                  await changed('versions.', 'models.', 'registry.');
                })
              }
            >
              Examine it
            </Button>
          </Row>
        }
      >
        Only the word to examine it was not said.
      </EmptyState>
      <ProblemNote error={error} />
    </>
  );
}
