import { Button } from '@mantine/core';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useApi, useMay } from '../../api/hooks.ts';
import { Panel } from '../../ui/panel.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { GiveGrantDialog } from './give-grant-dialog.tsx';
import { GrantTable } from './grant-table.tsx';

interface GrantsOfProps {
  readonly principal: { readonly kind: 'person' | 'service'; readonly id: string; readonly name: string };
}

/** The grants of one person or service, with the way to give and take them. */
export function GrantsOf({ principal }: GrantsOfProps) {
  const may = useMay();
  const [giving, setGiving] = useState(false);
  const grants = useApi('grants.list', { query: { principalId: principal.id, limit: 200 } });
  const give = may('grants.give') ? (
    <Button variant="default" size="xs" leftSection={<Plus size={14} />} onClick={() => setGiving(true)}>
      Give a grant
    </Button>
  ) : undefined;
  return (
    <Panel title="Grants" lead="What the account may do comes from these, and from nothing else." actions={give}>
      <GrantTable
        caption={`Grants of ${principal.name}`}
        grants={{ ...grants, data: grants.data?.items }}
        withPrincipal={false}
        empty={
          <EmptyState title="No grant, no access" action={give}>
            {principal.name} may do nothing but look after the own account. Give a grant to change that.
          </EmptyState>
        }
      />
      <GiveGrantDialog opened={giving} onClose={() => setGiving(false)} principal={principal} />
    </Panel>
  );
}
