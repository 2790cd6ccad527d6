import type { Reply } from '../../api/call.ts';
import { usePages } from '../../api/hooks.ts';
import { byteWords } from '../../ui/byte-words.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { MoreRows } from '../../ui/more-rows.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';

type Download = Reply<'versions.downloads'>['items'][number];

const columns: readonly Column<Download>[] = [
  {
    id: 'who',
    header: 'Who',
    onCard: 'heading',
    sort: ({ principal }) => principal?.name ?? null,
    cell: ({ principal }) => <strong>{principal?.name ?? 'an account that is gone'}</strong>,
  },
  { id: 'kind', header: 'Kind', cell: ({ principal }) => principal?.kind ?? '–' },
  { id: 'files', header: 'Files', numeric: true, sort: ({ files }) => files, cell: ({ files }) => files },
  { id: 'bytes', header: 'Size', numeric: true, sort: ({ bytes }) => bytes, cell: ({ bytes }) => byteWords(bytes) },
  { id: 'first', header: 'First', cell: ({ firstAt }) => <Timestamp at={firstAt} /> },
  { id: 'last', header: 'Last', sort: ({ lastAt }) => lastAt, cell: ({ lastAt }) => <Timestamp at={lastAt} /> },
];

/** Who has the files: who would be told if the version were recalled. */
export function Downloads({ versionId }: { readonly versionId: string }) {
  const downloads = usePages('versions.downloads', { params: { versionId }, query: { limit: 50 } });
  return (
    <DataTable
      caption="Downloads"
      columns={columns}
      rows={downloads}
      rowKey={({ principal, firstAt }) => `${principal?.id} ${firstAt}`}
      words={({ principal }) => principal?.name ?? ''}
      empty={
        <EmptyState title="Nobody has downloaded it">Whoever does is listed here, and hears of a recall.</EmptyState>
      }
      foot={<MoreRows pages={downloads} words={['downloader', 'downloaders']} />}
    />
  );
}
