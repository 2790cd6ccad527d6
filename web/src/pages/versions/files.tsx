import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { Reply } from '../../api/call.ts';
import { usePages } from '../../api/hooks.ts';
import { pathOf } from '../../api/paths.ts';
import { byteWords } from '../../ui/byte-words.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Digest } from '../../ui/digest.tsx';
import { MoreRows } from '../../ui/more-rows.tsx';
import { Revealed } from '../../ui/revealed.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { VerdictMark } from '../models/badges.tsx';
import type { ModelVersion } from '../models/words.ts';

type File = Reply<'versions.files'>['items'][number];
type Side = 'source' | 'release';

const columns: readonly Column<File>[] = [
  { id: 'bytes', header: 'Size', numeric: true, sort: ({ bytes }) => bytes, cell: ({ bytes }) => byteWords(bytes) },
  {
    id: 'format',
    header: 'Format',
    sort: ({ format }) => format,
    cell: ({ format }) => format ?? <span className="quiet">not known</span>,
  },
  {
    id: 'verdict',
    header: 'Verdict',
    sort: ({ verdict }) => verdict,
    cell: ({ verdict }) => <VerdictMark verdict={verdict} />,
  },
  {
    id: 'digest',
    header: 'SHA-256',
    cell: ({ digest }) =>
      digest === null ? <span className="quiet">not known yet</span> : <Digest value={digest.replace('sha256:', '')} />,
  },
];

function nameColumn({ id, state }: ModelVersion, side: Side): Column<File> {
  const isHad = state === 'released' && side === 'release';
  const address = pathOf('/api/registry/versions/:versionId/file', { versionId: id });
  return {
    id: 'path',
    header: 'File',
    onCard: 'heading',
    sort: ({ path }) => path,
    cell: ({ path }) =>
      isHad ? (
        <a href={`${address}?${new URLSearchParams({ path }).toString()}`} download>
          <Revealed text={path} />
        </a>
      ) : (
        <strong>
          <Revealed text={path} />
        </strong>
      ),
  };
}

/** The files as they came in, and as they are given out. */
export function Files({ version }: { readonly version: ModelVersion }) {
  const hasRelease = version.state === 'released' || version.state === 'recalled';
  const [side, setSide] = useState<Side>(hasRelease ? 'release' : 'source');
  const files = usePages('versions.files', { params: { versionId: version.id }, query: { side, limit: 200 } });
  return (
    <DataTable
      caption="Files"
      columns={[nameColumn(version, side), ...columns]}
      rows={files}
      rowKey={({ path }) => path}
      words={({ path, format }) => `${path} ${format ?? ''}`}
      tools={
        <SegmentedControl
          aria-label="Which files"
          value={side}
          onChange={(value) => setSide(value)}
          data={[
            { value: 'release', label: 'As given out' },
            { value: 'source', label: 'As they came' },
          ]}
        />
      }
      empty={
        <EmptyState title={side === 'release' ? 'Nothing is given out' : 'No files'}>
          {side === 'release'
            ? 'The files to give out are made when the version is released.'
            : 'The files as they came are gone, or have not arrived.'}
        </EmptyState>
      }
      foot={<MoreRows pages={files} words={['file', 'files']} />}
    />
  );
}
