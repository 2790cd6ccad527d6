import { Button } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { Upload } from 'lucide-react';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { useApi, useChanged } from '../../api/hooks.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Digest } from '../../ui/digest.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Columns, Facts, Panel } from '../../ui/panel.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import { StageBadge, TagList, VerdictMark } from './badges.tsx';
import { ChangeModelDialog } from './change-model-dialog.tsx';
import styles from './models.module.css';
import { VersionTable } from './version-table.tsx';
import type { Model } from './words.ts';

/** One model: what it is, whose it is, and every version that there was. */
export function ModelPage() {
  const { modelId } = useParams({ from: '/frame/models/$modelId' });
  const model = useApi('models.show', { params: { modelId } });
  const above = <Link to="/models">Models</Link>;
  if (model.data === undefined || model.data.id !== modelId) {
    return (
      <>
        <PageHeader title="A model" above={above} />
        <Waiting on={model} lines={10} />
      </>
    );
  }
  const { name, description, isArchived } = model.data;
  return (
    <>
      <PageHeader
        title={name}
        above={above}
        {...(description === '' ? {} : { lead: description })}
        actions={<ModelActions model={model.data} />}
      />
      <Columns>
        <Panel title="What it is">
          <About model={model.data} />
        </Panel>
        <Panel title="What can be had">
          <Available model={model.data} />
        </Panel>
      </Columns>
      <Panel
        title="Versions"
        lead={
          isArchived ? 'This model is archived: it takes no new versions.' : 'A version never changes. Newest first.'
        }
      >
        <VersionTable modelId={modelId} />
      </Panel>
    </>
  );
}

function About({ model }: { readonly model: Model }) {
  const { project, owner, classification, licence, tags, createdAt, changedAt, id } = model;
  return (
    <Facts
      facts={[
        {
          term: 'Project',
          is: (
            <Link to="/models" search={{ projectId: project.id }}>
              {project.name}
            </Link>
          ),
        },
        { term: 'Owner', is: owner?.name ?? <span className="quiet">nobody: somebody should take it over</span> },
        { term: 'Classification', is: classification },
        { term: 'Licence', is: licence ?? <span className="quiet">not said</span> },
        { term: 'Tags', is: <TagList tags={tags} /> },
        { term: 'Since', is: <Timestamp at={createdAt} show="both" /> },
        { term: 'Changed', is: <Timestamp at={changedAt} /> },
        { term: 'Id', is: <Digest value={id} what="id" whole /> },
      ]}
    />
  );
}

function Available({ model: { name, released, latest, isArchived } }: { readonly model: Model }) {
  const origin = window.location.origin;
  if (released === null) {
    return (
      <Facts
        facts={[
          { term: 'Released', is: <span className="quiet">nothing: downloads find no version</span> },
          {
            term: 'Newest version',
            is:
              latest === null ? (
                <span className="quiet">none yet</span>
              ) : (
                <span className={styles.marks}>
                  <Link to="/versions/$versionId" params={{ versionId: latest.id }}>
                    Version {latest.number}
                  </Link>
                  <StatusMark of={latest.state} />
                </span>
              ),
          },
          ...(isArchived ? [{ term: 'Shelf', is: <StatusMark of="archived" /> }] : []),
        ]}
      />
    );
  }
  return (
    <Facts
      facts={[
        {
          term: 'Released',
          is: (
            <span className={styles.marks}>
              <Link to="/versions/$versionId" params={{ versionId: released.id }}>
                Version {released.number}
              </Link>
              <VerdictMark verdict={released.verdict} />
              <StageBadge stage={released.stage} />
            </span>
          ),
        },
        ...(released.revision === null
          ? []
          : [{ term: 'Revision', is: <Digest value={released.revision} what="revision" whole /> }]),
        { term: 'With vouchsafe', is: <Digest value={`vouchsafe pull ${name}`} what="command" whole /> },
        {
          term: 'With hub clients',
          is: <Digest value={`HF_ENDPOINT=${origin} hf download ${name}`} what="command" whole />,
        },
        ...(isArchived ? [{ term: 'Shelf', is: <StatusMark of="archived" /> }] : []),
      ]}
    />
  );
}

function ModelActions({ model }: { readonly model: Model }) {
  const changed = useChanged();
  const [open, setOpen] = useState<'change' | 'archive' | null>(null);
  const { id, name, isArchived, actions } = model;
  if (!actions.includes('models.write')) return null;
  return (
    <>
      <Button variant="default" onClick={() => setOpen('change')}>
        Change
      </Button>
      <Button variant="default" onClick={() => setOpen('archive')}>
        {isArchived ? 'Take back into use' : 'Archive'}
      </Button>
      {!isArchived && (
        <Button
          leftSection={<Upload size={15} />}
          renderRoot={(props) => <Link to="/upload" search={{ model: id }} {...props} />}
        >
          Upload a version
        </Button>
      )}
      <ChangeModelDialog model={model} opened={open === 'change'} onClose={() => setOpen(null)} />
      <ConfirmDialog
        opened={open === 'archive'}
        onClose={() => setOpen(null)}
        title={isArchived ? `Take ${name} back into use?` : `Archive ${name}?`}
        verb={isArchived ? 'Take back' : 'Archive'}
        onConfirm={async () => {
          await call('models.change', { params: { modelId: id }, body: { isArchived: !isArchived } });
          await changed('models.', 'registry.');
        }}
      >
        {isArchived
          ? 'It returns to the list and takes new versions again.'
          : 'It leaves the list and takes no new versions. Nothing is deleted, and it can be undone.'}
      </ConfirmDialog>
    </>
  );
}
