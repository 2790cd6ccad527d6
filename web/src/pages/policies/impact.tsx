import { useApi } from '../../api/hooks.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import type { Reply } from '../../api/call.ts';
import { EmptyState } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { actionWords } from '../grants/action-list.tsx';
import { scopeWords } from '../grants/words.ts';

type Change = Reply<'policies.impact'>['changes'][number];

const columns: readonly Column<Change>[] = [
  {
    id: 'principal',
    header: 'Who',
    onCard: 'heading',
    sort: ({ principal }) => principal.name,
    cell: ({ principal }) => principal.name,
  },
  { id: 'action', header: 'Could', sort: ({ action }) => action, cell: ({ action }) => actionWords(action) },
  { id: 'scope', header: 'On', cell: ({ scope }) => scopeWords(scope) },
  { id: 'before', header: 'Until now', cell: ({ before }) => <StatusMark of={before} /> },
  { id: 'after', header: 'Then', sort: ({ after }) => after, cell: ({ after }) => <StatusMark of={after} /> },
];

const notAll = 'There is more than is looked at here: others may gain or lose too.';

/** Who would gain and who would lose by a text of policies, among those who are here. */
export function Impact({ text }: { readonly text: string }) {
  const impact = useApi('policies.impact', { body: { text } });
  return (
    <DataTable
      caption="Changes of access"
      columns={columns}
      rows={{ ...impact, data: impact.data?.changes }}
      rowKey={({ principal, action, scope }) => `${principal.id} ${action} ${scopeWords(scope)}`}
      words={({ principal, action }) => `${principal.name} ${action} ${actionWords(action)}`}
      empty={
        <EmptyState title="Nobody gains, nobody loses">
          For the {impact.data?.examined ?? 0} people and services that were looked at, both texts decide the same.
          {impact.data?.complete === false && ` ${notAll}`}
        </EmptyState>
      }
      foot={
        <span>
          {impact.data?.examined} people and services were looked at.
          {impact.data?.complete === false && ` ${notAll}`}
        </span>
      }
    />
  );
}
