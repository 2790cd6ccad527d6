import { useState } from 'react';
import { Select } from '@mantine/core';
import type { Reply } from '../../api/call.ts';
import { useApi, usePages } from '../../api/hooks.ts';
import { byteWords, countWords } from '../../ui/byte-words.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Stack } from '../../ui/panel.tsx';
import { Revealed } from '../../ui/revealed.tsx';
import { pathColumn } from '../versions/path-column.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import type { ModelVersion } from '../models/words.ts';

type Comparison = Reply<'versions.compare'>;
type FileChange = Comparison['files'][number];
type FindingChange = Comparison['findings'][number];

const size = (bytes: number | null): string => (bytes === null ? '–' : byteWords(bytes));

const fileColumns: readonly Column<FileChange>[] = [
  pathColumn(),
  { id: 'change', header: 'Change', sort: ({ change }) => change, cell: ({ change }) => <StatusMark of={change} /> },
  { id: 'before', header: 'Before', numeric: true, cell: ({ bytesBefore }) => size(bytesBefore) },
  { id: 'after', header: 'Now', numeric: true, cell: ({ bytesAfter }) => size(bytesAfter) },
];

const findingColumns: readonly Column<FindingChange>[] = [
  {
    id: 'message',
    header: 'Finding',
    onCard: 'heading',
    cell: ({ message }) => (
      <strong>
        <Revealed text={message} />
      </strong>
    ),
  },
  { id: 'change', header: 'Change', sort: ({ change }) => change, cell: ({ change }) => <StatusMark of={change} /> },
  { id: 'severity', header: 'Severity', cell: ({ severity }) => <StatusMark of={severity} /> },
  { id: 'path', header: 'File', cell: ({ path }) => <Revealed text={path} /> },
];

const known = <Row,>(data: readonly Row[]) => ({ data, error: null, isPending: false, refetch: () => undefined });

/** What is other than in the version before: files and findings. */
export function ComparisonView({ versionId }: { readonly versionId: string }) {
  const [other, setOther] = useState<string | null>(null);
  const comparison = useApi('versions.compare', {
    params: { versionId },
    query: other === null ? {} : { with: other },
  });
  const version = useApi('versions.show', { params: { versionId } });
  if (comparison.data === undefined) return <Waiting on={comparison} lines={5} />;
  const { from, files, findings, unchangedFiles } = comparison.data;
  return (
    <Stack>
      {version.data !== undefined && (
        <Other version={version.data} value={other ?? from?.id ?? null} onChange={setOther} />
      )}
      {from === null && (
        <EmptyState title="Nothing to compare with">
          No version of this model was released before. Everything in it is new.
        </EmptyState>
      )}
      {from !== null && (
        <>
          <p className="soft">
            Against version {from.number}: {countWords(files.length, 'file differs', 'files differ')},{' '}
            {countWords(unchangedFiles, 'file is', 'files are')} the same.
          </p>
          <DataTable
            caption="Files that differ"
            columns={fileColumns}
            rows={known(files)}
            rowKey={({ path }) => path}
            empty={<EmptyState title="The same files">Every file has the same content as before.</EmptyState>}
          />
          <DataTable
            caption="Findings that differ"
            columns={findingColumns}
            rows={known(findings)}
            rowKey={({ change, ruleId, path, message }) => `${change} ${ruleId} ${path} ${message}`}
            empty={<EmptyState title="The same findings">Nothing new was found, and nothing is gone.</EmptyState>}
          />
        </>
      )}
    </Stack>
  );
}

interface OtherProps {
  readonly version: ModelVersion;
  readonly value: string | null;
  readonly onChange: (versionId: string | null) => void;
}

function Other({ version, value, onChange }: OtherProps) {
  const versions = usePages('versions.list', { params: { modelId: version.modelId }, query: { limit: 50 } });
  const others = ((versions.data ?? []) as readonly ModelVersion[]).filter(({ id }) => id !== version.id);
  if (others.length === 0) return null;
  return (
    <Select
      label="Compare with"
      allowDeselect={false}
      maw={320}
      data={others.map(({ id, number, state }) => ({ value: id, label: `Version ${number}, ${state}` }))}
      value={value}
      onChange={onChange}
    />
  );
}
