import { Link } from '@tanstack/react-router';
import { useMe, usePages } from '../../api/hooks.ts';
import { byteWords, countWords } from '../../ui/byte-words.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Meter } from '../../ui/meter.tsx';
import { MoreRows } from '../../ui/more-rows.tsx';
import { Revealed } from '../../ui/revealed.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { StageBadge, VerdictMark } from './badges.tsx';
import styles from './models.module.css';
import { broughtBy, isMoving, isSame, isUploading, type ModelVersion } from './words.ts';

const columns: readonly Column<ModelVersion>[] = [
  {
    id: 'number',
    header: 'Version',
    onCard: 'heading',
    cell: ({ id, number, message }) => (
      <span className={styles.name}>
        <Link to="/versions/$versionId" params={{ versionId: id }}>
          Version {number}
        </Link>
        {message !== '' && (
          <small>
            <Revealed text={message} />
          </small>
        )}
      </span>
    ),
  },
  { id: 'state', header: 'State', cell: (version) => <StateCell version={version} /> },
  { id: 'verdict', header: 'Verdict', cell: ({ verdict }) => <VerdictMark verdict={verdict} /> },
  {
    id: 'size',
    header: 'Size',
    cell: ({ files, bytes }) => `${byteWords(bytes)} in ${countWords(files, 'file')}`,
  },
  {
    id: 'by',
    header: 'From',
    cell: (version) => (
      <span>
        {broughtBy(version)}, <Timestamp at={version.createdAt} />
      </span>
    ),
  },
];

/** Where a version is on its way, and how far. */
function StateCell({ version }: { readonly version: ModelVersion }) {
  const { data: me } = useMe();
  const { state, stage, progress, step } = version;
  if (isUploading(version)) {
    return (
      <span className={styles.marks}>
        <StatusMark of={state} />
        {isSame(version.createdBy, me?.principal.id) && (
          <Link to="/upload" search={{ version: version.id }}>
            go on
          </Link>
        )}
      </span>
    );
  }
  return (
    <span className={styles.marks}>
      <StatusMark of={state} />
      {isMoving(version) && <Meter share={progress} label={step ?? state} />}
      {state === 'released' && <StageBadge stage={stage} />}
    </span>
  );
}

/** Versions of a model, as they move. */
export function VersionTable({ modelId }: { readonly modelId: string }) {
  const versions = usePages('versions.list', { params: { modelId }, query: { limit: 50 } });
  return (
    <DataTable
      caption="Versions"
      columns={columns}
      rows={versions}
      rowKey={({ id }) => id}
      empty={<EmptyState title="No version yet">The first one begins with an upload.</EmptyState>}
      foot={<MoreRows pages={versions} words={['version', 'versions']} />}
    />
  );
}
