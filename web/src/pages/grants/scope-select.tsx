import { Select, TextInput } from '@mantine/core';
import type { Scope } from '../../../../src/contract/types/common.ts';
import { useApi } from '../../api/hooks.ts';

interface ScopeSelectProps {
  readonly label: string;
  readonly value: Scope;
  readonly onChange: (scope: Scope) => void;
}

const MAX_PROJECTS = 200;

/** Where something holds: on the whole server, in a project, on one model. */
export function ScopeSelect({ label, value, onChange }: ScopeSelectProps) {
  const projects = useApi('projects.list', { query: { limit: MAX_PROJECTS } });
  const items = projects.data?.items ?? [];
  const data = [
    { group: 'Everything', items: [{ value: 'server', label: 'The whole server' }] },
    { group: 'Projects', items: items.map(({ id, name }) => ({ value: id, label: name })) },
    { group: 'Narrower', items: [{ value: 'model', label: 'One model, by its id' }] },
  ].filter((group) => group.items.length > 0);
  return (
    <>
      <Select
        label={label}
        data={data}
        allowDeselect={false}
        searchable={items.length > 8}
        value={value.kind === 'project' ? value.id : value.kind}
        onChange={(chosen) => onChange(scopeOf(chosen))}
      />
      {value.kind === 'model' && (
        <TextInput
          label="Id of the model"
          placeholder="mod_…"
          spellCheck={false}
          required
          withAsterisk={false}
          value={value.id}
          onChange={(event) => onChange({ kind: 'model', id: event.currentTarget.value.trim() })}
        />
      )}
    </>
  );
}

function scopeOf(chosen: string | null): Scope {
  if (chosen === null || chosen === 'server') return { kind: 'server' };
  return chosen === 'model' ? { kind: 'model', id: '' } : { kind: 'project', id: chosen };
}
