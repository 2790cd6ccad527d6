import { Link } from '@tanstack/react-router';
import type { Reply } from '../../api/call.ts';
import { useApi } from '../../api/hooks.ts';
import { countWords } from '../../ui/byte-words.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Stack } from '../../ui/panel.tsx';
import { Revealed } from '../../ui/revealed.tsx';
import { EmptyState, sentence } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Waiting } from '../../ui/waiting.tsx';

type Result = Reply<'admission.dryRun'>;
type Change = Result['changes'][number];
type Count = Result['counts'][number];

const changeColumns: readonly Column<Change>[] = [
  {
    id: 'version',
    header: 'Version',
    onCard: 'heading',
    sort: ({ version }) => version.modelName,
    cell: ({ version }) => (
      <Link to="/versions/$versionId" params={{ versionId: version.id }}>
        {version.modelName}, version {version.number}
      </Link>
    ),
  },
  {
    id: 'state',
    header: 'Is',
    sort: ({ version }) => version.state,
    cell: ({ version }) => <StatusMark of={version.state} />,
  },
  { id: 'from', header: 'Until now', cell: ({ from }) => <StatusMark of={from.outcome} /> },
  { id: 'to', header: 'Then', sort: ({ to }) => to.outcome, cell: ({ to }) => <StatusMark of={to.outcome} /> },
  {
    id: 'why',
    header: 'Because',
    cell: ({ to }) => {
      const reasons = to.reasons.filter(({ effect }) => effect === to.outcome);
      if (reasons.length === 0) return <span className="quiet">no rule holds it back any more</span>;
      return <Revealed text={reasons.map(({ message }) => sentence(message)).join(' ')} />;
    },
  },
];

const countColumns: readonly Column<Count>[] = [
  { id: 'outcome', header: 'Outcome', onCard: 'heading', cell: ({ outcome }) => <StatusMark of={outcome} /> },
  { id: 'before', header: 'Now', numeric: true, cell: ({ before }) => before },
  { id: 'after', header: 'Then', numeric: true, cell: ({ after }) => <strong>{after}</strong> },
];

const known = <Row,>(data: readonly Row[]) => ({ data, error: null, isPending: false, refetch: () => undefined });

/** What a policy would have changed in everything that the registry has. Nothing is changed by asking. */
export function DryRun({ text }: { readonly text: string }) {
  const run = useApi('admission.dryRun', { body: { body: text } });
  if (run.data === undefined) return <Waiting on={run} lines={6} />;
  const { versions, problems, counts, changes, isCut } = run.data;
  if (problems.length > 0) {
    return <EmptyState title="The policy is not well made yet">Under Write it says what is wrong.</EmptyState>;
  }
  return (
    <Stack>
      <p className="soft">
        Every version that was examined is decided about once more, by what is known of it:{' '}
        {countWords(versions, 'version')}. Nothing is changed.
      </p>
      <DataTable
        caption="Outcomes"
        columns={countColumns}
        rows={known(counts)}
        rowKey={({ outcome }) => outcome}
        empty={<EmptyState title="Nothing was examined yet">There is nothing to try it on.</EmptyState>}
      />
      <DataTable
        caption="What would change"
        columns={changeColumns}
        rows={known(changes)}
        rowKey={({ version }) => version.id}
        words={({ version, to }) => `${version.modelName} ${version.state} ${to.outcome}`}
        empty={<EmptyState title="Nothing would change">Both policies decide the same about all of them.</EmptyState>}
        foot={isCut ? <span>More would change than are listed.</span> : undefined}
      />
    </Stack>
  );
}
