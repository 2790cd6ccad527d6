import type { Reply } from '../../api/call.ts';
import { useApi } from '../../api/hooks.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Revealed } from '../../ui/revealed.tsx';
import { EmptyState, sentence } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { type ModelVersion, policyWords } from '../models/words.ts';

type Reason = NonNullable<ModelVersion['decision']>['reasons'][number];
type Approval = Reply<'approvals.ofVersion'>['items'][number];

const reasonColumns: readonly Column<Reason>[] = [
  {
    id: 'rule',
    header: 'Rule of the policy',
    onCard: 'heading',
    cell: ({ rule }) => (
      <code>
        <Revealed text={rule} />
      </code>
    ),
  },
  {
    id: 'effect',
    header: 'Leads to',
    cell: ({ effect, waiverId }) =>
      waiverId === null ? <StatusMark of={effect} /> : <StatusMark of="waived">Waived, would be: {effect}</StatusMark>,
  },
  { id: 'message', header: 'Because', cell: ({ message }) => <Revealed text={sentence(message)} /> },
];

const approvalColumns: readonly Column<Approval>[] = [
  { id: 'by', header: 'Who', onCard: 'heading', cell: ({ by }) => <strong>{by?.name ?? 'the server'}</strong> },
  { id: 'decision', header: 'Decided', cell: ({ decision }) => <StatusMark of={decision ?? 'undecided'} /> },
  { id: 'reason', header: 'Reason', cell: ({ reason }) => <Revealed text={reason} /> },
  { id: 'at', header: 'When', cell: ({ at }) => <Timestamp at={at} show="both" /> },
];

/** Why the policy decided so, rule by rule. */
export function ReasonTable({ decision }: { readonly decision: ModelVersion['decision'] }) {
  return (
    <DataTable
      caption="Reasons"
      columns={reasonColumns}
      rows={{ data: decision?.reasons ?? [], error: null, isPending: false, refetch: () => undefined }}
      rowKey={({ rule, effect, message }) => `${rule} ${effect} ${message}`}
      empty={
        <EmptyState title={decision === null ? 'No decision yet' : 'No rule had anything against it'}>
          {decision === null
            ? 'The policy decides when the examination is through.'
            : 'What no rule holds back is decided by the default of the policy.'}
        </EmptyState>
      }
    />
  );
}

/** What the policy said, and what people said. */
export function Decisions({ version }: { readonly version: ModelVersion }) {
  const approvals = useApi('approvals.ofVersion', { params: { versionId: version.id } });
  const { decision } = version;
  return (
    <>
      <Panel
        title="The policy"
        {...(decision === null
          ? {}
          : {
              lead: (
                <>
                  <StatusMark of={decision.outcome} /> by {policyWords(decision.policyVersion)}
                  {decision.convert && '; files that are not safetensors are converted'}.
                </>
              ),
            })}
      >
        <ReasonTable decision={decision} />
      </Panel>
      <Panel title="People">
        <DataTable
          caption="Approvals"
          columns={approvalColumns}
          rows={{ ...approvals, data: approvals.data?.items }}
          rowKey={({ at, by }) => `${at} ${by?.id}`}
          empty={
            <EmptyState title="Nobody has decided">
              {version.state === 'review'
                ? 'It waits for an approver who did not upload it.'
                : 'The policy did not ask for a person.'}
            </EmptyState>
          }
        />
      </Panel>
    </>
  );
}
