import { Button } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { ActionId } from '../../../../src/contract/actions.ts';
import type { Scope } from '../../../../src/contract/types/common.ts';
import { call, type CallInput, type Reply } from '../../api/call.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Row, Stack } from '../../ui/panel.tsx';
import { EmptyState, ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { actionWords } from '../grants/action-list.tsx';
import { PrincipalLink } from '../grants/grant-table.tsx';
import { ScopeSelect } from '../grants/scope-select.tsx';
import { scopeWords } from '../grants/words.ts';
import { ActionSelect } from './action-select.tsx';
import styles from './tester.module.css';

type Could = Reply<'policies.whoCould'>['principals'][number];

const columns: readonly Column<Could>[] = [
  {
    id: 'principal',
    header: 'Who',
    onCard: 'heading',
    sort: ({ principal }) => principal.name,
    cell: ({ principal }) => <PrincipalLink principal={principal} />,
  },
  {
    id: 'under',
    header: 'Only',
    cell: ({ under }) =>
      under.length === 0 ? <span className="quiet">right now, from anywhere</span> : under.join('; '),
  },
  { id: 'policies', header: 'By policy', cell: ({ policies }) => <code>{policies.join(', ')}</code> },
];

const notAll = 'There are more people and services than are looked at here: others may be able to as well.';

/** Asks who could do something at all. */
export function WhoCould() {
  const [action, setAction] = useState<ActionId>('models.approve');
  const [scope, setScope] = useState<Scope>({ kind: 'server' });
  const [found, setFound] = useState<Reply<'policies.whoCould'> | null>(null);
  const { busy, error, submit } = useSubmit();

  async function ask(event: FormEvent): Promise<void> {
    event.preventDefault();
    const body = { action, scope } as CallInput<'policies.whoCould'>['body'];
    await submit(async () => setFound(await call('policies.whoCould', { body })));
  }

  return (
    <div className={styles.tester}>
      <form onSubmit={(event) => void ask(event)}>
        <Stack>
          <ActionSelect value={action} onChange={setAction} />
          <ScopeSelect label="On" value={scope} onChange={setScope} />
          <ProblemNote error={error} />
          <Row>
            <Button type="submit" loading={busy}>
              Ask
            </Button>
          </Row>
        </Stack>
      </form>
      <div aria-live="polite">
        {found === null ? (
          <EmptyState title="The answer appears here">
            Everybody who could, under which conditions, and by which policy.
          </EmptyState>
        ) : (
          <DataTable
            caption={`Who could ${actionWords(found.action)} on ${scopeWords(found.scope)}`}
            columns={columns}
            rows={{ data: found.principals, error: null, isPending: false, refetch: () => undefined }}
            rowKey={({ principal }) => principal.id}
            empty={
              found.complete ? (
                <EmptyState title="Nobody could">No grant and no policy lead there.</EmptyState>
              ) : (
                <EmptyState title="Nobody was found">{notAll}</EmptyState>
              )
            }
            foot={found.complete ? undefined : <span>{notAll}</span>}
          />
        )}
      </div>
    </div>
  );
}
